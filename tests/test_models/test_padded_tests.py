"""What is padded in a test is cut off again, in views of test-time augmentation, too."""
import copy

import pytest
import torch
import torch.nn.functional as F
from mmengine.config import ConfigDict
from mmengine.structures import PixelData
from mmseg.registry import DATASETS, MODELS
from mmseg.structures import SegDataSample

from mmpartseg.models.segmentors.decide import decide
from tests.padded import KEEP_RATIO, MEAN, STD, archive_fixture, samples_of, tiny_model  # noqa: F401


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
