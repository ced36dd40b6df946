"""Image, part map and object map stay together, against maps padded by hand."""
import copy
from pathlib import Path

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from mmengine.config import Config, ConfigDict
from mmengine.structures import PixelData
from mmseg.registry import DATASETS, MODELS
from mmseg.structures import SegDataSample

from mmpartseg.models.segmentors.decide import decide
from tests.tiny import head_config, segmentor

MEAN, STD = 10., 50.
LOAD = [dict(type='LoadPartImage'), dict(type='LoadPartAnnotations')]
KEEP_RATIO = [dict(type='ResizePartSeg', scale=(64, 24), keep_ratio=True)]
RANDOM = [dict(type='RandomResize', scale=(64, 24), ratio_range=(0.5, 2.0), keep_ratio=True,
               resize_type='ResizePartSeg'),
          dict(type='RandomCrop', crop_size=(24, 24), cat_max_ratio=0.75), dict(type='RandomFlip', prob=0.5)]
MAPS = ('gt_sem_seg', 'gt_object_seg')


def preprocessor(**options):
    return MODELS.build(dict(dict(type='PartSegDataPreProcessor', mean=[MEAN] * 3, std=[STD] * 3), **options))


@pytest.fixture
def archive(empty_archive):
    """Four pictures of several shapes whose object maps tell more than their part maps."""
    for i, size in enumerate([(12, 16), (18, 12), (14, 14), (10, 30)]):
        empty_archive.add('train', f'{i}', {"cat's head": 40, "cat's tail": 9 + i},
                          {'cat': 20, 'boat': 30, 'dog': 11}, size=size)
    return empty_archive


def samples_of(archive, transforms):
    dataset = DATASETS.build(dict(
        type='PascalPart116Dataset', data_root=str(archive.root), split='seen',
        pipeline=[*LOAD, *transforms, dict(type='PackPartSegInputs')]))
    return [dataset[i] for i in range(len(dataset))]


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


def tiny_model(**options):
    torch.manual_seed(0)
    model = segmentor(train='pascal_part_116:seen', test='pascal_part_116')
    model.data_preprocessor = preprocessor(**options)
    return model


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


def scores_by_hand(model, image, divisor, mode):
    """Class and object logits of one normalised image without its padding."""
    height, width = image.shape[1:]
    padded = F.pad(image, (0, -width % divisor, 0, -height % divisor))[None]
    if mode == 'whole':
        scores = model.encode_decode(padded, [{}])[0]
        rows, columns = scores.shape[1] / padded.shape[2], scores.shape[2] / padded.shape[3]
        return scores[:, :round(height * rows), :round(width * columns)]
    window, stride = 16, 8
    total, count = torch.zeros(model.out_channels, *padded.shape[2:]), torch.zeros(padded.shape[2:])
    for top in range(0, padded.shape[2] - window + 1, stride):
        for left in range(0, padded.shape[3] - window + 1, stride):
            area = (..., slice(top, top + window), slice(left, left + window))
            scores = model.encode_decode(padded[area], [{}])
            total[area] += F.interpolate(scores, (window, window), mode='bilinear')[0]
            count[area] += 1
    return (total / count)[:, :height, :width]


@torch.no_grad()
@pytest.mark.parametrize('mode', ['whole', 'slide'])
def test_padding_in_a_test_is_cut_off(archive, mode):
    sample = samples_of(archive, KEEP_RATIO)[3]  # 24 x 64 of 10 x 30
    image, objects = sample['inputs'][:, :, :60], torch.randint(0, 17, (1, 10, 30))
    model = tiny_model(test_cfg=dict(size_divisor=16))
    model.test_cfg = ConfigDict(mode=mode, crop_size=(16, 16), stride=(8, 8))
    known = SegDataSample(metainfo=dict(ori_shape=(10, 30), img_shape=(24, 60)),
                          gt_object_seg=PixelData(data=objects))
    found, = model.test_step(dict(inputs=[image], data_samples=[known]))
    scores = scores_by_hand(model, (image.float() - MEAN) / STD, 16, mode)
    expected = decide(scores[:117], (10, 30), model.index.object_of, scores[117:], objects[0])
    assert torch.equal(found.pred_sem_seg.data[0], expected[0])
    assert torch.equal(found.pred_oracle_sem_seg.data[0], expected[1])


@torch.no_grad()
def test_views_of_test_time_augmentation(archive):
    """Keep-ratio views of several sizes, each padded, half of them mirrored."""
    views = [dict(type='ResizePartSeg', scale=(4 * side, side), keep_ratio=True) for side in (18, 24)]
    dataset = DATASETS.build(dict(
        type='PascalPart116Dataset', data_root=str(archive.root), test_mode=True, pipeline=[
            dict(type='LoadPartImage'),
            dict(type='TestTimeAug', transforms=[
                views, [dict(type='RandomFlip', prob=0.), dict(type='RandomFlip', prob=1.)],
                [dict(type='LoadPartAnnotations')], [dict(type='PackPartSegInputs')]])]))
    data = dataset[1]
    model = tiny_model(test_cfg=dict(size_divisor=16))
    tta = MODELS.build(dict(type='PartTTAModel', module=model))
    found, = tta.test_step({key: [[copy.deepcopy(view)] for view in data[key]] for key in data})
    scores = []
    for image, sample in zip(data['inputs'], data['data_samples']):
        each = scores_by_hand(model, (image.float() - MEAN) / STD, 16, 'whole')
        scores.append(each.flip(2) if sample.flip else each)
    assert [s.flip for s in data['data_samples']].count(True) == 2
    size = max((s.shape[1:] for s in scores), key=lambda s: s.numel())
    mean = torch.stack([F.interpolate(s[None], size, mode='bilinear')[0] for s in scores]).mean(0)
    objects = data['data_samples'][0].gt_object_seg.data[0]
    expected = decide(mean[:117], tuple(objects.shape), model.index.object_of, mean[117:], objects)
    assert torch.equal(found.pred_sem_seg.data[0], expected[0])
    assert torch.equal(found.pred_oracle_sem_seg.data[0], expected[1])


def test_all_configs_use_it():
    root = Path(__file__).parents[2]
    # CLIP alone is pre-trained on pictures without maps
    configs = [p for p in root.glob('configs/*/*.py')
               if p.parts[-2] != '_base_' and not p.name.startswith('clip_')]
    assert len(configs) > 40
    for path in configs:
        assert Config.fromfile(path).model.data_preprocessor.type == 'PartSegDataPreProcessor', path
