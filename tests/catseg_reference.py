"""The released CATSeg and PartCATSeg: arrays of toy and full size, and our models with their weights."""
import json
import math
import re

import numpy as np
import torch
from mmengine.config import ConfigDict
from mmengine.model import BaseModule
from mmengine.runner.checkpoint import load_state_dict
from mmseg.registry import MODELS

from mmpartseg.checkpoints.catseg import catseg_to_mmpartseg, rename
from tests.catseg_entries import PREDICTOR, catseg_entry, clip_config, count
from tests.keyed_weights import read_arrays
from tests.kinks import gradient, gradient_of_some_choice

MEAN, STD = [122.7709383, 116.7460125, 104.09373615], [68.5005327, 66.6321579, 70.3231630]
IMAGENET = dict(guidance_mean=[123.675, 116.28, 103.53], guidance_std=[58.395, 57.12, 57.375])
TEMPLATES = ('itap of a {}.', 'a bad photo of the {}.', 'a origami {}.', 'a photo of the large {}.',
             'a {} in a video game.', 'art of the {}.', 'a photo of the small {}.',
             'A photo of a {} in the scene')
SCENE = ('A photo of a {} in the scene', )


@MODELS.register_module()
class GivenMaps(BaseModule):
    """Guidance that somebody else computed."""
    maps = ()

    def forward(self, x):
        return tuple(self.maps)


def published(spec, salt, stored=None):
    """A checkpoint in the released naming: keyed entries, those that are stored in their place."""
    state = {}
    for name, shape in spec.items():
        value = (stored or {}).get(name)
        if value is None:
            value = catseg_entry(name, shape, salt)
        if value is not None:
            state[name] = torch.as_tensor(np.asarray(value))
    return state


def head_options(spec, **options):
    """Widths of the aggregator in a specification."""
    def width(name, axis=0):
        return spec[f'{PREDICTOR}transformer.{name}'][axis]
    decoder = [width(f'decoder{i}.conv.double_conv.0.weight') for i in (1, 2)]
    guidance = [width(f'decoder_guidance_projection.{i}.0.weight') for i in (0, 1)]
    # window² tokens see each other; without masks no window is smaller than the grid
    masks = [shape[-1] for name, shape in spec.items() if name.endswith('attn_mask')]
    return dict(
        window=math.isqrt(masks[0]) if masks else 12,
        channels=width('conv1.weight'), appearance_channels=width('guidance_projection.0.weight'),
        text_channels=width('text_guidance_projection.0.weight'), decoder_channels=decoder,
        decoder_guidance_channels=guidance,
        num_layers=count(spec, rf'{re.escape(PREDICTOR)}transformer\.layers\.(\d+)'), **options)


class Arrays:
    """The arrays of a file under a prefix, as tensors."""

    def __init__(self, path, prefix=''):
        self.file, self.prefix = read_arrays(path), prefix

    @property
    def salt(self):
        return str(self['SALT', None])

    @property
    def spec(self):
        """{entry of the checkpoint: shape}."""
        return json.loads(str(self['spec', None]))

    def __getitem__(self, name):
        if isinstance(name, tuple):
            return self.file[self.prefix + name[0]]
        return torch.from_numpy(self.file[self.prefix + name])

    def __contains__(self, name):
        return self.prefix + name in self.file.files

    def names(self, key):
        return [str(name) for name in self[key, None]]

    def folders(self, pattern):
        """The folders of a name."""
        found = {k[len(self.prefix):].split('/')[0] for k in self.file.files if k.startswith(self.prefix)}
        return sorted(name for name in found if re.fullmatch(pattern, name))

    def under(self, folder):
        """{name: tensor} of the entries in a folder."""
        start = f'{self.prefix}{folder}/'
        return {k[len(start):]: torch.from_numpy(self.file[k])
                for k in self.file.files if k.startswith(start)}


def build(arrays, spec, head, dense='token', out_indices=(), guided=True, test_cfg=None, sizes=None):
    """A PartSegmentor in the released preprocessing, with the released weights.

    Args:
        arrays (Arrays): with weights under ``weight``.
        spec (dict): the checkpoint's specification.
        head (dict): config of the head, without text encoder and widths.
        dense, out_indices: of the backbone.
        guided (bool): whether guidance is given, see :class:`GivenMaps`.
    """
    clip = clip_config(spec)
    trained = 'query_value' if any('.q_proj_weight' in name for name in spec) else None
    model = MODELS.build(dict(
        type='PartSegmentor',
        data_preprocessor=dict(type='SegDataPreProcessor', mean=MEAN, std=STD),
        backbone=dict(
            type='GuidedCLIP', clip_size=(384, 384), guidance_size=(384, 384), mean=MEAN, std=STD,
            padding_divisor=32, guidance=dict(type='GivenMaps') if guided else None, **IMAGENET,
            clip=dict(type='OpenCLIPViT', arch=clip, out_indices=out_indices, dense=dense,
                      frozen=trained is None, trainable=trained or 'all')),
        decode_head=dict(
            text_encoder=dict(
                type='OpenCLIPTextEncoder', arch=clip, trainable=trained or 'none', averaged=False,
                templates=TEMPLATES if spec[f'{PREDICTOR}transformer.conv1.weight'][1] == 8 else SCENE),
            **head_options(spec), **head),
        train_cfg=dict(), test_cfg=ConfigDict(test_cfg or dict(mode='whole'))))
    state = {k: v for k, v in published(spec, arrays.salt, arrays.under('weight')).items()
             if not k.startswith('backbone.proj.')}
    load_state_dict(model, catseg_to_mmpartseg(state, 'the reference'), strict=True)
    return model.eval()


def give_guidance(model, arrays, folder):
    """Put the guidance that the released code computed into :class:`GivenMaps`."""
    model.backbone.guidance.maps = [arrays[f'{folder}/guidance_input/res{i}'] for i in (2, 3, 4)]


def normalised(image):
    """(…, 3, H, W) uint8 RGB as CLIP wants it."""
    return (image.float() - torch.tensor(MEAN)[:, None, None]) / torch.tensor(STD)[:, None, None]


def ours(names):
    """Our names of released entries that gradients are given for, in the model."""
    return {rename(name): name for name in names if not name.startswith('backbone.proj.')}


def check_gradients(model, loss, gradients, names=None, tolerance=1e-4):
    """Gradients of ``loss()`` against the reference's; CLIP's have every 8th row.

    Where they differ, ReLUs of nearly no input may be open or closed, see :mod:`tests.kinks`. ``names`` are
    the reference's by ours.
    """
    assert gradients
    named = dict(model.named_parameters())
    names = names or ours(gradients)
    parameters, expected = [named[name] for name in names], [gradients[each] for each in names.values()]
    scales = [e.abs().max() for e in expected]
    select = [(lambda g, scale=scale, step=1 if p.shape == e.shape else 8: g[::step] / scale)
              for p, e, scale in zip(parameters, expected, scales)]
    flat = torch.cat([(e / scale).flatten() for e, scale in zip(expected, scales)])

    def beyond(found):
        errors = (found - flat).abs().split([e.numel() for e in expected])
        return {name: error.max().item() for name, error in zip(names, errors) if error.max() > tolerance}
    different = beyond(gradient(loss(), parameters, select))
    if different:
        different = beyond(gradient_of_some_choice(model, loss, parameters, select, flat)[0])
    assert not different


def close(actual, expected, scale_tolerance=1e-5, name=''):
    """Equal up to a share of the largest expected value."""
    expected = torch.as_tensor(expected)
    assert actual.shape == expected.shape, (name, actual.shape, expected.shape)
    error = (actual.detach() - expected).abs().max().item()
    scale = expected.abs().max().item()
    assert error <= scale_tolerance * scale, f'{name}: off by {error:.3g} of {scale:.3g}'


def classes_first(x):
    """(N, T, h, w, C) -> (N, C, T, h, w), as the arrays have it."""
    return x.permute(0, 4, 1, 2, 3)
