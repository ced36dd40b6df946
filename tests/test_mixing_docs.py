"""Every snippet, name and path of docs/mixing.md is tried."""
import math
import re

import mmseg.evaluation  # noqa: F401  registers
import mmseg.visualization  # noqa: F401
import pytest
import torch
from mmengine.config import Config
from mmengine.evaluator import Evaluator
from mmengine.optim import build_optim_wrapper
from mmengine.registry import DefaultScope
from mmseg import registry
from mmseg.registry import MODELS

from tests.mixed import (  # noqa: F401
    ROOT,
    SIZE,
    SMALL,
    run,
    small_config,
    small_pipeline,
    unformatted,
)
from tests.tiny import MASK_LOSSES

TEXT = (ROOT / 'docs' / 'mixing.md').read_text()
SNIPPETS = re.findall(r'```python\n(.*?)```', TEXT, re.DOTALL)
INLINE = re.findall(r'`([a-z_]+=.+?)`', TEXT)
REGISTRIES = [value for value in vars(registry).values() if hasattr(value, 'module_dict')]


@pytest.fixture(autouse=True)
def scope():
    with DefaultScope.overwrite_default_scope('mmseg'):
        yield


def snippet(start):
    """The text of the one snippet that begins so, its indentation removed."""
    found, = (text for text in SNIPPETS if text.lstrip().startswith(start))
    indent = len(found) - len(found.lstrip(' '))
    return re.sub(rf'^ {{{indent}}}', '', found, flags=re.MULTILINE)


def written(text, base, tmp_path):
    """A snippet as a config that inherits a shipped one."""
    path = tmp_path / 'config.py'
    path.write_text(f"_base_ = '{ROOT}/configs/{base}.py'\n{text}")
    return Config.fromfile(path)


def test_number_of_snippets():
    """A new one needs a test here."""
    assert len(SNIPPETS) == 7  # the two on encoders and decoders: tests/test_mixing_encoders.py


def test_head_of_mmseg_on_parts(tmp_path):
    (tmp_path / '_base_').symlink_to(ROOT / 'configs' / '_base_')
    (tmp_path / 'mine').mkdir()
    path = tmp_path / 'mine' / 'config.py'
    path.write_text(snippet('_base_ ='))
    cfg = Config.fromfile(path)
    for norm in (cfg.norm_cfg, cfg.model.backbone.norm_cfg):  # what "train on GPUs only" is about
        assert norm.type == 'SyncBN'
    model = MODELS.build(cfg.model)
    assert (model.decode_head.out_channels, len(model.taxonomy)) == (117, 116)
    assert type(model.decode_head).__name__ == 'UPerHead'
    assert cfg.train_dataloader.dataset.type == 'PascalPart116Dataset'


def test_losses_side_by_side(tmp_path):
    cfg = written(f"model = dict(decode_head=dict(\n{snippet('loss_object_part=')}))",
                  'partclipseg/pascal_part_r50', tmp_path)
    cfg.model.decode_head.update(SMALL['partclipseg/pascal_part_r50']['decode_head'])
    modules = list(MODELS.build(cfg.model.decode_head).modules())
    dice, = (module for module in modules if type(module).__name__ == 'DiceLoss')
    assert dice.loss_weight == 0.5
    assert [type(module).__name__ for module in modules].count('PartMaskLoss') == len(MASK_LOSSES)


def test_layer_wise_learning_rates(tmp_path):
    cfg = written(snippet('model = dict(backbone='), 'fpn/fpn_openclip-vit-b16_pascal_part', tmp_path)
    for key, changes in SMALL['fpn/fpn_openclip-vit-b16_pascal_part'].items():
        for part, change in zip(*([x] if isinstance(x, dict) else x for x in (cfg.model[key], changes))):
            part.update(change)
    model = MODELS.build(cfg.model)
    base = cfg.optim_wrapper.optimizer.lr
    groups = build_optim_wrapper(model, cfg.optim_wrapper).optimizer.param_groups
    rates = {group['params'][0]: group['lr'] for group in groups}
    last = model.backbone.visual.transformer.resblocks[3].mlp.c_fc.weight
    assert rates[last] == pytest.approx(base * 0.8)
    assert rates[model.backbone.visual.conv1.weight] == pytest.approx(base * 0.8**5)


def test_standard_augmentation(pascal_archive, tmp_path):
    """It trains, and every batch holds the maps that go with its pictures."""
    name = 'partclipseg/pascal_part_r50'
    cfg = small_config(name, tmp_path, pascal_archive.root)
    recipe = Config.fromstring(snippet('train_pipeline ='), '.py').train_dataloader.dataset.pipeline
    small_pipeline(recipe)
    cfg.train_dataloader.dataset.pipeline = recipe
    cfg.train_cfg.val_interval = 100
    cfg.default_hooks.checkpoint.save_best = None
    runner, log = run(cfg)
    assert runner.iter == 2 and math.isfinite(log['loss'][-1])
    sizes = set()
    for _ in range(5):
        for sample in runner.train_dataloader.dataset:
            sizes.add(tuple(sample['inputs'].shape[1:]))
            padded = runner.model.data_preprocessor(
                {key: [value] for key, value in sample.items()}, True)['data_samples'][0]
            parts, objects = padded.gt_sem_seg.data[0], padded.gt_object_seg.data[0]
            assert parts.shape == objects.shape == (SIZE, SIZE)
            of = torch.tensor(runner.train_dataloader.dataset.taxonomy.object_of)
            assert torch.equal(of[parts[parts != 255]], objects[parts != 255])
    assert len(sizes) > 1


def test_joint_training(tmp_path):
    text = snippet('model = dict(decode_head=dict(train_taxonomy')
    cfg = written(text, 'partclipseg/pascal_part', tmp_path)
    shipped = Config.fromfile(ROOT / 'configs/partclipseg/joint_pascal_part_imagenet_ade20k.py')
    for key in ('val_cfg', 'test_cfg'):
        assert cfg[key] == shipped[key]
    assert cfg.model.decode_head.train_taxonomy == shipped.model.decode_head.train_taxonomy


def test_settings_within_the_text():
    """They are Python, and what can be built is."""
    settings = [eval(f'dict({text})') for text in INLINE if '`' not in text and 'cfg-options' not in text]
    evaluators, = (each['val_evaluator'] for each in settings if 'val_evaluator' in each)
    assert len(Evaluator(evaluators).metrics) == 2
    assert {'test_cfg', 'background_weight', 'frozen'} <= {key for each in settings for key in each}


def test_names_and_paths():
    registries = [*REGISTRIES, *(each.parent for each in REGISTRIES)]
    words = re.findall(r"`([A-Z]+[a-z]+\w*)`|type='(\w+)'", TEXT)
    named = {a or b for a, b in words}
    assert len(named) > 30
    unknown = {name for name in named if not any(each.get(name) for each in registries)}
    # mmseg's in no registry, mmdet's in one of its own, yours
    assert unknown == {'MMSegInferencer', 'FocalLossCost', 'MyDecoder'}
    for path in re.findall(r'`((?:configs|tests|tools|docs)/[\w/.-]+)`', TEXT):
        assert (ROOT / path).exists(), path
    assert {f'configs/{name}.py' for name in SMALL} <= set(re.findall(r'`(configs/[\w/.-]+)`', TEXT))
