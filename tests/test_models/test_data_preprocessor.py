"""Image, part map and object map stay together, against maps padded by hand."""
import copy

import numpy as np
import pytest
import torch
from mmengine.structures import PixelData
from mmseg.registry import MODELS
from mmseg.structures import SegDataSample

from tests.padded import (  # noqa: F401
    KEEP_RATIO,
    MEAN,
    STD,
    archive_fixture,
    preprocessor,
    samples_of,
    tiny_model,
)
from tests.shipped_configs import ROOT, as_shipped
from tests.tiny import head_config, segmentor

RANDOM = [dict(type='RandomResize', scale=(64, 24), ratio_range=(0.5, 2.0), keep_ratio=True,
               resize_type='ResizePartSeg'),
          dict(type='RandomCrop', crop_size=(24, 24), cat_max_ratio=0.75), dict(type='RandomFlip', prob=0.5)]
MAPS = ('gt_sem_seg', 'gt_object_seg')


def by_hand(samples, size=None, divisor=1):
    """Images and maps in the corner of larger ones."""
    if size is None:
        shapes = np.array([s['inputs'].shape[1:] for s in samples]).max(0)
        size = (-(-shapes // divisor) * divisor).tolist()
    images = torch.zeros(len(samples), 3, *size)
    maps = {name: torch.full((len(samples), *size), 255) for name in MAPS}
    for i, sample in enumerate(samples):
        _, height, width = sample['inputs'].shape
        images[i, :, :height, :width] = (sample['inputs'].float() - MEAN) / STD
        for name in MAPS:
            maps[name][i, :height, :width] = sample['data_samples'].get(name).data[0]
    return images, maps


def collated(samples):
    return {key: [copy.deepcopy(s[key]) for s in samples] for key in ('inputs', 'data_samples')}


@pytest.mark.parametrize('transforms', [KEEP_RATIO, RANDOM, []], ids=['keep ratio', 'random', 'as they are'])
@pytest.mark.parametrize('options', [dict(size=(96, 96)), dict(size_divisor=16), dict(size_divisor=1)])
def test_training_batches(archive, transforms, options):
    np.random.seed(3)
    samples = samples_of(archive, transforms)
    assert len({s['inputs'].shape for s in samples}) > 1
    images, maps = by_hand(samples, options.get('size'), options.get('size_divisor', 1))
    batch = preprocessor(**options)(collated(samples), training=True)
    assert torch.equal(batch['inputs'], images)
    for i, sample in enumerate(batch['data_samples']):
        for name in MAPS:
            assert torch.equal(sample.get(name).data[0], maps[name][i]), name
        assert sample.pad_shape == images.shape[2:]
        assert sample.img_shape == samples[i]['inputs'].shape[1:]


def test_losses_of_a_padded_batch(archive):
    """All terms, with maps padded by hand and by the preprocessor; mmseg's own is an error."""
    samples = samples_of(archive, KEEP_RATIO)
    model = tiny_model(size_divisor=16)
    losses = model(**model.data_preprocessor(collated(samples), True), mode='loss')
    images, maps = by_hand(samples, divisor=16)
    hand = [SegDataSample(**{name: PixelData(data=maps[name][i][None]) for name in MAPS})
            for i in range(len(samples))]
    for name, value in model.loss(images, hand).items():
        assert torch.equal(value, losses[name]), name
    theirs = MODELS.build(dict(type='SegDataPreProcessor', size_divisor=16))
    with pytest.raises(ValueError, match=r"gt_object_seg of '.*/0\.jpg' is 24x32, the batch has images of "
                                         r"48x64 .*PartSegDataPreProcessor"):
        model(**theirs(collated(samples), True), mode='loss')


@pytest.mark.parametrize('field', MAPS)
def test_maps_of_another_size_in_loss(field):
    model = segmentor()
    sample = SegDataSample(metainfo=dict(img_path='somewhere/a.jpg'), **{
        name: PixelData(data=torch.zeros(1, 32, 32, dtype=torch.long)) for name in MAPS})
    sample.set_data({field: PixelData(data=torch.zeros(1, 32, 31, dtype=torch.long))})
    with pytest.raises(ValueError, match=f"{field} of 'somewhere/a.jpg' is 32x31, the batch has images of"):
        model.loss(torch.zeros(1, 3, 32, 32), [sample])
    head = MODELS.build(head_config())  # in a segmentor that is not ours
    feature = [[torch.zeros(1, 32, 4, 4), torch.zeros(1, 32)]] * 2
    with pytest.raises(ValueError, match="gt_object_seg of 'somewhere/a.jpg' is"):
        head.loss(feature, [sample])


def test_what_cannot_be_one_batch(archive):
    samples = samples_of(archive, [])
    with pytest.raises(ValueError, match=r"'.*/0\.jpg' 12x16, .*size=\(12, 16\) is less than some of them"):
        preprocessor(size=(12, 16))(collated(samples), True)
    with pytest.raises(ValueError, match=r"'.*/1\.jpg' 18x12, .*set batch_size=1"):
        preprocessor()(collated(samples), False)
    samples[1]['data_samples'].gt_sem_seg = PixelData(data=torch.zeros(1, 9, 9, dtype=torch.long))
    with pytest.raises(ValueError, match=r"gt_sem_seg of '.*/1\.jpg' is 9x9, the batch has images of 18x12"):
        preprocessor(size=(40, 40))(collated(samples), True)


def test_transforms_that_move_one_map_only(archive):
    for transform in (dict(type='mmcv.Pad', size=(40, 40)), dict(type='mmcv.CenterCrop', crop_size=8)):
        with pytest.raises(ValueError, match=r"'.*/0\.jpg' do not go together any more, their shapes are"):
            samples_of(archive, [transform])
    flip = dict(type='mmcv.RandomFlip', prob=1.0, direction='vertical')  # flips gt_seg_map alone
    with pytest.raises(ValueError, match=r"they disagree in \d+ pixels: a transform changed one"):
        samples_of(archive, [flip])


def test_all_configs_use_it():
    # CLIP alone is pre-trained on pictures without maps
    configs = [p.relative_to(ROOT) for p in ROOT.glob('configs/*/*.py')
               if p.parts[-2] != '_base_' and not p.name.startswith('clip_')]
    assert len(configs) > 40
    for path in configs:
        assert as_shipped(path.as_posix()).model.data_preprocessor.type == 'PartSegDataPreProcessor', path
