"""The shipped configs, and how they become small enough for tests."""
import copy
import functools
from pathlib import Path

from mmengine.config import Config
from mmseg.registry import DATASETS

from tests.tiny import TEXT_ENCODER, TINY_CLIP
from tests.tiny_cost import shrink_cost_family

ROOT = Path(__file__).parents[1]
TOWERS = ('OpenCLIPViT', 'GuidedCLIP', 'OpenCLIPImageTower', 'TimmImageTower')
CONFIGS = sorted(p.relative_to(ROOT).as_posix() for p in ROOT.glob('configs/*/*.py')
                 if p.parent.name not in ('_base_', 'pretraining'))  # the latter: tests/test_pretraining


def load(name):
    """A shipped config of one's own, to change: each is read once, which takes 50 ms."""
    return copy.deepcopy(as_shipped(name))


@functools.cache
def as_shipped(name):
    """A shipped config that others read too."""
    return Config.fromfile(ROOT / name)


def open_vocabulary(cfg):
    head = cfg.model.get('decode_head', {})
    return isinstance(head, dict) and head.get('text_encoder') is not None


def datasets_of(loader):
    """The data sets of a data loader, their files unread."""
    def leaves(cfg):
        inner = cfg.get('datasets') or ([cfg.dataset] if 'dataset' in cfg else [])
        return [leaf for c in inner for leaf in leaves(c)] or [cfg]
    return [DATASETS.build(dict(cfg, lazy_init=True)) for cfg in leaves(loader.dataset)]


def shrink(cfg):
    """The same config with a CLIP of a few thousand weights; everything else as shipped."""
    cfg.model.data_preprocessor.size = (32, 32)
    backbone = cfg.model.backbone
    clip = backbone.clip if backbone.type == 'GuidedCLIP' else backbone
    if clip.type in ('OpenCLIPViT', 'OpenCLIPImageTower'):
        clip.update(arch=TINY_CLIP, out_indices=clip.get('out_indices', (1, )) and (0, 2))
    if clip.type == 'TimmImageTower':
        clip.update(options=dict(embed_dim=32, depth=3, num_heads=2), out_indices=(0, 2))
    clip.update(pretrained=None, init_cfg=None)
    head = cfg.model.decode_head
    head.text_encoder.update(dict(TEXT_ENCODER, trainable=head.text_encoder.trainable), pretrained=None,
                             init_cfg=None)
    if backbone.type == 'GuidedCLIP':
        return shrink_cost_family(cfg)
    head.update(in_channels=(32, 32), channels=16, num_heads=2, ffn_channels=32, mask_strides=(4, 2))
    return cfg
