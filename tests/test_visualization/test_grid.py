import os

import numpy as np
import pytest
from PIL import Image

from mmpartseg.visualization import make_grid, save_grid, save_picture, stack


def plain(height, width, red):
    """A colour that no text has: texts are gray."""
    return np.broadcast_to(np.array([red, 0, 250], np.uint8), (height, width, 3))


def where(picture, red):
    """Top, bottom, left, right of the pixels of one plain picture."""
    rows, columns = np.nonzero((picture == (red, 0, 250)).all(-1))
    return rows.min(), rows.max(), columns.min(), columns.max()


def test_pictures_keep_their_size_and_stand_in_columns():
    grid = make_grid([[plain(40, 60, 10), plain(30, 50, 20)],
                      [plain(20, 30, 30), plain(40, 80, 40)]], ['x', 'y'])
    assert grid.shape[1] == 60 + 80 + 2 * 8
    sizes = {v: where(grid, v) for v in (10, 20, 30, 40)}
    for value, (height, width) in {10: (40, 60), 20: (30, 50), 30: (20, 30), 40: (40, 80)}.items():
        top, bottom, left, right = sizes[value]
        assert (bottom - top + 1, right - left + 1) == (height, width)
    assert sizes[10][2] == 4 and sizes[10][3] < sizes[20][2] and sizes[10][1] < sizes[30][0]
    assert sum(sizes[20][2:]) == sum(sizes[40][2:])  # centred in the column


def test_a_missing_picture_leaves_its_place_white():
    grid = make_grid([[plain(40, 60, 10), None], [plain(40, 60, 20), plain(40, 60, 30)]],
                     ['x', 'y'])
    top, bottom = where(grid, 10)[:2]
    left, right = where(grid, 30)[2:]
    assert (grid[top:bottom + 1, left:right + 1] == 255).all()


def test_a_long_title_is_wrapped_not_clipped():
    short, long = (make_grid([[plain(40, 120, 200)]], [title]) for title in
                   ('one', 'one title that needs a good many lines above such a picture'))
    assert long.shape[0] > short.shape[0] + 40 and long.shape[1] == short.shape[1]
    assert (long[:, :4] == 255).all() and (long[:, -4:] == 255).all()


def test_stack_centres_on_white():
    both = stack([plain(10, 50, 1), plain(10, 30, 2)])
    assert where(both, 1)[2:] == (0, 49) and where(both, 2)[2:] == (10, 39)


def test_saving(tmp_path):
    path = tmp_path / 'new' / 'grid.png'
    rows = [[plain(40, 60, 10), plain(40, 60, 20)]]
    save_grid(rows, ['x', 'y'], path)
    np.testing.assert_array_equal(np.asarray(Image.open(path)), make_grid(rows, ['x', 'y']))
    save_grid(rows, ['x', 'y'], path, footer=plain(7, 30, 77))
    assert where(np.asarray(Image.open(path)), 77)[1] > where(make_grid(rows, ['x', 'y']), 20)[1]
    assert os.listdir(path.parent) == ['grid.png']


@pytest.mark.parametrize('suffix', ['.jpg', '.JPEG', '.png'])
def test_file_types(tmp_path, suffix):
    save_picture(plain(8, 9, 128), tmp_path / f'a{suffix}')
    assert Image.open(tmp_path / f'a{suffix}').size == (9, 8)


def test_a_failed_write_keeps_the_old_file(tmp_path, monkeypatch):
    path = tmp_path / 'a.png'
    path.write_bytes(b'old')

    def full(*_):
        raise OSError(28, 'No space left on device')

    monkeypatch.setattr(os, 'replace', full)
    with pytest.raises(OSError, match=r"cannot write the picture '.*a\.png' \(.*No space left"):
        save_picture(plain(8, 9, 128), path)
    assert path.read_bytes() == b'old' and os.listdir(tmp_path) == ['a.png']


def test_a_folder_that_cannot_be_made(tmp_path):
    (tmp_path / 'file').write_text('')
    with pytest.raises(OSError, match='give a folder that can be written to'):
        save_picture(plain(8, 9, 128), tmp_path / 'file' / 'a.png')


def test_an_unknown_file_type(tmp_path):
    with pytest.raises(ValueError, match=r"'.*a\.tif': its name must end with one of .*\.png"):
        save_picture(plain(8, 9, 128), tmp_path / 'a.tif')
    assert os.listdir(tmp_path) == []


@pytest.mark.parametrize(('rows', 'message'), [
    ([[plain(4, 4, 0)]], r"each row needs 2 pictures, one per title \['x', 'y'\], got 1"),
    ([], 'at least one picture'), ([[None, None]], 'at least one picture')])
def test_bad_rows(rows, message):
    with pytest.raises(ValueError, match=message):
        make_grid(rows, ['x', 'y'])


def test_titles_grow_with_their_pictures():
    heights = [make_grid([[plain(side, side, 10)]], ['title']).shape[0] - side for side in (300, 3000)]
    assert heights[0] < 50 and heights[1] > 2 * heights[0]
