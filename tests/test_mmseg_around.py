"""mmseg's and mmengine's own metric, hooks, wrappers and optimizers around this package's parts."""
import math
from pathlib import Path

import pytest
import torch
from mmengine.optim import build_optim_wrapper
from mmengine.runner import Runner
from mmseg.registry import MODELS

from mmpartseg.engine import use_tta
from tests.mixed import run, small_config, unformatted  # noqa: F401
from tests.runs import CPUAmpWrapper  # noqa: F401  registers it

NAME = 'partclipseg/pascal_part_r50'


@pytest.fixture
def cfg(pascal_archive, tmp_path):
    """PartCLIPSeg on ResNet, small; two iterations and no validation."""
    cfg = small_config(NAME, tmp_path / 'run', pascal_archive.root)
    cfg.train_cfg.val_interval = 100
    cfg.default_hooks.checkpoint.save_best = None
    return cfg


def train(cfg):
    runner, log = run(cfg)
    assert runner.iter == cfg.train_cfg.max_iters and math.isfinite(log['loss'][-1])
    return runner


def wrapped(cfg, type, **options):
    inner = cfg.train_dataloader.dataset
    options = {key: [inner, inner] if key == 'datasets' else value for key, value in options.items()}
    cfg.train_dataloader.dataset = dict(
        type=type, **options, **({} if 'datasets' in options else {'dataset': inner}))


@pytest.mark.parametrize('type, options, length', [
    ('ConcatDataset', dict(datasets=2), 6), ('RepeatDataset', dict(times=3), 9),
    # 'head' of the cat is in two of three images, its tail, its eye and person's torso in one:
    # sqrt(1 / (1/3)) is 1.73, so each image is repeated once or twice
    ('ClassBalancedDataset', dict(oversample_thr=1.0), range(3, 7))])
def test_wrappers_of_data_sets(cfg, type, options, length):
    wrapped(cfg, type, **options)
    dataset = train(cfg).train_dataloader.dataset
    assert len(dataset) == length if isinstance(length, int) else len(dataset) in length


def test_categories_of_an_image(cfg):
    dataset = Runner.build_dataloader(cfg.train_dataloader).dataset
    classes = dataset.metainfo['classes']
    shown = {Path(dataset.get_data_info(i)['img_path']).stem: {classes[c] for c in dataset.get_cat_ids(i)}
             for i in range(len(dataset))}
    assert shown == {'both': {"cat's head", "cat's tail"}, 'boat': {"person's torso"},
                     'cat': {"cat's eye", "cat's head"}}


def test_exponential_moving_average(cfg):
    cfg.custom_hooks = [dict(type='EMAHook', momentum=0.5)]
    cfg.train_cfg.val_interval = 2
    runner = train(cfg)
    saved = torch.load(Path(cfg.work_dir) / 'iter_2.pth', weights_only=True)
    name = 'decode_head.background_embedding'
    assert not torch.equal(saved['state_dict'][name], saved['ema_state_dict'][f'module.{name}'])
    assert 'pred_all/mIoU' in {k.split('/', 1)[1] for k in runner.message_hub.log_scalars}


def test_mixed_precision(cfg):
    """bfloat16; mmengine's AmpOptimWrapper refuses machines without an accelerator."""
    cfg.optim_wrapper.type = 'CPUAmpWrapper'
    runner = train(cfg)
    assert all(p.dtype == torch.float32 and p.isfinite().all() for p in runner.model.parameters())


def test_gradient_accumulation(cfg):
    """Two halves of a batch give the step of their mean."""
    cfg.model.backbone.norm_eval = True
    model = MODELS.build(cfg.model).train()
    wrapper = build_optim_wrapper(model, dict(
        type='OptimWrapper', optimizer=dict(type='SGD', lr=1.), accumulative_counts=2))
    weight = model.decode_head.background_embedding
    before, gradients = weight.detach().clone(), []
    batches = iter(Runner.build_dataloader(cfg.train_dataloader))
    for _ in range(2):
        data = model.data_preprocessor(next(batches), True)
        alone, _ = model.parse_losses(model(**data, mode='loss'))
        gradients.append(torch.autograd.grad(alone, weight)[0])
        total, _ = model.parse_losses(model(**data, mode='loss'))
        wrapper.update_params(total)
    torch.testing.assert_close(weight, before - sum(gradients) / 2, rtol=1e-4, atol=1e-5)


def test_layer_wise_learning_rates():
    """By custom keys alone; the dot keeps block 1 apart from block 11."""
    cfg = small_config('fpn/fpn_openclip-vit-b16_pascal_part', Path('x'), Path('x'))
    rates = {f'resblocks.{i}.': dict(lr_mult=0.8**(4 - i)) for i in range(4)}
    model = MODELS.build(cfg.model)
    wrapper = build_optim_wrapper(model, dict(
        type='OptimWrapper', optimizer=dict(type='AdamW', lr=1.), paramwise_cfg=dict(custom_keys=rates)))
    rate = {id(g['params'][0]): g['lr'] for g in wrapper.optimizer.param_groups}
    for name, parameter in model.named_parameters():
        block = name.split('resblocks.')[1][0] if 'resblocks.' in name else 4
        assert rate[id(parameter)] == pytest.approx(0.8**(4 - int(block))), name


def test_metric_and_pictures_of_mmseg(cfg, tmp_path):
    cfg.test_evaluator = [cfg.test_evaluator, dict(type='IoUMetric', iou_metrics=['mIoU', 'mDice'])]
    cfg.default_hooks.visualization = dict(type='SegVisualizationHook', draw=True, interval=1)
    cfg.visualizer = dict(type='SegLocalVisualizer', vis_backends=[dict(type='LocalVisBackend')],
                          save_dir=str(tmp_path / 'pictures'), name=str(tmp_path))
    metrics = Runner.from_cfg(cfg).test()
    assert {'mIoU', 'mDice', 'aAcc', 'pred_all/mIoU', 'oracle_obj/mIoU'} <= set(metrics)
    # both divide hits by labelled pixels; each image's parts are labelled once
    assert 0 <= metrics['aAcc'] <= 100
    assert len(list((tmp_path / 'pictures').rglob('*.png'))) == 2


@pytest.mark.parametrize('name', [NAME, 'segformer/segformer_mit-b0_pascal_part'])
def test_tta_of_mmseg(name, pascal_archive, tmp_path):
    """SegTTAModel averages class probabilities of Pred-All; PartTTAModel also knows objects."""
    cfg = small_config(name, tmp_path / 'run', pascal_archive.root)
    for transform in cfg.tta_pipeline[1].transforms[0]:
        transform.scale = (256, 64) if transform.keep_ratio else (64, 64)
    cfg.tta_model = dict(type='SegTTAModel')
    use_tta(cfg)
    metrics = Runner.from_cfg(cfg).test()
    assert 0 <= metrics['pred_all/mIoU'] <= 100
