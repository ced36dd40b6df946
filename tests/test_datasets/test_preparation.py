"""What the converters share: painting, atomic writing, jobs."""
from functools import partial

import numpy as np
import pytest

from mmpartseg.atomic import write_atomic
from mmpartseg.datasets import preparation as prep
from mmpartseg.datasets.label_maps import read_label_map
from mmpartseg.taxonomy import load_metainfo

LARGE = np.array([[1, 1, 1], [1, 1, 1]], bool)
SMALL = np.array([[0, 1, 0], [0, 1, 1]], bool)
DOT = np.array([[0, 0, 0], [0, 1, 0]], bool)


def test_later_masks_lie_over_earlier_ones():
    labels = prep.paint((2, 3), [SMALL, DOT], [4, 7])
    assert labels.dtype == np.uint8
    np.testing.assert_array_equal(labels, [[255, 4, 255], [255, 7, 4]])
    np.testing.assert_array_equal(prep.paint((2, 3), [DOT, SMALL], [7, 4], np.uint16),
                                  [[65535, 4, 65535], [65535, 4, 4]])


@pytest.mark.parametrize('order', [(0, 1, 2), (2, 1, 0), (1, 2, 0)])
def test_smaller_masks_lie_over_larger_ones_in_any_order(order):
    masks, ids = [LARGE, SMALL, DOT], [1, 2, 3]
    labels = prep.paint_large_first((2, 3), [masks[i] for i in order], [ids[i] for i in order])
    np.testing.assert_array_equal(labels, [[1, 2, 1], [1, 3, 2]])


def test_of_equal_masks_the_later_wins():
    np.testing.assert_array_equal(prep.paint_large_first((2, 3), [DOT, DOT], [5, 6])[1, 1], 6)


def test_overlap_belongs_to_the_part_that_is_shown():
    objects = prep.paint((2, 3), [LARGE, SMALL], [1, 2])
    owner = np.array([[2, 1, -1], [-1, 2, -1]])  # an owner without a mask there changes nothing
    prep.settle_overlaps(objects, [LARGE, SMALL], [1, 2], owner)
    np.testing.assert_array_equal(objects, [[1, 1, 1], [1, 2, 2]])


def test_object_of_pixel_looks_names_up():
    parts = np.array([[0, 233, 65535]], np.uint16)
    owner = prep.object_of_pixel(parts, 'ade20k_part_234')
    names = load_metainfo('ade20k_part_234')['object_classes']
    assert [names[i] for i in owner[0, :2]] == ['person', 'light'] and owner[0, 2] == -1


def test_a_failed_write_leaves_nothing(tmp_path):
    with pytest.raises(TypeError):
        write_atomic(tmp_path / 'map.png', 'text is not bytes')
    assert list(tmp_path.iterdir()) == []
    write_atomic(tmp_path / 'deep/map.png', b'1')
    with pytest.raises(TypeError):
        write_atomic(tmp_path / 'deep/map.png', None)
    assert (tmp_path / 'deep/map.png').read_bytes() == b'1'


def test_16_bit_maps_keep_their_depth(tmp_path):
    labels = np.array([[0, 233], [300, 65535]], np.uint16)
    prep.write_label_map(tmp_path / 'map.png', labels)
    stored = read_label_map(tmp_path / 'map.png')
    assert stored.dtype == np.uint16
    np.testing.assert_array_equal(stored, labels)


def test_keep_or_paint(tmp_path):
    paths = [tmp_path / 'a.png', tmp_path / 'b.png']
    maps = [np.zeros((2, 3), np.uint8), np.ones((2, 3), np.uint16)]
    call = partial(prep.keep_or_paint, paths, (2, 3), (np.uint8, np.uint16))
    assert call(lambda: maps, False)[1]
    kept, is_new = call(lambda: pytest.fail('painted again'), False)
    assert not is_new and kept[1].dtype == np.uint16
    assert call(lambda: maps, True)[1]
    prep.write_label_map(paths[1], np.ones((2, 4), np.uint16))
    assert call(lambda: maps, False)[1]  # of another size: it was not complete
    paths[0].unlink()
    assert call(lambda: None, False) == (None, False)
    assert not paths[0].exists()


def job(folder, number):
    if number == 2:
        raise ValueError(f'job {number} failed')
    write_atomic(folder / str(number), b'')
    return number


@pytest.mark.parametrize('workers', [1, 2])
def test_run_jobs(tmp_path, workers):
    assert prep.run_jobs(partial(job, tmp_path), [5, 3, 4], workers) == [5, 3, 4]
    with pytest.raises(ValueError, match='job 2 failed'):
        prep.run_jobs(partial(job, tmp_path), [2, *range(100, 400)], workers)
    assert len(list(tmp_path.iterdir())) < 200  # the rest was not started
    assert prep.run_jobs(partial(job, tmp_path), [], workers) == []


def test_missing_and_wrong_images(tmp_path):
    with pytest.raises(FileNotFoundError, match=r"no image '.*a\.jpg'"):
        prep.image_size(tmp_path / 'a.jpg')
    (tmp_path / 'a.jpg').write_text('not an image')
    with pytest.raises(ValueError, match=r"a\.jpg' is not an image"):
        prep.image_size(tmp_path / 'a.jpg')
    with pytest.raises(FileNotFoundError, match='no folder'):
        prep.list_files(tmp_path / 'none', '.jpg')
