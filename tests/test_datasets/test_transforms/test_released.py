"""configs/partclipseg/*_as_released.py: pictures and labels as the released training reads them."""
from pathlib import Path

import numpy as np
import pytest
import torch
from mmengine.config import Config
from mmengine.optim import build_optim_wrapper
from mmengine.registry import DefaultScope
from mmseg.registry import DATASETS, MODELS
from PIL import Image

from tests.shipped_configs import shrink
from tests.test_released_labels import sources

ROOT = Path(__file__).parents[3]
PASCAL, PART_IMAGENET = 'pascal_part_as_released', 'part_imagenet_as_released'
NAMES = [PASCAL, PART_IMAGENET]


def load(name):
    return Config.fromfile(ROOT / 'configs' / 'partclipseg' / f'{name}.py')


@pytest.fixture(scope='module', params=NAMES)
def sample(request):
    """The first photograph through a config's training pipeline, never flipped, and its file."""
    pipeline = load(request.param).train_dataloader.dataset.pipeline
    flips = [transform for transform in pipeline if transform.type == 'RandomFlip']
    assert [flip.prob for flip in flips] == ([0.5] if request.param == PASCAL else [])
    with DefaultScope.overwrite_default_scope('mmseg'):
        dataset = DATASETS.build(dict(
            Config.fromfile(ROOT / 'configs/partclipseg/pascal_part_sample.py').train_dataloader.dataset,
            data_root=str(ROOT / 'data/sample_pascal_part'),
            pipeline=[transform for transform in pipeline if transform not in flips]))
    return request.param, dataset[0], dataset.get_data_info(0)


def test_picture(sample):
    """Shorter side 800 first, then 352; the model sees BGR, since the preprocessor swaps once more."""
    name, packed, info = sample
    with Image.open(info['img_path']) as image:
        image = image.convert('RGB')
        scale = min(800 / min(image.size), 1333 / max(image.size))
        if name == PASCAL:
            image = image.resize([int(side * scale + 0.5) for side in image.size], Image.Resampling.BILINEAR)
        rgb = np.asarray(image.resize((352, 352), Image.Resampling.BILINEAR))
    seen = packed['inputs'].numpy()[::-1].transpose(1, 2, 0)  # after bgr_to_rgb
    assert load(name).model.data_preprocessor.bgr_to_rgb
    assert np.array_equal(seen, rgb[..., ::-1])
    assert not np.array_equal(seen, rgb)


def test_labels(sample):
    """By nearest neighbour, rounded down: twice on Pascal-Part."""
    name, packed, info = sample
    with Image.open(info['seg_map_path']) as stored:
        stored = np.asarray(stored)
    tables = info['label_tables']
    expected = tables.parts(stored, 'stored')
    scale = min(800 / min(stored.shape), 1333 / max(stored.shape))
    middle = [int(side * scale + 0.5) for side in stored.shape]
    for side, working in enumerate(middle):
        index = one_way(working, 352) if name == PASCAL else one_way(stored.shape[side], 352)
        if name == PASCAL:
            index = one_way(stored.shape[side], working)[index]
        expected = expected.take(index, side)
    assert np.array_equal(packed['data_samples'].gt_sem_seg.data[0].numpy(), expected)
    assert packed['data_samples'].stored_objects


def one_way(pixels, target):
    """As ``sources`` of the evaluator's maps, without the way back."""
    scale = np.float32(pixels) / np.float32(target)
    return np.minimum(np.floor(np.arange(target, dtype=np.float32) * scale).astype(int), pixels - 1)


def test_one_way_is_half_of_there_and_back():
    assert np.array_equal(one_way(375, 800)[one_way(800, 375)], sources(375, 800))


def test_the_baseline_reads_the_same():
    ours, theirs = (Config.fromfile(ROOT / 'configs' / family / f'{PASCAL}.py')
                    for family in ('clipseg', 'partclipseg'))
    for key in ('train_dataloader', 'test_dataloader', 'test_evaluator', 'optim_wrapper', 'load_from'):
        assert ours[key] == theirs[key]
    assert ours.load_from.startswith('clipseg://') and ours.model.decode_head.type == 'CLIPSegHead'


@pytest.mark.parametrize('name', NAMES)
def test_model_and_optimizer(name):
    cfg = load(name)
    head = cfg.model.decode_head
    assert head.released_text_index and head.token_shares == 'nearest' and head.loss_separation is None
    assert head.loss_enhance == dict(type='EnhanceLoss', loss_weight=0.01 / 8)
    assert cfg.test_evaluator.released_ground_truth
    assert 'SwapRedAndBlue' not in [t.type for t in cfg.test_dataloader.dataset.pipeline]
    model = MODELS.build(shrink(cfg).model)
    groups = build_optim_wrapper(model, cfg.optim_wrapper).optimizer.param_groups
    rates = {id(group['params'][0]): (group['lr'], group['weight_decay']) for group in groups}
    assert rates[id(model.decode_head.background_embedding)] == (0, 0)
    assert rates[id(model.decode_head.project_text.weight)] == (1e-4, 1e-4)
    assert torch.is_tensor(model.decode_head.background_embedding)
