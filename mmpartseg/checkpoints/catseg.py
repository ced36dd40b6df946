"""Released CATSeg and PartCATSeg files into ours, every entry accounted for.

Published names are detectron2's, CLIP inside in OpenAI's naming. ``{}`` stands for a number or a word.
"""
import re
from collections import OrderedDict
from collections.abc import Iterable
from typing import Any

import torch

from ..printable import counted

PREDICTOR = 'sem_seg_head.predictor.'
CLIP = PREDICTOR + 'clip_model.'
AGGREGATOR = PREDICTOR + 'transformer.'
HEAD = 'decode_head.'
TEXT = HEAD + 'text_encoder.tower.'
GUIDANCE = 'backbone.guidance.'

LAYER = [
    ('swin_block.block_1.attn.', 'spatial.blocks.0.attention.'),
    ('swin_block.block_2.attn.', 'spatial.blocks.1.attention.'),
    ('swin_block.block_1.mlp.fc1.', 'spatial.blocks.0.mlp.0.'),
    ('swin_block.block_1.mlp.fc2.', 'spatial.blocks.0.mlp.2.'),
    ('swin_block.block_2.mlp.fc1.', 'spatial.blocks.1.mlp.0.'),
    ('swin_block.block_2.mlp.fc2.', 'spatial.blocks.1.mlp.2.'),
    ('swin_block.block_1.', 'spatial.blocks.0.'),
    ('swin_block.block_2.', 'spatial.blocks.1.'),
    ('swin_block.guidance_norm.', 'spatial.guidance_norm.'),
    ('attention.attention.', 'classes.attention.'),
    ('attention.MLP.', 'classes.mlp.'),
    ('attention.', 'classes.'),
]
DECODER_BLOCK = [('up.', 'up.'), ('conv.double_conv.0.', 'conv1.'), ('conv.double_conv.1.', 'norm1.'),
                 ('conv.double_conv.3.', 'conv2.'), ('conv.double_conv.4.', 'norm2.')]
# detectron2's ResNet -> mmseg's
RESNET_BLOCK = [
    ('shortcut.norm.', 'downsample.1.'), ('shortcut.', 'downsample.0.'),
    ('conv1.norm.', 'bn1.'), ('conv2.norm.', 'bn2.'), ('conv3.norm.', 'bn3.'),
    ('conv1.', 'conv1.'), ('conv2.', 'conv2.'), ('conv3.', 'conv3.'),
]
RESNET = [
    ('backbone.stem.conv1.norm.', GUIDANCE + 'bn1.'), ('backbone.stem.conv1.', GUIDANCE + 'conv1.'),
    *[(f'backbone.res{stage + 1}.{{}}.{theirs}', f'{GUIDANCE}layer{stage}.{{}}.{ours}')
      for stage in (1, 2, 3, 4) for theirs, ours in RESNET_BLOCK],
]
RENAMED = [
    (CLIP + 'visual.', 'backbone.clip.visual.'), (CLIP, TEXT),
    *[(f'{AGGREGATOR}{theirs}.{{}}.{a}', f'{HEAD}{ours}.{{}}.{b}')
      for theirs, ours in (('layers', 'stack'), ('layers_specific_part', 'class_stack')) for a, b in LAYER],
    (AGGREGATOR + 'conv1.', HEAD + 'embedding.conv.'),
    (AGGREGATOR + 'conv2.', HEAD + 'class_embedding.conv.'),
    (AGGREGATOR + 'conv_proj_feat.', HEAD + 'object_aware_cost.project.'),
    (AGGREGATOR + 'guidance_projection.', HEAD + 'guidance.appearance.'),
    (AGGREGATOR + 'decoder_guidance_projection.', HEAD + 'guidance.decoder.'),
    (AGGREGATOR + 'text_guidance_projection.', HEAD + 'text_projection.'),
    *[(f'{AGGREGATOR}decoder{i + 1}.{a}', f'{HEAD}decoder.blocks.{i}.{b}')
      for i in (0, 1) for a, b in DECODER_BLOCK],
    (AGGREGATOR + 'head.', HEAD + 'decoder.head.'),
    ('upsample1.', HEAD + 'guidance.upsample.0.'), ('upsample2.', HEAD + 'guidance.upsample.1.'),
    (PREDICTOR + 'non_object_embedding', HEAD + 'background_embedding'),
    ('backbone.dinov2.', GUIDANCE + 'model.'), *RESNET,
]
# constants, what is never called, and what prediction and training here have no use for
DROPPED = (r'.*\.attn_mask', re.escape(AGGREGATOR + 'layers_object.') + '.*',
           re.escape(CLIP + 'logit_scale'), r'backbone\.dinov2\.mask_token', 'pixel_.*', 'clip_pixel_.*')
# where a file lacks these they start as copies, as the released code means to do
COPIED = [(HEAD + 'class_embedding.', HEAD + 'embedding.'), (HEAD + 'class_stack.', HEAD + 'stack.')]
# … or keep their own start, also where another backbone guides, or the text tower comes from elsewhere
FRESH = (HEAD + 'background_embedding', HEAD + 'object_aware_cost.project.', HEAD + 'guidance.', GUIDANCE,
         TEXT)
SPARE = (HEAD + 'class_embedding.', HEAD + 'class_stack.', HEAD + 'guidance.', GUIDANCE,
         HEAD + 'background_embedding')


def catseg_to_mmpartseg(published: dict[str, torch.Tensor], source: str) -> 'OrderedDict[str, torch.Tensor]':
    """Rename the entries of a CATSeg or PartCATSeg state dict.

    Args:
        published (dict[str, Tensor]): as in the released files.
        source (str): where it comes from, for error messages.

    Returns:
        OrderedDict: our names, with the metadata that :func:`check_state_dict` reads.

    Raises:
        ValueError: entries that the table does not know.
    """
    if AGGREGATOR + 'conv1.weight' not in published:
        raise ValueError(f"{source}: no entry '{AGGREGATOR}conv1.weight', so these are not weights of "
                         f'CATSeg or PartCATSeg; it holds {list(published)[:3]}, …')
    state: Any = OrderedDict()  # with an attribute, torch's metadata
    unknown = []
    for name, value in published.items():
        if any(re.fullmatch(pattern, name) for pattern in DROPPED):
            continue
        ours = rename(name)
        if ours is None:
            unknown.append(name)
            continue
        state[ours] = value
        if ours.startswith(GUIDANCE) and name.endswith('running_var'):
            state[ours.replace('running_var', 'num_batches_tracked')] = torch.zeros((), dtype=torch.long)
    if unknown:
        raise ValueError(f"{source}: {counted(len(unknown), 'entry is', 'entries are')} not of "
                         f'CATSeg or PartCATSeg: {unknown[:5]}')
    for target, original in COPIED:
        if not any(key.startswith(target) for key in state):
            state.update({target + key[len(original):]: value.clone()
                          for key, value in list(state.items()) if key.startswith(original)})
    state._metadata = OrderedDict(
        {'': dict(source=source, fresh=list(FRESH), spare=list(SPARE), whole=[*FRESH, *SPARE])})
    return state


def rename(name: str, pairs: Iterable[tuple[str, str]] = tuple(RENAMED)) -> str | None:
    """Our name of a published entry, or None."""
    for theirs, ours in pairs:
        match = re.match(re.escape(theirs).replace(r'\{\}', r'([^.]+)'), name)
        if match and (match.end() == len(name) or theirs.endswith('.')):
            for group in match.groups():
                ours = ours.replace('{}', group, 1)
            return ours + name[match.end():]
    return None


def mmpartseg_to_catseg(state: dict[str, torch.Tensor]) -> dict[str, torch.Tensor]:
    """A state dict of ours in the released naming, for ``catseg://`` and for CAT-Seg's own code.

    Args:
        state (dict[str, Tensor]): of a CATSeg or PartCATSeg.

    Returns:
        dict[str, Tensor]: without the counters of batch norms, which the released files lack.

    Raises:
        ValueError: entries that the released naming has no place for.
    """
    names = {name: rename(name, [(ours, theirs) for theirs, ours in RENAMED]) for name in state
             if not name.endswith('num_batches_tracked')}
    unknown = [name for name, theirs in names.items() if theirs is None]
    if unknown:
        raise ValueError(f"{counted(len(unknown), 'entry has', 'entries have')} no name in files of CATSeg: "
                         f'{unknown[:5]}')
    return {theirs: state[name] for name, theirs in names.items() if theirs is not None}
