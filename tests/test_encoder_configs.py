"""Configs on other encoders: pictures as the tag has them, widths and masks as the architecture has them."""
import math
from pathlib import Path

import pytest
import timm
import torch
from mmengine.config import Config
from mmengine.logging import MMLogger
from mmseg.registry import HOOKS, MODELS

from mmpartseg.models.preprocessing import interpolation, pixel_statistics
from tests.tiny import TINY_CLIP

ROOT = Path(__file__).parents[1]
FOLDER = ROOT / 'configs/partclipseg'
NAMES = ['siglip2-b16', 'eva02-b16', 'dfn-l14', 'metaclip-l14', 'convnext-b', 'pe-b16', 'dinov3-b16']
BLOCKS = {12: (3, 6, 9), 24: (7, 13, 19), 4: (1, 2, 3)}
WIDTHS = {'convnext-b': (256, 512, 1024), 'dfn-l14': (1024, ) * 3, 'metaclip-l14': (1024, ) * 3}


def load(name):
    return Config.fromfile(FOLDER / f'pascal_part_{name}.py')


def resizes(cfg):
    """The resizing transforms of training and test pipelines, of test-time augmentation too."""
    pipelines = [cfg[f'{name}_dataloader'].dataset.pipeline for name in ('train', 'val', 'test')]
    tta, = (step for step in cfg.tta_pipeline if step.type == 'TestTimeAug')
    return [step for pipeline in (*pipelines, *tta.transforms) for step in pipeline
            if step.type == 'ResizePartSeg']


def on_meta(cfg):
    """The model at its full size, without memory."""
    for tower in (cfg.model.backbone, cfg.model.decode_head.text_encoder):
        tower.pretrained = None
    with torch.device('meta'):
        return MODELS.build(cfg.model)


@pytest.mark.parametrize('name', NAMES)
def test_pictures_are_those_of_the_tag(name):
    cfg = load(name)
    backbone, preprocessor = cfg.model.backbone, cfg.model.data_preprocessor
    if backbone.type == 'TimmImageTower':
        tag = timm.get_pretrained_cfg(backbone.arch)
        statistics, method = [[255 * x for x in each] for each in (tag.mean, tag.std)], tag.interpolation
    else:
        statistics = pixel_statistics(backbone.arch, backbone.pretrained)
        method = interpolation(backbone.arch, backbone.pretrained)
    assert preprocessor.mean == pytest.approx(statistics[0])
    assert preprocessor.std == pytest.approx(statistics[1])
    found = resizes(cfg)
    assert len(found) == 6 and {step.interpolation for step in found} == {method}
    assert {tuple(step.scale) for step in found[:3]} == {tuple(preprocessor.size)}
    patch = 32 if 'convnext' in name else int(name[-2:])
    assert all(side % patch == 0 for step in found for side in step.scale)


@pytest.mark.parametrize('name', NAMES)
def test_the_head_fits_both_towers(name):
    cfg = load(name)
    model = on_meta(cfg)
    head, backbone = model.decode_head, model.backbone
    assert head.in_channels == backbone.out_channels == WIDTHS.get(name, (768, ) * 3)
    assert backbone.out_indices in BLOCKS.values()
    stride = 32 if 'convnext' in name else int(name[-2:])
    upsampled = math.prod(layer.stride[0] for layer in (head.mask_branch[2], head.mask_branch[4]))
    assert backbone.out_strides[-1] == stride == upsampled
    assert head.background_embedding.shape[1] == head.text_encoder.embed_dims
    assert not any(p.requires_grad for module in (backbone, head.text_encoder) for p in module.parameters())
    trained = {n.split('.')[1] for n, p in model.named_parameters() if p.requires_grad}
    assert 'decoder' in trained and 'text_encoder' not in trained
    assert cfg.load_from is None and cfg.optim_wrapper.clip_grad.max_norm == 1


def test_another_encoder_is_two_lines(tmp_path):
    (tmp_path / 'mine.py').write_text(f"""
_base_ = '{FOLDER}/pascal_part_eva02-b16.py'
clip = dict(arch='ViT-B-32-SigLIP2-256', pretrained=None)
model = dict(backbone=clip, decode_head=dict(text_encoder=clip))
""")
    model = on_meta(Config.fromfile(tmp_path / 'mine.py'))
    masks = model.decode_head.mask_branch
    assert model.backbone.out_strides == (32, 32, 32)
    assert (masks[2].stride, masks[4].stride) == ((8, 8), (4, 4))


@pytest.mark.parametrize('base', ['partclipseg/pascal_part', 'clipseg/ade20k_part'])
def test_another_vit_is_two_lines_of_the_recipe_itself(base, tmp_path):
    """CLIPSeg's weights, which have its ViT-B/16, are left out."""
    (tmp_path / 'mine.py').write_text(f"""
_base_ = '{ROOT}/configs/{base}.py'
clip = dict(arch='ViT-L-14', pretrained='openai')
model = dict(backbone=clip, decode_head=dict(text_encoder=clip))
load_from = None
""")
    model = on_meta(Config.fromfile(tmp_path / 'mine.py'))
    head, masks = model.decode_head, model.decode_head.mask_branch
    assert model.backbone.out_indices == (7, 13, 19) and head.in_channels == (1024, ) * 3
    assert (masks[2].stride, masks[4].stride) == ((7, 7), (2, 2)) and head.text_encoder.embed_dims == 768


class Stub:
    """What a hook asks of a Runner."""

    def __init__(self, backbone, loader, log):
        self.model = torch.nn.Module()
        self.model.backbone, self.iter, self.logger = backbone, 0, log
        self.train_dataloader = self.val_dataloader = self.test_dataloader = loader


@pytest.mark.parametrize('stated, warned', [('bicubic', True), ('bilinear', False), (None, False)])
@pytest.mark.parametrize('loop', ['train', 'val', 'test'])
def test_another_interpolation_is_one_line(stated, warned, loop, monkeypatch):
    from mmengine.dataset import BaseDataset
    lines = []
    log = MMLogger.get_current_instance()
    monkeypatch.setattr(log, 'warning', lines.append)
    backbone = MODELS.build(dict(type='OpenCLIPImageTower', arch=TINY_CLIP))
    backbone.interpolation = stated
    resize = dict(type='ResizePartSeg', scale=(8, 8), backend='pillow', interpolation='bilinear')
    drawn = dict(type='RandomResize', scale=(8, 8), resize_type='ResizePartSeg', interpolation='bilinear')
    for transform in (resize, drawn):
        dataset = BaseDataset(lazy_init=True, pipeline=[transform], serialize_data=False)
        loader = type('Loader', (), dict(dataset=dataset))
        hook = HOOKS.build(dict(type='PreprocessingCheckHook'))
        getattr(hook, f'before_{loop}')(Stub(backbone, loader, log))
    expected = (f'{loop}_dataloader resizes by bilinear interpolation; the weights of the backbone '
                "were trained with bicubic: set interpolation='bicubic' of what resizes them")
    assert lines == [expected] * 2 * warned


@pytest.mark.parametrize('config', sorted(
    path for family in ('catseg', 'partcatseg') for path in (ROOT / 'configs' / family).glob('*.py')
    if not path.stem.startswith('released_')),  # which do not train
    ids=lambda path: f'{path.parent.name}/{path.stem}')
def test_guidance_is_not_left_at_random(config):
    """Where no checkpoint brings its weights: fetched, or learned with norms that learn too."""
    cfg = Config.fromfile(config)
    guidance = cfg.model.backbone.get('guidance')
    if cfg.get('load_from') is None and guidance is not None:
        assert (guidance.get('pretrained') or guidance.get('init_cfg')
                or not guidance.get('norm_eval') and guidance.get('norm_cfg', {}).get('requires_grad', True))
