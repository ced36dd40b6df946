"""Run lengths against pycocotools, and what is no segmentation of its image."""
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pycocotools import mask as coco_mask

from mmpartseg.datasets.preparation.segmentations import check_segmentation, run_lengths


def text_of(lengths, height, width):
    return coco_mask.frPyObjects({'size': [height, width], 'counts': lengths}, height,
                                 width)['counts'].decode()


@given(st.lists(st.integers(0, 100_000), min_size=1, max_size=12))
def test_run_lengths(lengths):
    assert run_lengths(text_of(lengths, 1, sum(lengths))).tolist() == lengths


def check(segmentation):
    return check_segmentation(segmentation, 4, 6, 'entry 7')


def rle(counts, size=(4, 6)):
    return {'size': list(size), 'counts': counts}


@pytest.mark.parametrize('counts', [[24], [0, 24], [3, 2, 19], [3, 0, 21]])
def test_rle_of_both_kinds(counts):
    for form in (counts, text_of(counts, 4, 6)):
        assert check(rle(form)) == (rle(form), 0)


@pytest.mark.parametrize('counts, message', [
    (text_of([3, 2, 18], 4, 6), 'sum to 23, expected 24'),
    ([3, 2, 18], 'sum to 23, expected 24'), ([30, -6], 'none of them negative'), ([], 'sum to 0'),
    ([24.0], 'no whole numbers'), ([True, 23], 'no whole numbers'), ([2 ** 70], 'do not decode'),
    (text_of([30, 2], 4, 8)[:1] + '~', 'not the text'), ('', 'not the text'), ('P', 'not the text'),
    ('P' * 40 + '0', 'not the text'), (None, 'do not decode'), (5, 'do not decode'),
])
def test_broken_rle(counts, message):
    with pytest.raises(ValueError, match=f'entry 7: RLE counts .*{message}'):
        check(rle(counts))


@pytest.mark.parametrize('segmentation, message', [
    (rle([24], (6, 4)), r'RLE of size \[6, 4\] in an image of \[4, 6\]'),
    ({'counts': [24]}, r"RLE without \['size'\]"),
    ([[0, 0, 9, 0, 0, 3]], 'outside its image'), ([[0, 0, np.nan, 0, 0, 3]], 'outside its image'),
    ([0, 0, 1, 0, 1, 1], 'got 0'), ([[[0, 0], [1, 0], [1, 1]]], 'a list of polygons'),
    ([[0, 0, 1, 0, 1]], 'a list of polygons'), (None, 'got None'), ([['a', 'b']], 'a list of polygons'),
])
def test_other_forms(segmentation, message):
    with pytest.raises(ValueError, match=f'entry 7: .*{message}'):
        check(segmentation)


def test_polygons_without_area_are_dropped_and_counted():
    triangle = [0, 0, 5, 0, 5, 3]
    assert check([triangle, [1, 1, 2, 2], triangle, []]) == ([triangle, triangle], 2)
    assert check([]) == ([], 0)
