"""EXIF orientation against Pillow's own, and the four ways in which two files can have it."""
import io

import numpy as np
import pytest
from PIL import Image, ImageOps

from mmpartseg.orientation import TAG, orientation_of, stored_again, turned, turned_like_image

STORED = np.arange(15, dtype=np.uint8).reshape(3, 5)


def tagged(array, value, format='PNG'):
    """A PIL image of a file with an orientation."""
    image, buffer = Image.fromarray(array), io.BytesIO()
    exif = image.getexif()
    exif[TAG] = value
    image.save(buffer, format, exif=exif)
    return Image.open(buffer)


@pytest.mark.parametrize('value', range(1, 9))
def test_turning(value):
    expected = np.asarray(ImageOps.exif_transpose(tagged(STORED, value)))
    assert np.array_equal(turned(STORED, value), expected)
    assert np.array_equal(stored_again(expected, value), STORED)
    colours = np.stack([STORED, STORED + 100], -1)
    assert np.array_equal(turned(colours, value)[..., 1], expected + 100)


@pytest.mark.parametrize('value, expected', [(1, 1), (6, 6), (0, 1), (9, 1), (77, 1)])
def test_reading(value, expected):
    assert orientation_of(tagged(STORED, value)) == expected
    assert orientation_of(Image.fromarray(STORED)) == 1


def test_an_exif_block_that_cannot_be_parsed():
    buffer = io.BytesIO()
    Image.fromarray(STORED).save(buffer, 'JPEG', exif=b'Exif\0\0MM\0*\0\0\0\x08\xff\xff broken')
    assert orientation_of(Image.open(buffer)) == 1


@pytest.mark.parametrize('value', range(1, 9))
def test_same_orientation(value):
    size = turned(STORED, value).shape
    assert np.array_equal(turned_like_image(STORED, value, value, size, 'x'), turned(STORED, value))


@pytest.mark.parametrize('own, image', [(1, 6), (1, 5), (6, 1), (8, 1)])
def test_sizes_tell(own, image):
    """One file is tagged: the labels go with its stored pixels, or with the upright picture."""
    like_stored = turned_like_image(STORED, own, image, (5, 3), 'x')
    assert np.array_equal(like_stored, turned(STORED, max(own, image)))
    assert np.array_equal(turned_like_image(STORED, own, image, (3, 5), 'x'), STORED)
    assert turned_like_image(STORED, own, image, (4, 5), 'x').shape == (3, 5)  # of no size that fits


@pytest.mark.parametrize('shape, own, image', [
    ((3, 5), 1, 3), ((3, 5), 3, 1), ((3, 5), 1, 2), ((3, 5), 4, 1), ((4, 4), 1, 6), ((4, 4), 8, 1),
    ((3, 5), 6, 8), ((3, 5), 3, 6)])
def test_sizes_do_not_tell(shape, own, image):
    with pytest.raises(ValueError, match=f'map a.png and image a.jpg have the EXIF orientations {own} and '
                                         f'{image}, .*remove the tag .*exif_transpose'):
        turned_like_image(np.zeros(shape, np.uint8), own, image, shape, 'map a.png and image a.jpg')
