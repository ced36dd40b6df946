"""Pictures of every kind come out as a person sees them."""
import cv2
import numpy as np
import pytest
from PIL import Image

from mmpartseg.apis import images, read_image

RGB = np.array([[[200, 100, 50], [0, 0, 0]], [[255, 255, 255], [10, 20, 30]],
                [[90, 80, 70], [60, 50, 40]]], np.uint8)  # 3 x 2
GRAY = np.array([[0, 100], [200, 255], [30, 7]], np.uint8)


def test_rgb_file_array_and_pil_agree(tmp_path):
    Image.fromarray(RGB).save(tmp_path / 'a.png')
    expected = RGB[..., ::-1]
    for image in (tmp_path / 'a.png', str(tmp_path / 'a.png'), Image.fromarray(RGB), expected):
        np.testing.assert_array_equal(read_image(image), expected)
    np.testing.assert_array_equal(read_image(RGB, 'rgb'), expected)


@pytest.mark.parametrize('image', [
    GRAY, GRAY[..., None], GRAY.astype(np.uint16) << 8, Image.fromarray(GRAY),
    Image.fromarray(GRAY.astype(np.uint16) * 256 + 99), Image.fromarray(GRAY.astype(np.int32) << 8),
    Image.fromarray(GRAY).convert('LA'), Image.fromarray(GRAY).convert('P')
], ids=['array', 'channel', 'uint16', 'L', 'I;16', 'I', 'LA', 'P'])
def test_gray(image):
    np.testing.assert_array_equal(read_image(image), np.repeat(GRAY[..., None], 3, 2))


def test_16_bit_file(tmp_path):
    Image.fromarray(GRAY.astype(np.uint16) * 257).save(tmp_path / 'deep.png')
    np.testing.assert_array_equal(read_image(tmp_path / 'deep.png')[..., 0], GRAY)


@pytest.mark.parametrize('values, expected', [
    ([[0, 0.2, 1]], [[0, 51, 255]]), ([[-3, 7.4, 300]], [[0, 7, 255]])])
def test_float_file(tmp_path, values, expected):
    Image.fromarray(np.array(values, np.float32)).save(tmp_path / 'a.tif')
    np.testing.assert_array_equal(read_image(tmp_path / 'a.tif')[..., 0], expected)


@pytest.mark.parametrize('name', ['a.png', 'a.tif'])
def test_16_bit_colour_file(tmp_path, name):
    cv2.imwrite(str(tmp_path / name), RGB[..., ::-1].astype(np.uint16) * 256 + 77)
    np.testing.assert_array_equal(read_image(tmp_path / name), RGB[..., ::-1])


def test_size_limit(tmp_path, monkeypatch):
    Image.new('L', (60, 50)).save(tmp_path / 'large.png')
    monkeypatch.setattr(Image, 'MAX_IMAGE_PIXELS', 100)
    assert read_image(tmp_path / 'large.png').shape == (50, 60, 3)
    assert Image.MAX_IMAGE_PIXELS == 100
    monkeypatch.setattr(images, 'MOST_PIXELS', 1000)
    with pytest.raises(ValueError, match=r'large.png cannot be read .*3000 pixels\) exceeds limit'):
        read_image(tmp_path / 'large.png')


def test_bool_array():
    np.testing.assert_array_equal(read_image(GRAY > 50)[..., 1], (GRAY > 50) * np.uint8(255))


def test_transparent_pixels_show_white(tmp_path):
    alpha = np.array([[255, 0], [255, 0], [255, 255]], np.uint8)[..., None]
    rgba = np.concatenate([RGB, alpha], 2)
    expected = np.where(alpha == 0, 255, RGB)[..., ::-1]
    Image.fromarray(rgba).save(tmp_path / 'a.png')
    np.testing.assert_array_equal(read_image(tmp_path / 'a.png'), expected)
    np.testing.assert_array_equal(read_image(rgba, 'rgb'), expected)
    np.testing.assert_array_equal(read_image(rgba[..., [2, 1, 0, 3]]), expected)


def test_palette_with_a_transparent_colour(tmp_path):
    image = Image.fromarray(np.array([[0, 1]], np.uint8))
    image.putpalette([9, 8, 7, 1, 2, 3])
    image.save(tmp_path / 'a.png', transparency=1)
    np.testing.assert_array_equal(read_image(tmp_path / 'a.png'), [[[7, 8, 9], [255, 255, 255]]])


def test_cmyk_file(tmp_path):
    Image.new('CMYK', (4, 3), (0, 255, 255, 0)).save(tmp_path / 'a.jpg', quality=100)
    blue, green, red = read_image(tmp_path / 'a.jpg')[1, 1].tolist()
    assert red > 240 and green < 15 and blue < 15


def test_exif_rotation(tmp_path):
    image = Image.fromarray(RGB)
    exif = image.getexif()
    exif[0x0112] = 6  # the camera was turned: rotate by 90 degrees clockwise to see it upright
    image.save(tmp_path / 'a.png', exif=exif)
    np.testing.assert_array_equal(read_image(tmp_path / 'a.png'), np.rot90(RGB, -1)[..., ::-1])


def test_bad_files(tmp_path):
    (tmp_path / 'text.jpg').write_text('no picture')
    Image.fromarray(np.zeros((50, 50, 3), np.uint8)).save(tmp_path / 'whole.png')
    (tmp_path / 'cut.png').write_bytes((tmp_path / 'whole.png').read_bytes()[:60])
    for name in ('text.jpg', 'cut.png'):
        with pytest.raises(ValueError, match=f'{name} cannot be read'):
            read_image(tmp_path / name)
    (tmp_path / 'empty.jpg').touch()
    with pytest.raises(ValueError, match='empty.jpg cannot be read: the file is empty'):
        read_image(tmp_path / 'empty.jpg')
    with pytest.raises(FileNotFoundError, match='there is no image .*gone.png'):
        read_image(tmp_path / 'gone.png')
    with pytest.raises(FileNotFoundError, match="there is no image ''$"):
        read_image('')


@pytest.mark.parametrize('image, error, message', [
    (np.zeros((2, 2, 3)), ValueError, 'must be uint8 .* got float64'),
    (np.zeros((2, 2, 2), np.uint8), ValueError, r'got shape \(2, 2, 2\)'),
    (np.zeros((0, 2, 3), np.uint8), ValueError, r'got shape \(0, 2, 3\)'),
    (np.zeros(3, np.uint8), ValueError, r'got shape \(3,\)'),
    (None, TypeError, 'a path, an array, a tensor or a PIL image, got NoneType'),
])
def test_bad_values(image, error, message):
    with pytest.raises(error, match=message):
        read_image(image)


def test_bad_channel_order():
    with pytest.raises(ValueError, match="channel_order must be one of .* got 'grb'"):
        read_image(RGB, 'grb')
