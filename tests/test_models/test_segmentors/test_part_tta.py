"""Views of an image: one gives what the model gives, several their hand-made mean."""
import pytest
import torch
import torch.nn.functional as F
from mmengine.structures import PixelData
from mmseg.registry import MODELS
from mmseg.structures import SegDataSample

from tests.tiny import segmentor

SIZE = (20, 28)
KEYS = ('pred_sem_seg', 'pred_oracle_sem_seg', 'pred_obj_sem_seg')


def samples(count=2, flip=False):
    """Samples with a known and a predicted object map; -1 and 9 stand for no object."""
    generator = torch.Generator().manual_seed(1)
    made = []
    for _ in range(count):
        sample = SegDataSample(metainfo=dict(
            ori_shape=SIZE, img_shape=(32, 32), flip=flip,
            flip_direction='horizontal' if flip else None))
        for name, low, high in (('gt_object_seg', 0, 4), ('pred_object_seg', -1, 10)):
            labels = torch.randint(low, high, (1, *SIZE), generator=generator)
            sample.set_data({name: PixelData(data=labels)})
        made.append(sample)
    return made


def images(side=32, count=2):
    generator = torch.Generator().manual_seed(0)
    return list(torch.randint(0, 256, (count, 3, side, side), generator=generator,
                              dtype=torch.uint8))


def raw_scores(model, inputs):
    batch = model.data_preprocessor(dict(inputs=inputs, data_samples=samples()), False)
    return model.encode_decode(batch['inputs'], [s.metainfo for s in batch['data_samples']])


def decided(model, scores):
    return model.postprocess(scores, samples())


def assert_same(found, expected):
    for one, other in zip(found, expected, strict=True):
        for key in KEYS:
            assert torch.equal(one.get(key).data, other.get(key).data), key


@pytest.fixture(params=['PartCLIPSegHead', 'CLIPSegHead'])
def model(request):
    return segmentor(type=request.param)


@pytest.fixture
def tta(model):
    return MODELS.build(dict(type='PartTTAModel', module=model))


@torch.no_grad()
def test_one_view_changes_nothing(model, tta):
    found = tta.test_step(dict(inputs=[images()], data_samples=[samples()]))
    assert_same(found, model.test_step(dict(inputs=images(), data_samples=samples())))
    assert tta.taxonomy is model.taxonomy


@torch.no_grad()
def test_flip_is_the_mean_by_hand(model, tta):
    flipped = [image.flip(2) for image in images()]
    found = tta.test_step(dict(inputs=[images(), flipped],
                               data_samples=[samples(), samples(flip=True)]))
    mean = (raw_scores(model, images()) + raw_scores(model, flipped).flip(3)) / 2
    assert_same(found, decided(model, mean))
    alone = model.test_step(dict(inputs=images(), data_samples=samples()))
    assert any(not torch.equal(f.pred_oracle_sem_seg.data, a.pred_oracle_sem_seg.data)
               for f, a in zip(found, alone))


@torch.no_grad()
def test_scales_meet_on_the_largest_grid(model, tta):
    views = [images(), images(side=48)]
    found = tta.test_step(dict(inputs=views, data_samples=[samples(), samples()]))
    small, large = (raw_scores(model, view) for view in views)
    small = F.interpolate(small, large.shape[2:], mode='bilinear')
    assert_same(found, decided(model, (small + large) / 2))


@torch.no_grad()
def test_order_of_the_arguments_in_the_batch_does_not_matter(tta):
    views = dict(inputs=[images(), images(side=24)], data_samples=[samples(), samples()])
    assert_same(tta.test_step(dict(reversed(views.items()))), tta.test_step(views))
