"""Numbers from images of every kind that holds numbers."""
import numpy as np
import pytest
from PIL import Image

from mmpartseg.apis.id_images import read_ids

IDS = np.array([[0, 1, 2], [3, 200, 0]], np.uint8)


@pytest.mark.parametrize('make', [
    lambda: Image.fromarray(IDS),
    lambda: Image.fromarray(np.repeat(IDS[..., None], 3, 2)),
    lambda: Image.fromarray(np.repeat(IDS[..., None], 3, 2)).convert('RGBA'),
    lambda: Image.merge('LA', [Image.fromarray(IDS), Image.new('L', (3, 2), 9)]),
    lambda: Image.fromarray(IDS.astype(np.uint16)),
    lambda: Image.fromarray(IDS, 'L').convert('P', palette=Image.Palette.WEB),
])
def test_kinds(tmp_path, make):
    image = make()
    if image.mode == 'P':
        image.putdata(IDS.ravel().tolist())
    image.save(tmp_path / 'a.png')
    for path in (tmp_path, tmp_path / 'a.png'):
        np.testing.assert_array_equal(read_ids(path, 'a', 'object mask'), IDS)


def test_bits(tmp_path):
    Image.fromarray(IDS > 0).save(tmp_path / 'a.png')
    ids = read_ids(tmp_path / 'a.png', 'a', 'mask')
    assert ids.dtype == bool and (ids == (IDS > 0)).all()


def test_orientation_of_its_own(tmp_path):
    image = Image.fromarray(IDS)
    exif = image.getexif()
    exif[0x0112] = 3
    image.save(tmp_path / 'a.png', exif=exif)
    np.testing.assert_array_equal(read_ids(tmp_path, 'a', 'mask'), IDS[::-1, ::-1])


def test_lossy_data(tmp_path):
    Image.fromarray(IDS).save(tmp_path / 'a.png', 'JPEG')
    with pytest.raises(ValueError, match=r"mask '.*a.png' holds JPEG data, whose compression changes"):
        read_ids(tmp_path, 'a', 'mask')


def test_errors(tmp_path):
    Image.new('RGB', (2, 2), 'red').save(tmp_path / 'red.png')
    (tmp_path / 'text.png').write_text('no image')
    for stem, error, message in (('gone', FileNotFoundError, r"no object mask '.*gone.png'"),
                                 ('red', ValueError, 'has colours; save it as a gray'),
                                 ('text', ValueError, r"object mask '.*text.png' cannot be read")):
        with pytest.raises(error, match=message):
            read_ids(tmp_path, stem, 'object mask')
