"""Configs that mix components with mmseg's, at a size that trains within seconds."""
import json
from importlib.util import find_spec
from pathlib import Path

import pytest
from mmengine.config import Config, ConfigDict
from mmengine.runner import Runner

from tests.shipped_configs import as_shipped, load
from tests.tiny import TEXT_ENCODER, TINY_CLIP

ROOT = Path(__file__).parents[1]
SIZE = 64
RESNET = dict(depth=18, base_channels=8, stem_channels=8, init_cfg=None)
WIDTHS = [8, 16, 32, 64]
FOUR_BLOCKS = dict(TINY_CLIP, vision_cfg=dict(TINY_CLIP['vision_cfg'], layers=4))
CLIP = dict(arch=FOUR_BLOCKS, out_indices=(0, 1, 2, 3), init_cfg=None)
FOUR = [32] * 4
HEAD = dict(text_encoder=dict(TEXT_ENCODER, trainable='embeddings', init_cfg=None), channels=16,
            num_heads=2, ffn_channels=32)
SMALL_ATTENTION = dict(embed_dims=32, num_heads=2, batch_first=True)
# what makes each shipped model small; everything else is as shipped
SMALL = {
    'segformer/segformer_mit-b0_pascal_part': dict(
        backbone=dict(embed_dims=8, num_layers=[1] * 4, num_heads=[1, 1, 2, 2], init_cfg=None),
        decode_head=dict(in_channels=[8, 8, 16, 16], channels=16)),
    'upernet/upernet_r50_pascal_part': dict(
        pretrained=None, backbone=RESNET, decode_head=dict(in_channels=WIDTHS, channels=16),
        auxiliary_head=dict(in_channels=32, channels=8)),
    'deeplabv3plus/deeplabv3plus_r50-d8_pascal_part': dict(
        pretrained=None, backbone=RESNET, auxiliary_head=dict(in_channels=32, channels=8),
        decode_head=dict(in_channels=64, c1_in_channels=8, c1_channels=8, channels=16)),
    'ocrnet/ocrnet_r50-d8_pascal_part': dict(
        pretrained=None, backbone=RESNET, decode_head=[
            dict(in_channels=32, channels=8), dict(in_channels=64, channels=16, ocr_channels=8)]),
    'upernet/upernet_openclip-vit-b16_pascal_part': dict(
        backbone=CLIP, neck=dict(embed_dim=32), decode_head=dict(in_channels=FOUR, channels=16)),
    'fpn/fpn_openclip-vit-b16_pascal_part': dict(
        backbone=CLIP, neck=[dict(embed_dim=32), dict(in_channels=FOUR, out_channels=16)],
        decode_head=dict(in_channels=[16] * 4, channels=16)),
    'fcn/fcn_openclip-vit-b16_pascal_part': dict(
        backbone=CLIP, decode_head=dict(in_channels=32, channels=16)),
    'maskformer/maskformer_r50_pascal_part': dict(
        backbone=RESNET, decode_head=dict(
            in_channels=WIDTHS, feat_channels=32, out_channels=32, num_queries=8,
            positional_encoding=dict(num_feats=16, normalize=True),
            transformer_decoder=dict(num_layers=2, return_intermediate=True, layer_cfg=dict(
                self_attn_cfg=dict(SMALL_ATTENTION), cross_attn_cfg=dict(SMALL_ATTENTION),
                ffn_cfg=dict(embed_dims=32, feedforward_channels=32))))),
    'partclipseg/pascal_part_r50': dict(
        backbone=RESNET, decode_head=dict(HEAD, in_channels=(16, 32, 64))),
    'partclipseg/pascal_part_swin': dict(
        backbone=dict(embed_dims=8, depths=(1, 1, 1, 1), num_heads=(1, 1, 2, 2), window_size=3,
                      init_cfg=None), decode_head=dict(HEAD, in_channels=(16, 32, 64))),
    'partclipseg/pascal_part_mit': dict(
        backbone=dict(embed_dims=8, num_layers=(1, ) * 4, num_heads=(1, 1, 2, 2), init_cfg=None),
        decode_head=dict(HEAD, in_channels=(8, 16, 16))),
    'partclipseg/pascal_part_convnext': dict(
        backbone=dict(depths=(1, 1, 1, 1), dims=WIDTHS, init_cfg=None),
        decode_head=dict(HEAD, in_channels=WIDTHS)),
}
NEED_MMDET = ('maskformer/maskformer_r50_pascal_part', )
RUNNABLE = [pytest.param(name, marks=pytest.mark.skipif(
    name in NEED_MMDET and find_spec('mmdet') is None, reason='needs mmdet')) for name in SMALL]


@pytest.fixture(autouse=True)
def unformatted(monkeypatch):
    """For the modules that import it: yapf on each Runner's config takes most of a small run's time."""
    monkeypatch.setattr(Config, 'pretty_text', property(repr))


def small_config(name, folder, data_root, iters=2):
    """A shipped config with a small model, small images, and data and results in test folders."""
    cfg = load(f'configs/{name}.py')
    for key, changes in SMALL[name].items():
        if isinstance(changes, list):
            cfg.model[key] = [ConfigDict(dict(a, **b)) for a, b in zip(cfg.model[key], changes)]
        elif changes is None:
            cfg.model[key] = None
        else:
            cfg.model[key].update(changes)
    cfg.model.data_preprocessor.size = (SIZE, SIZE)
    for loader in (cfg.train_dataloader, cfg.val_dataloader, cfg.test_dataloader):
        loader.update(num_workers=0, persistent_workers=False)
        small_pipeline(loader.dataset.pipeline)
        loader.dataset.data_root = str(data_root)
    cfg.train_dataloader.batch_size = cfg.effective_batch_size = 2
    return finished(cfg, folder, iters)


def small_pipeline(pipeline, size=SIZE):
    """Resize to the test's size, in place."""
    for transform in pipeline:
        if transform.type == 'RandomCrop':
            transform.crop_size = (size, size)
        elif 'scale' in transform:
            transform.scale = (4 * size, size) if transform.keep_ratio else (size, size)


def finished(cfg, folder, iters):
    """A run of a few iterations, its log and checkpoints in ``folder``."""
    cfg.merge_from_dict(dict(
        train_cfg=dict(max_iters=iters, val_interval=iters), load_from=None, work_dir=str(folder),
        default_hooks=dict(logger=dict(interval=1), checkpoint=dict(interval=iters)),
        experiment_name=str(folder)))
    return cfg


def run(cfg):
    """Train and validate; the Runner and the logged scalars by name."""
    runner = Runner.from_cfg(cfg)
    runner.train()
    history = runner.message_hub.log_scalars
    return runner, {key.split('/', 1)[1]: value.data[0] for key, value in history.items()}


def distinct_models(paths):
    """The configs without those that differ from an earlier one in vocabularies and data alone.

    What such a config adds is checked without a model; a step of training would show nothing new.
    """
    first = {}
    for path in paths:
        cfg = as_shipped(path)
        model = cfg.model.to_dict()
        model.pop('object_segmentor', None)
        train = model['decode_head'].pop('train_taxonomy', None)
        model['decode_head'].pop('test_taxonomy', None)
        key = json.dumps([model, isinstance(train, dict), cfg.optim_wrapper.to_dict()], sort_keys=True,
                         default=repr)
        first.setdefault(key, path)
    return list(first.values())
