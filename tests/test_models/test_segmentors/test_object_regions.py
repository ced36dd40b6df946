"""Connected regions of objects, and the crops from which they are seen closer."""
import numpy as np
import pytest
import torch
import torch.nn.functional as F

from mmpartseg.models.segmentors.object_regions import CONTEXT, MOST, regions_of
from mmpartseg.models.segmentors.zoom import cut_out

SIZE = (90, 120)
OBJECTS = np.full(SIZE, -1)  # bus 0, cat 1, dog 2
OBJECTS[10:30, 20:40] = 1
OBJECTS[50:80, 70:100] = 2
OBJECTS[50:53, 10:13] = 2  # a speck
REGIONS = {1: (slice(10, 30), slice(20, 40)), 2: (slice(50, 80), slice(70, 100))}


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
    assert CONTEXT == 0.1 and found[1].area[0] == slice(8, 32)  # a tenth of its height on each side
    two = OBJECTS.copy()
    two[10:30, 80:100] = 1
    assert [region.object for region in regions_of(two, 3)] == [2, 1, 1]


@pytest.mark.parametrize('objects', [
    np.full(SIZE, -1), np.full(SIZE, 3), np.zeros(SIZE, int),
    np.pad(np.ones((76, 20), int), ((7, 7), (50, 50)), constant_values=-1)])
def test_no_crop_where_nothing_is_gained(objects):
    """No object, one that fills the picture, and one that does so with its surroundings."""
    assert regions_of(objects, 3) == []


def test_no_more_regions_than_so_many():
    """The largest of a map full of holes: every region costs a pass."""
    speckled = np.full(SIZE, -1)
    speckled[1::4, 1::4] = 0
    speckled[40:50, 40:50] = 1
    found = regions_of(speckled, 3)
    assert len(found) == MOST == 20 and found[0].object == 1


def test_areas_of_score_maps():
    maps = torch.rand(3, 9, 12)
    area = (slice(20, 60), slice(30, 90))
    expected = F.interpolate(maps[None], SIZE, mode='bilinear')[0][(slice(None), *area)]
    torch.testing.assert_close(cut_out(maps, area, SIZE, (40, 60)), expected, atol=1e-5, rtol=0)


@pytest.mark.parametrize('dtype', [torch.float16, torch.bfloat16])
def test_scores_of_half_precision_are_cut_out_where_they_are(dtype):
    """Such a number cannot say where in a picture of 500 pixels a place is."""
    scores = torch.randn(2, 400, 500, generator=torch.Generator().manual_seed(0)).to(dtype)
    area = slice(130, 170), slice(333, 383)
    torch.testing.assert_close(cut_out(scores, area, (400, 500), (40, 50)), scores[:, *area].float(),
                               rtol=0, atol=1e-3)
