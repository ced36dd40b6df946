"""What the names of a released CATSeg file tell: our entry of each, and the sizes of its CLIP."""
import re

import numpy as np

from tests.keyed_weights import entry, normal

PREDICTOR = 'sem_seg_head.predictor.'


def catseg_entry(name, shape, salt=''):
    """One keyed entry of a CATSeg checkpoint; None for a constant."""
    if name.endswith(('attn_mask', 'num_batches_tracked')):
        return None
    if name.endswith('running_var'):
        return (1 + np.abs(normal(name, shape, salt, 0.1))).astype(np.float32)
    if len(shape) == 1 and name.endswith(('weight', 'gamma')):
        return normal(name, shape, salt, 0.1, 1.0)
    if name.endswith(('padding_tokens', 'padding_guidance', 'pos_embed', 'cls_token', 'mask_token')):
        return normal(name, shape, salt, 0.2)
    return entry(name, tuple(shape), salt)


def clip_config(spec):
    """The architecture of CLIP in a specification."""
    clip = {k.removeprefix(PREDICTOR + 'clip_model.'): v for k, v in spec.items() if 'clip_model.' in k}
    width, patch = clip['visual.conv1.weight'][0], clip['visual.conv1.weight'][-1]
    side = round((clip['visual.positional_embedding'][0] - 1)**0.5)
    context, text_width = clip['positional_embedding']
    return dict(
        embed_dim=clip['visual.proj'][1], quick_gelu=True,
        vision_cfg=dict(image_size=side * patch, patch_size=patch, width=width, head_width=64,
                        layers=count(clip, r'visual\.transformer\.resblocks\.(\d+)')),
        text_cfg=dict(context_length=context, vocab_size=49408, width=text_width, heads=text_width // 64,
                      layers=count(clip, r'transformer\.resblocks\.(\d+)')))


def count(entries, pattern):
    return 1 + max(int(m.group(1)) for k in entries if (m := re.match(pattern, k)))
