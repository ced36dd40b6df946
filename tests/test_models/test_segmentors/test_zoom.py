"""A closer look at each object is what its crop and the whole say together, and costs a pass for each."""
import numpy as np
import pytest
import torch
import torch.nn.functional as F
from mmengine.structures import PixelData
from mmseg.structures import SegDataSample
from PIL import Image
from scipy.ndimage import maximum_filter

from mmpartseg.models.segmentors.batch_scores import LevelScores
from mmpartseg.models.segmentors.decision import Decision
from mmpartseg.models.segmentors.object_regions import regions_of
from mmpartseg.models.segmentors.snap import snap
from mmpartseg.models.segmentors.zoom import MARGIN, CloserLook
from tests.tiny import segmentor

SIZE = (90, 120)
PICTURE = np.random.default_rng(0).integers(0, 256, (9, 12, 3), np.uint8).repeat(10, 0).repeat(10, 1)
OBJECTS = np.full(SIZE, -1)  # bus 0, cat 1, dog 2
OBJECTS[10:30, 20:40] = 1
OBJECTS[50:80, 70:100] = 2
OBJECTS[50:53, 10:13] = 2  # a speck


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


def seen(model, picture):
    """Scores of objects, None where the head has none, and of classes."""
    data = model.data_preprocessor(dict(inputs=[resized(picture)], data_samples=[SegDataSample()]), False)
    scores = model.scores_of(data['inputs'], [{}])
    objects = scores.objects()
    return objects and objects[0], scores.classes()[0][:len(model.taxonomy)]


@torch.no_grad()
def mixed(model, region, picture=PICTURE):
    """(O, h, w), or None, and (K, h, w): the scores of a region's crop, beside those of the whole."""
    crop = seen(model, np.ascontiguousarray(picture[region.area]))
    for closer, whole in zip(crop, seen(model, picture)):
        if closer is None:
            yield None
            continue
        whole = F.interpolate(whole[None], SIZE, mode='bilinear')[0][(slice(None), *region.area)]
        closer = F.interpolate(closer[None], region.mask.shape, mode='bilinear')[0]
        yield (closer + whole) / 2


def test_parts_of_known_objects(model):
    zoomed, plain = (predict(model, PICTURE, OBJECTS, zoom) for zoom in (True, False))
    for region in regions_of(OBJECTS, 3):
        own = (model.index.object_of == region.object).nonzero()[:, 0]
        scores = [*mixed(model, region)][1][own]
        expected = own[scores.argmax(0)].numpy()
        assert (label_map(zoomed)[region.area] == expected)[region.mask].mean() > 0.95  # mixed on the grid
        assert (label_map(zoomed)[region.area] != label_map(plain)[region.area])[region.mask].mean() > 0.05
        for i, each in zip(own, scores):
            won = torch.from_numpy(region.mask & (expected == i.item()))
            if won.sum() > 20:
                assert zoomed.part_scores[i] == pytest.approx(float(each[won].sigmoid().mean()), abs=0.04)


def objects_in(model, sample):
    return F.pad(model.index.object_of, (0, 1), value=3).numpy()[label_map(sample, 'pred_sem_seg')]


def guessed_regions(objects):
    return regions_of(np.where(objects < 3, 0, -1), 1)


def picture_of_few_objects(model):
    """On which the model sees large regions that do not fill it."""
    for seed in range(100):
        small = np.random.default_rng(seed).integers(0, 256, (3, 4, 3), np.uint8)
        picture = small.repeat(30, 0).repeat(30, 1)
        regions = guessed_regions(objects_in(model, predict(model, picture, None, False)))
        if any(region.mask.sum() > 500 for region in regions):
            return picture


def test_objects_are_decided_again_from_both(model, monkeypatch):
    """In Pred-All, among those of the picture and the background, if the head says what objects there are."""
    given = LevelScores.objects
    monkeypatch.setattr(LevelScores, 'objects', lambda self: [  # the dog is not in the picture
        each - 50 * (torch.arange(4) == 2)[:, None, None] for each in given(self)])
    picture = picture_of_few_objects(model) if model.has_object_scores else PICTURE
    plain, zoomed = (predict(model, picture, None, zoom) for zoom in (False, True))
    found = [i in label_map(zoomed, 'pred_sem_seg') for i in range(7)]
    assert found == zoomed.part_scores.isfinite().tolist() and zoomed.part_scores.nan_to_num(0).max() <= 1
    before, after = objects_in(model, plain), objects_in(model, zoomed)
    now = before.copy()
    for region in guessed_regions(before) if model.has_object_scores else ():
        objects, _ = mixed(model, region, picture)
        objects[[i not in before for i in range(3)] + [False]] = -np.inf
        reach = max(1, round(MARGIN * max(region.mask.shape)))
        near = maximum_filter(region.mask, 2 * reach + 1) & (now[region.area] == 3)
        now[region.area] = np.where(region.mask | near, objects.argmax(0), now[region.area])
    assert (after == now).mean() > 0.93 and (model.has_object_scores == (now != before).any())


def test_known_objects_stay(model):
    zoomed, plain = (predict(model, PICTURE, OBJECTS, zoom) for zoom in (True, False))
    object_of = F.pad(model.index.object_of, (0, 1), value=3).numpy()
    np.testing.assert_array_equal(object_of[label_map(zoomed)], object_of[label_map(plain)])
    np.testing.assert_array_equal(label_map(zoomed)[50:53, 10:13], label_map(plain)[50:53, 10:13])
    found = np.unique(label_map(zoomed))[:-1]
    assert np.isfinite(zoomed.part_scores[found]).all() and 'picture' not in zoomed


def test_an_object_that_is_none_at_a_closer_look(model, monkeypatch):
    monkeypatch.setattr(CloserLook, '_objects',
                        lambda self, seen, region, mask, labels: torch.full_like(labels, 3))
    picture = picture_of_few_objects(model) if model.has_object_scores else PICTURE
    plain, zoomed = (predict(model, picture, None, zoom) for zoom in (False, True))
    labels = label_map(zoomed, 'pred_sem_seg')
    assert [i in labels for i in range(7)] == zoomed.part_scores.isfinite().tolist()
    for region in guessed_regions(objects_in(model, plain)) if model.has_object_scores else ():
        assert (labels[region.area][region.mask] == 7).all()


def test_one_pass_for_each_region(model):
    plain = predict(model, PICTURE, OBJECTS, False)
    assert model.calls == 1
    objects = objects_in(model, plain)
    regions = guessed_regions(objects) if model.has_object_scores else regions_of(objects, 3)
    won = len({resized(PICTURE[region.area]).numpy().tobytes() for region in regions})  # the same passes once
    model.recent_pictures.clear()
    predict(model, PICTURE, None, True)
    assert model.calls - 1 == 1 + won
    model.recent_pictures.clear()
    predict(model, PICTURE, OBJECTS, True)
    assert model.calls - 2 - won <= 1 + won + len(regions_of(OBJECTS, 3))
    assert model.calls - 2 - won >= 1 + len(regions_of(OBJECTS, 3))


def test_crops_are_resized_as_pictures_are(model):
    area, sample = (slice(7, 60), slice(30, 117)), SegDataSample(metainfo=dict(ori_shape=SIZE))
    crop = CloserLook(model, Decision(model.index, {}, sample), PICTURE, (32, 32))._inputs(area)[0] * 255
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
