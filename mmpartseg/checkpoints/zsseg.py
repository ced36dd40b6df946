"""Released ZSSeg+ files, and checkpoints of stage 1, under our names; every entry accounted for."""
import re
from collections import OrderedDict
from typing import Any

import torch

from ..printable import counted

HEAD = 'decode_head.'
TEXT, REGIONS, PROPOSALS = HEAD + 'text_encoder.', HEAD + 'regions.', HEAD + 'proposals.'
PIXELS, DECODER = PROPOSALS + 'pixel_decoder.', PROPOSALS + 'transformer_decoder.'
CLIP, LEARNER = 'clip_adapter.clip_model.', 'clip_adapter.prompt_learner.'
THEIR_PIXELS = 'sem_seg_head.pixel_decoder.'
THEIR_HEAD = 'sem_seg_head.predictor.'
THEIR_LAYERS = THEIR_HEAD + 'transformer.decoder.layers.{}.'

# beginnings of released names and of ours; {} is a number, and what is added to each of them
RENAMED = [
    ('backbone.stem.conv1.norm.', 'backbone.bn1.'),
    ('backbone.stem.conv1.', 'backbone.conv1.'),
    ('backbone.res{}.{}.conv{}.norm.', 'backbone.layer{}.{}.bn{}.', -1, 0, 0),
    ('backbone.res{}.{}.conv{}.', 'backbone.layer{}.{}.conv{}.', -1, 0, 0),
    ('backbone.res{}.{}.shortcut.norm.', 'backbone.layer{}.{}.downsample.1.', -1, 0),
    ('backbone.res{}.{}.shortcut.', 'backbone.layer{}.{}.downsample.0.', -1, 0),
    (THEIR_PIXELS + 'adapter_{}.norm.', PIXELS + 'lateral_convs.{}.gn.', -1),
    (THEIR_PIXELS + 'adapter_{}.', PIXELS + 'lateral_convs.{}.conv.', -1),
    (THEIR_PIXELS + 'layer_4.norm.', PIXELS + 'last_feat_conv.gn.'),
    (THEIR_PIXELS + 'layer_4.', PIXELS + 'last_feat_conv.conv.'),
    (THEIR_PIXELS + 'layer_{}.norm.', PIXELS + 'output_convs.{}.gn.', -1),
    (THEIR_PIXELS + 'layer_{}.', PIXELS + 'output_convs.{}.conv.', -1),
    (THEIR_PIXELS + 'mask_features.', PIXELS + 'mask_feature.'),
    (THEIR_LAYERS + 'self_attn.', DECODER + 'layers.{}.self_attn.attn.', 0),
    (THEIR_LAYERS + 'multihead_attn.', DECODER + 'layers.{}.cross_attn.attn.', 0),
    (THEIR_LAYERS + 'linear1.', DECODER + 'layers.{}.ffn.layers.0.0.', 0),
    (THEIR_LAYERS + 'linear2.', DECODER + 'layers.{}.ffn.layers.1.', 0),
    (THEIR_LAYERS + 'norm{}.', DECODER + 'layers.{}.norms.{}.', 0, -1),
    (THEIR_HEAD + 'transformer.decoder.norm.', DECODER + 'post_norm.'),
    (THEIR_HEAD + 'query_embed.', PROPOSALS + 'query_embed.'),
    (THEIR_HEAD + 'input_proj.', PROPOSALS + 'decoder_input_proj.'),
    *[(THEIR_HEAD + f'mask_embed.layers.{i}.', PROPOSALS + f'mask_embed.{2 * i}.') for i in range(3)],
    *[(THEIR_HEAD + f'class_embed.layers.{i}.', PROPOSALS + f'cls_embed.{2 * i}.') for i in range(2)],
    ('clip_adapter.non_object_embedding', HEAD + 'background_embedding'),
    (LEARNER + 'prefix_prompt', TEXT + 'prefix_prompt'),
    (LEARNER + 'connect_prompt', TEXT + 'connect_prompt'),
    (LEARNER + 'fuse_weight', REGIONS + 'fuse_weight'),
    (CLIP + 'visual.', REGIONS + 'backbone.visual.'),
    *[(CLIP + name, TEXT + 'tower.' + name) for name in (
        'positional_embedding', 'text_projection', 'transformer.', 'token_embedding.', 'ln_final.')],
]
# the weights of the loss, a second name of fuse_weight, rows of the token embedding, CLIP's own scale
DROPPED = ('criterion.empty_weight', 'clip_adapter.fuse_weight', CLIP + 'logit_scale',
           *(LEARNER + f'{name}_signal' for name in ('start', 'ss', 'dot', 'end', 'pad')))

LEARNED = (TEXT + 'prefix_prompt', TEXT + 'connect_prompt', REGIONS + 'fuse_weight')  # in stage 1
ANCHOR = 'prefix_prompt'


def zsseg_to_mmpartseg(published: dict[str, torch.Tensor], source: str) -> 'OrderedDict[str, torch.Tensor]':
    """Rename the entries of a ZSSeg+ model, or of the prompts that stage 1 learns.

    Args:
        published (dict[str, Tensor]): of a released model, of a released prompt checkpoint (whatever
            stands before ``prefix_prompt``), or of our own stage 1.
        source (str): where it comes from, for error messages.

    Returns:
        OrderedDict: our names. Of prompts alone, its metadata tells :class:`PartSegmentor` that
        everything else keeps its start.

    Raises:
        ValueError: no ZSSeg+; entries that the table does not know; prompts of which one is missing.
    """
    anchor = next((name for name in published if name.endswith(ANCHOR)), None)
    if anchor is None:
        raise ValueError(f"{source}: no entry '{ANCHOR}', so these are not weights of ZSSeg+ with CPTCoOp; "
                         f'it holds {list(published)[:3]}, …')
    state: Any  # with an attribute, torch's metadata
    if LEARNED[0] in published:  # a checkpoint of ours
        state, unknown = OrderedDict(published), []
    else:
        theirs = {name: name for name in published}
        if not anchor.startswith(LEARNER):  # prompts alone
            theirs = {name: LEARNER + name.removeprefix(anchor.removesuffix(ANCHOR)) for name in published}
        names = {name: _rename(full) for name, full in theirs.items() if not full.startswith(DROPPED)}
        unknown = [name for name, ours in names.items() if ours is None]
        state = OrderedDict((ours, published[name]) for name, ours in names.items())
        state.update({name.replace('running_mean', 'num_batches_tracked'): torch.tensor(0)
                      for name in list(state) if name and name.endswith('running_mean')})
    if unknown:
        raise ValueError(f"{source}: {counted(len(unknown), 'entry is', 'entries are')} not of "
                         f'ZSSeg+ with a ResNet-50 and CPTCoOp: {unknown[:5]}')
    missing = [name for name in LEARNED if name not in state]
    if missing:
        raise ValueError(f'{source}: {missing} missing; prompts and fuse weight are learned together')
    metadata: dict[str, Any] = dict(source=source)
    if not any(name.startswith(PROPOSALS) for name in state):
        towers = [TEXT + 'tower.', REGIONS + 'backbone.']
        metadata.update(
            whole=towers, fresh=['backbone.', 'neck.', PROPOSALS, HEAD + 'background_embedding', *towers])
    state._metadata = OrderedDict({'': metadata})
    return state


def _rename(name):
    for theirs, ours, *offsets in RENAMED:
        match = re.match(re.escape(theirs).replace(r'\{\}', r'(\d+)'), name)
        if match:
            numbers = [int(group) + offset for group, offset in zip(match.groups(), offsets)]
            return ours.format(*numbers) + name[match.end():]
    return None
