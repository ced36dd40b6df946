"""A trained CLIPSeg baseline as a folder for ``transformers``."""
import json
import shutil
import tempfile
from pathlib import Path
from typing import Any

import torch

from ..atomic import put_in_place, write_atomic
from .convert import to_transformers
from .names import VISUAL
from .processor_files import processor_files
from .safetensors_files import save_safetensors

USAGE = '''CLIPSeg, fine-tuned on parts with mmpartseg.

```python
from transformers import CLIPSegForImageSegmentation, CLIPSegProcessor
processor, model = (cls.from_pretrained(FOLDER) for cls in (CLIPSegProcessor, CLIPSegForImageSegmentation))
prompts = ['cat head', 'cat tail']
inputs = processor(text=prompts, images=[image] * len(prompts), padding=True, return_tensors='pt')
masks = model(**inputs).logits.sigmoid() > 0.5
```

A prompt is the object, a space and the part, as in "cat head", without a sentence around it. The background
that was learned is no prompt and is not here: take a part's own score.
'''


def clipseg_config(model: Any) -> dict[str, Any]:
    """The ``config.json`` of ``CLIPSegForImageSegmentation`` for a :class:`PartSegmentor`.

    Raises:
        ValueError: the model has what CLIPSeg has not; says what.
    """
    if type(model.backbone).__name__ != 'OpenCLIPViT':
        raise ValueError('the model cannot be exported to CLIPSeg: its backbone is a '
                         f'{type(model.backbone).__name__}, not an OpenCLIPViT')
    visual, head = model.backbone.visual, model.decode_head
    tower = head.text_encoder.tower
    patch, strides = visual.patch_size[0], _strides(head.mask_branch)
    problems = [text for text, wrong in (
        (f'its head is a {type(head).__name__}, not the CLIPSegHead baseline',
         type(head).__name__ != 'CLIPSegHead'),
        ('it has a visual adapter; train with adapter_channels=None', head.adapter is not None),
        (f'its mask branch has strides {strides}; CLIPSeg has a quarter of the patch twice',
         strides != (patch // 4, patch // 4)),
        ('it averages prompt templates', head.text_encoder.templates != ('{}', )),
        ('its backbone gives no CLS token', not model.backbone.with_cls_token)) if wrong]
    if problems:
        raise ValueError('the model cannot be exported to CLIPSeg: ' + '; '.join(problems))
    vision_block, text_block = visual.transformer.resblocks[0], tower.transformer.resblocks[0]
    layer = head.decoder.layers[0]
    return dict(
        architectures=['CLIPSegForImageSegmentation'], model_type='clipseg',
        projection_dim=head.text_encoder.embed_dims, reduce_dim=layer.linear1.in_features,
        extract_layers=list(model.backbone.out_indices), conditional_layer=0,
        decoder_num_attention_heads=layer.self_attn.num_heads,
        decoder_intermediate_size=layer.linear1.out_features,
        use_complex_transposed_convolution=True,
        vision_config=dict(
            _block_config(vision_block), image_size=visual.image_size[0], patch_size=patch,
            num_hidden_layers=len(visual.transformer.resblocks)),
        text_config=dict(
            _block_config(text_block), num_hidden_layers=len(tower.transformer.resblocks),
            vocab_size=tower.vocab_size, max_position_embeddings=tower.context_length,
            bos_token_id=49406, eos_token_id=49407))


def export_clipseg(model: Any, folder: str | Path, clip: Any = None,
                   dtype: torch.dtype | None = None) -> None:
    """Write weights, ``config.json``, tokenizer, processor and the form of prompts, all or nothing.

    Entries of CLIP that the plugin does not keep, because no mask depends on them, are taken from
    ``clip``, or written as ones and zeros: the final image norm, the image projection, the logit scale.

    Args:
        model (PartSegmentor): a CLIPSeg baseline.
        folder (str): must not exist yet.
        clip (open_clip.CLIP, optional): the whole CLIP whose towers the model was built from.
        dtype (torch.dtype, optional): of the file; the model's by default.

    Raises:
        ValueError: the model is no plain CLIPSeg.
        FileExistsError: the folder exists.
    """
    folder = Path(folder)
    if folder.exists():
        raise FileExistsError(f'{folder} exists; name a new folder')
    config = clipseg_config(model)
    trained = to_transformers(model.state_dict())
    state = {**_rest_of_clip(config, clip), **trained}  # a tower that was trained on comes first
    if clip is not None:
        config['vision_config']['num_hidden_layers'] = len(clip.visual.transformer.resblocks)
    preprocessor = model.data_preprocessor
    texts = processor_files(
        [config['vision_config']['image_size']] * 2, getattr(preprocessor, 'mean', None),
        getattr(preprocessor, 'std', None), config['text_config']['max_position_embeddings'])
    texts.update({'config.json': json.dumps(config, indent=2), 'README.md': USAGE})
    folder.parent.mkdir(parents=True, exist_ok=True)
    unfinished = Path(tempfile.mkdtemp(prefix=f'.{folder.name}.', dir=folder.parent))
    try:
        save_safetensors({k: v.to(dtype or v.dtype).contiguous() for k, v in state.items()},
                         unfinished / 'model.safetensors')
        for name, text in texts.items():
            write_atomic(unfinished / name, text.encode())
        unfinished.chmod(0o755)
        put_in_place(unfinished, folder)
    finally:
        shutil.rmtree(unfinished, ignore_errors=True)


def _rest_of_clip(config, clip):
    """What a segmentor does not keep of CLIP, under the names of ``transformers``."""
    width, dims = config['vision_config']['hidden_size'], config['projection_dim']
    if clip is None:
        return {
            'clip.logit_scale': torch.tensor(2.6592),
            'clip.visual_projection.weight': torch.zeros(dims, width),
            'clip.vision_model.post_layernorm.weight': torch.ones(width),
            'clip.vision_model.post_layernorm.bias': torch.zeros(width)}
    visual = clip.visual
    blocks = {f'{VISUAL}transformer.{name}': value
              for name, value in visual.transformer.state_dict().items()}
    return {
        **to_transformers(blocks),
        'clip.logit_scale': clip.logit_scale.detach(),
        'clip.visual_projection.weight': visual.proj.detach().T,
        'clip.vision_model.post_layernorm.weight': visual.ln_post.weight.detach(),
        'clip.vision_model.post_layernorm.bias': visual.ln_post.bias.detach()}


def _block_config(block):
    quick = type(block.mlp.gelu).__name__ == 'QuickGELU'
    return dict(hidden_size=block.attn.embed_dim, num_attention_heads=block.attn.num_heads,
                intermediate_size=block.mlp.c_fc.out_features,
                hidden_act='quick_gelu' if quick else 'gelu')


def _strides(mask_branch):
    return tuple(mask_branch[i].stride[0] for i in (2, 4))
