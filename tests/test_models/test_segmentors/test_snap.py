"""Borders that miss an edge by a few pixels find it; nothing else changes."""
import numpy as np
import pytest
import torch
from mmengine.structures import PixelData
from mmseg.structures import SegDataSample

from mmpartseg.models.segmentors.snap import snap
from tests.tiny import segmentor

SIZE = (200, 300)
RNG = np.random.default_rng(0)
ROWS, COLUMNS = np.indices(SIZE)
TRUTH = np.full(SIZE, 7)  # 7 is background
TRUTH[np.hypot(ROWS - 100, COLUMNS - 130) < 60] = 0
TRUTH[(np.hypot(ROWS - 100, COLUMNS - 130) < 60) & (COLUMNS > 150)] = 3
COLORS = RNG.integers(0, 256, (8, 3))
PICTURE = np.clip(COLORS[TRUTH] + RNG.normal(0, 4, (*SIZE, 3)), 0, 255).astype(np.uint8)


def moved(labels, by):
    return np.roll(labels, by, (0, 1))


def wrong(labels):
    return (labels != TRUTH).mean()


@pytest.mark.parametrize('by', [(2, 0), (0, -2), (1, 2)])
def test_borders_find_the_edges(by):
    found = snap(moved(TRUTH, by), PICTURE)
    assert wrong(found) < 0.4 * wrong(moved(TRUTH, by)) and wrong(found) < 0.005
    assert found.dtype == TRUTH.dtype and set(np.unique(found)) == set(np.unique(TRUTH))


def test_no_border_moves_far():
    """By 1 % of the diagonal, here 3.6 pixels: what is wrong beyond stays, and what is right."""
    far = moved(TRUTH, (0, 20))
    changed = snap(far, PICTURE) != far
    edge = np.zeros(SIZE, bool)
    for shift in [(i, j) for i in range(-4, 5) for j in range(-4, 5)]:
        edge |= moved(far, shift) != far
    assert changed.any() and not changed[~edge].any()
    assert wrong(snap(TRUTH, PICTURE)) < 0.003


def test_a_small_part_stays():
    labels = TRUTH.copy()
    labels[100:102, 100:102] = 5
    assert (snap(labels, PICTURE) == 5).any()


def test_one_label_alone():
    np.testing.assert_array_equal(snap(np.full(SIZE, 4), PICTURE), np.full(SIZE, 4))


def test_known_objects_keep_their_pixels():
    model = segmentor()  # classes 0, 1: bus's; 2, 3: cat's
    object_of = model.index.object_of.numpy()
    known = np.where(COLUMNS < 140, object_of[0], -1)
    sample = SegDataSample(metainfo=dict(ori_shape=SIZE, img_shape=(32, 32)))
    sample.gt_object_seg = PixelData(data=torch.from_numpy(known)[None])
    inputs = torch.from_numpy(PICTURE[:192:6, :288:9]).permute(2, 0, 1)

    def predict(**metainfo):
        given = sample.clone()
        given.set_metainfo(metainfo)
        with torch.no_grad():
            found, = model.test_step(dict(inputs=[inputs], data_samples=[given]))
        assert 'picture' not in found and 'refine' not in found
        return [found.get(name).data[0].numpy() for name in ('pred_sem_seg', 'pred_oracle_sem_seg')]

    (plain, oracle), (snapped, snapped_oracle) = predict(), predict(picture=PICTURE, refine=('snap', ))
    np.testing.assert_array_equal(snapped, snap(plain, PICTURE))
    objects = np.append(object_of, -1)
    np.testing.assert_array_equal(objects[snapped_oracle], objects[oracle])
    assert (snapped_oracle != oracle).any()
