"""A closer look at each object is what the model says of its crop, and costs a pass for each."""
import numpy as np
import pytest
import torch
import torch.nn.functional as F
from mmengine.structures import PixelData
from mmseg.structures import SegDataSample
from PIL import Image

from mmpartseg.models.segmentors.snap import snap
from mmpartseg.models.segmentors.zoom import CloserLook, regions_of
from tests.tiny import segmentor

SIZE = (90, 120)
PICTURE = np.random.default_rng(0).integers(0, 256, (9, 12, 3), np.uint8).repeat(10, 0).repeat(10, 1)
OBJECTS = np.full(SIZE, -1)  # bus 0, cat 1, dog 2
OBJECTS[10:30, 20:40] = 1
OBJECTS[50:80, 70:100] = 2
OBJECTS[50:53, 10:13] = 2  # a speck
REGIONS = {1: (slice(10, 30), slice(20, 40)), 2: (slice(50, 80), slice(70, 100))}


@pytest.fixture(params=['PartCLIPSegHead', 'CLIPSegHead'])
def model(request):
    model = segmentor(type=request.param)
    for parameter in model.decode_head.parameters():
        torch.nn.init.normal_(parameter, std=0.3)
    model.test_cfg.return_part_scores = True
    model.calls = 0
    look = model.extract_feat

    def counted(inputs):
        model.calls += len(inputs)
        return look(inputs)
    model.extract_feat = counted
    return model


def resized(picture):
    """(3, 32, 32): as a pipeline resizes with Pillow."""
    small = Image.fromarray(picture).resize((32, 32), Image.BILINEAR)
    return torch.from_numpy(np.array(small)).permute(2, 0, 1)


def predict(model, picture, objects, zoom, **metainfo):
    sample = SegDataSample(metainfo=dict(dict(ori_shape=picture.shape[:2], img_shape=(32, 32)), **metainfo))
    if objects is not None:
        sample.gt_object_seg = PixelData(data=torch.from_numpy(objects)[None])
    if zoom:
        sample.set_metainfo({'picture': picture, 'refine': ('zoom', ) if zoom is True else zoom})
    with torch.no_grad():
        return model.test_step(dict(inputs=[resized(picture)], data_samples=[sample]))[0]


def label_map(sample, name='pred_oracle_sem_seg'):
    return sample.get(name).data[0].numpy()


def test_regions_and_their_crops():
    found = {region.object: region for region in regions_of(OBJECTS, 3)}
    assert sorted(found) == [1, 2] and len(regions_of(OBJECTS, 3)) == 2  # the speck is no region
    for obj, region in found.items():
        rows, columns = region.area
        inner = np.zeros(SIZE, bool)
        inner[REGIONS[obj]] = True
        assert (region.mask == inner[region.area]).all() and region.mask.sum() == inner.sum()
        height, width = rows.stop - rows.start, columns.stop - columns.start
        assert width / height == pytest.approx(SIZE[1] / SIZE[0], rel=0.05)
        assert rows.start >= 0 and columns.start >= 0 and rows.stop <= SIZE[0] and columns.stop <= SIZE[1]
    assert found[1].area[0] == slice(5, 35)  # a quarter of its height on each side
    two = OBJECTS.copy()
    two[10:30, 80:100] = 1
    assert [region.object for region in regions_of(two, 3)] == [1, 1, 2]


@pytest.mark.parametrize('objects', [
    np.full(SIZE, -1), np.full(SIZE, 3), np.zeros(SIZE, int),
    np.pad(np.ones((60, 20), int), ((15, 15), (50, 50)), constant_values=-1)])
def test_no_crop_where_nothing_is_gained(objects):
    """No object, one that fills the picture, and one that does so with its surroundings."""
    assert regions_of(objects, 3) == []


def test_each_object_is_decided_as_in_a_picture_of_its_own(model):
    zoomed, plain = (predict(model, PICTURE, OBJECTS, zoom) for zoom in (True, False))
    for region in regions_of(OBJECTS, 3):
        alone = predict(model, np.ascontiguousarray(PICTURE[region.area]),
                        np.where(region.mask, region.object, -1), False)
        same = label_map(zoomed)[region.area] == label_map(alone)
        assert same[region.mask].mean() > 0.97  # of Pillow's rounding
        assert (label_map(zoomed)[region.area] != label_map(plain)[region.area])[region.mask].mean() > 0.05
        own = model.index.object_of == region.object
        np.testing.assert_allclose(zoomed.part_scores[own], alone.part_scores[own], atol=0.02, equal_nan=True)


def test_what_is_an_objects_stays(model):
    zoomed, plain = (predict(model, PICTURE, OBJECTS, zoom) for zoom in (True, False))
    object_of = F.pad(model.index.object_of, (0, 1), value=3).numpy()
    for name in ('pred_sem_seg', 'pred_oracle_sem_seg'):
        np.testing.assert_array_equal(object_of[label_map(zoomed, name)], object_of[label_map(plain, name)])
    np.testing.assert_array_equal(label_map(zoomed)[50:53, 10:13], label_map(plain)[50:53, 10:13])
    found = np.unique(label_map(zoomed))[:-1]
    assert np.isfinite(zoomed.part_scores[found]).all() and 'picture' not in zoomed


def test_one_pass_for_each_region(model):
    plain = predict(model, PICTURE, OBJECTS, False)
    assert model.calls == 1
    object_of = F.pad(model.index.object_of, (0, 1), value=3).numpy()
    won = len(regions_of(object_of[label_map(plain, 'pred_sem_seg')], 3))
    model.recent_pictures.clear()
    predict(model, PICTURE, None, True)
    assert model.calls - 1 == 1 + won
    model.recent_pictures.clear()
    predict(model, PICTURE, OBJECTS, True)
    assert model.calls - 2 - won <= 1 + won + len(regions_of(OBJECTS, 3))
    assert model.calls - 2 - won >= 1 + len(regions_of(OBJECTS, 3))


def test_crops_are_resized_as_pictures_are(model):
    area = slice(7, 60), slice(30, 117)
    crop = CloserLook(model, PICTURE, (32, 32))._inputs(area)[0] * 255
    expected = resized(np.ascontiguousarray(PICTURE[area])).flip(0)  # RGB
    assert (crop - expected).abs().max() <= 1


@pytest.mark.parametrize('steps', [('zoom', 'snap'), ('snap', 'zoom')])
def test_what_was_zoomed_is_snapped(model, steps):
    """In whichever order they are asked for; objects that are known keep their pixels."""
    zoomed, both = (predict(model, PICTURE, OBJECTS, refine) for refine in (('zoom', ), steps))
    object_of = F.pad(model.index.object_of, (0, 1), value=3).numpy()
    expected = snap(label_map(zoomed, 'pred_sem_seg'), PICTURE)
    np.testing.assert_array_equal(label_map(both, 'pred_sem_seg'), expected)
    assert (expected != label_map(zoomed, 'pred_sem_seg')).any()
    moved = snap(label_map(zoomed), PICTURE)
    kept = object_of[moved] == object_of[label_map(zoomed)]
    np.testing.assert_array_equal(label_map(both), np.where(kept, moved, label_map(zoomed)))
    np.testing.assert_array_equal(both.part_scores, zoomed.part_scores)


@pytest.mark.parametrize('changes, settings, message', [
    (dict(flip=True, flip_direction='horizontal'), {}, r'flipped: True; KeepPicture comes right after'),
    (dict(ori_shape=(9, 12)), {}, r'is \(90, 120\), its label maps are of one of \(9, 12\)'),
    ({}, dict(return_logits=True), 'leave out test_cfg.return_logits'),
    ({}, dict(oracle_objects='image'), "with test_cfg.oracle_objects='image' those of others compete")])
def test_what_zoom_cannot_do(changes, settings, message):
    model = segmentor()
    model.test_cfg.update(settings)
    with pytest.raises(ValueError, match=message):
        predict(model, PICTURE, None, True, **changes)
