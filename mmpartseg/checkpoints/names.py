"""How the published weights and ours correspond: every entry, in one table.

Published names are those of ``transformers``' CLIPSeg; the released detectron2 files have them
behind a prefix (``partclipseg_model.``). ``{}`` stands for a layer's number or a word. Query, key
and value projections are three entries there and one here.
"""
VISUAL = 'backbone.visual.'
TEXT = 'decode_head.text_encoder.tower.'
HEAD = 'decode_head.'

# one transformer block: published -> open_clip's, and -> torch's TransformerEncoderLayer
CLIP_BLOCK = [
    ('self_attn.{q,k,v}_proj.', 'attn.in_proj_'),  # merged
    ('self_attn.out_proj.', 'attn.out_proj.'),
    ('layer_norm1.', 'ln_1.'), ('layer_norm2.', 'ln_2.'),
    ('mlp.fc1.', 'mlp.c_fc.'), ('mlp.fc2.', 'mlp.c_proj.'),
]
DECODER_LAYER = [
    ('self_attn.{q,k,v}_proj.', 'self_attn.in_proj_'),  # merged
    ('self_attn.out_proj.', 'self_attn.out_proj.'),
    ('layer_norm1.', 'norm1.'), ('layer_norm2.', 'norm2.'),
    ('mlp.fc1.', 'linear1.'), ('mlp.fc2.', 'linear2.'),
]

RENAMED = [
    ('clip.vision_model.embeddings.class_embedding', VISUAL + 'class_embedding'),
    ('clip.vision_model.embeddings.patch_embedding.', VISUAL + 'conv1.'),
    ('clip.vision_model.embeddings.position_embedding.weight', VISUAL + 'positional_embedding'),
    ('clip.vision_model.pre_layrnorm.', VISUAL + 'ln_pre.'),
    *[('clip.vision_model.encoder.layers.{}.' + published, VISUAL + 'transformer.resblocks.{}.' + ours)
      for published, ours in CLIP_BLOCK],
    ('clip.vision_model.post_layernorm.', VISUAL + 'ln_post.'),
    ('clip.visual_projection.weight', VISUAL + 'proj'),  # transposed
    ('clip.text_model.embeddings.token_embedding.', TEXT + 'token_embedding.'),
    ('clip.text_model.embeddings.position_embedding.weight', TEXT + 'positional_embedding'),
    *[('clip.text_model.encoder.layers.{}.' + published, TEXT + 'transformer.resblocks.{}.' + ours)
      for published, ours in CLIP_BLOCK],
    ('clip.text_model.final_layer_norm.', TEXT + 'ln_final.'),
    ('clip.text_projection.weight', TEXT + 'text_projection'),  # transposed
    ('visual_adapter.fc.0.', HEAD + 'adapter.down.'),
    ('visual_adapter.fc.2.', HEAD + 'adapter.up.'),
    ('non_object_embedding', HEAD + 'background_embedding'),
    ('decoder.film_mul.', HEAD + 'decoder.film.mul.'),
    ('decoder.film_add.', HEAD + 'decoder.film.add.'),
    ('decoder.reduces.', HEAD + 'decoder.reduces.'),
    *[('decoder.layers.{}.' + published, HEAD + 'decoder.layers.{}.' + ours)
      for published, ours in DECODER_LAYER],
    ('decoder.transposed_convolution.', HEAD + 'mask_branch.'),
    ('decoder.part_obj_mlp.0.', HEAD + 'project_features.'),
    ('decoder.reduce_cond_embed.', HEAD + 'project_text.'),
    ('decoder.cond_film_mul.', HEAD + 'object_part_film.mul.'),
    ('decoder.cond_film_add.', HEAD + 'object_part_film.add.'),
    ('decoder.part_obj_with_cond_embed.', HEAD + 'object_part_branch.'),
]
TRANSPOSED = (TEXT + 'text_projection', VISUAL + 'proj')

# published entries that nothing here uses
DROPPED = (
    'clip.logit_scale',
    'clip.vision_model.embeddings.position_ids', 'clip.text_model.embeddings.position_ids',
    'text_adapter.', 'tunable_linear.',  # stored in the released files, but without effect there
)

# what CLIPSeg itself lacks: starts as a copy of …
COPIED = [(HEAD + 'object_part_film.', HEAD + 'decoder.film.'),
          (HEAD + 'object_part_branch.', HEAD + 'mask_branch.')]
# … or keeps its random start
FRESH = (HEAD + 'adapter.', HEAD + 'background_embedding', HEAD + 'project_features.',
         HEAD + 'project_text.')

# entries that a model may have no place for: blocks behind the last one it reads and what follows
# them, and the object-part branch where the head is the CLIPSeg baseline
SPARE = (VISUAL + 'transformer.resblocks.', VISUAL + 'ln_post.', VISUAL + 'proj',
         HEAD + 'object_part_film.', HEAD + 'object_part_branch.')
