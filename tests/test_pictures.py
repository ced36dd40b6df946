"""Pictures are read in one way: formats by content, transparency, limits."""
import io
import threading
import zlib

import numpy as np
import pytest
from PIL import Image, UnidentifiedImageError

from mmpartseg import pictures
from mmpartseg.apis import read_image
from mmpartseg.datasets.label_files import read_label_map
from mmpartseg.datasets.transforms import LoadPartImage
from mmpartseg.pictures import decode_picture, opened, pixel_limit
from tests.test_orientation import tagged

RGB = np.random.default_rng(0).integers(0, 256, (7, 9, 3), np.uint8)
ALPHA = np.where(np.arange(63).reshape(7, 9) % 2, 255, 0).astype(np.uint8)
WHITE = np.where(ALPHA[..., None] == 255, RGB, 255)


def transparent(mode):
    """A picture of which every second pixel is transparent, and what a person sees."""
    rgba = Image.fromarray(np.dstack([RGB, ALPHA]))
    if mode == 'RGBA':
        return rgba, {}, WHITE
    if mode == 'LA':
        gray = np.asarray(Image.fromarray(RGB).convert('L'))
        seen = np.where(ALPHA == 255, gray, 255)
        return Image.merge('LA', [Image.fromarray(gray), Image.fromarray(ALPHA)]), {}, np.dstack([seen] * 3)
    gray = np.arange(63, dtype=np.uint8).reshape(7, 9)
    seen = np.where(gray == 5, 255, gray)
    image = Image.fromarray(gray)
    if mode == 'P':  # each value has a colour of its own, one of them is transparent
        image = Image.fromarray(gray, 'P')
        image.putpalette([v for i in range(256) for v in (i, i, i)])
    return image, {'transparency': 5}, np.dstack([seen] * 3)


@pytest.mark.parametrize('mode', ['RGBA', 'LA', 'P', 'L'])
def test_transparency_is_white_in_training_and_prediction(tmp_path, mode):
    image, options, seen = transparent(mode)
    path = str(tmp_path / 'a.png')
    image.save(path, **options)
    expected = seen[..., ::-1]
    assert np.array_equal(read_image(path), expected)
    for labelled in ({}, {'seg_map_path': 'a.png'}, {'object_map_path': 'a.png'}):
        assert np.array_equal(LoadPartImage()({'img_path': path, **labelled})['img'], expected)


def test_half_transparent(tmp_path):
    Image.new('RGBA', (2, 2), (0, 100, 200, 128)).save(tmp_path / 'a.png')
    assert LoadPartImage()({'img_path': str(tmp_path / 'a.png')})['img'][0, 0].tolist() == [227, 177, 127]


@pytest.mark.parametrize('mode', ['RGB', 'L', 'RGBA', 'LA', 'P', 'I;16', 'F', '1', 'CMYK'])
def test_strips_change_nothing(monkeypatch, mode):
    image = Image.fromarray(RGB).convert('L' if mode in ('I;16', 'F') else mode)
    if mode == 'I;16':
        image = Image.fromarray(np.asarray(image).astype(np.uint16) * 256)
    elif mode == 'F':
        image = image.convert('F').point(lambda v: v * 0.001)
    whole = pictures.to_bgr(image)
    monkeypatch.setattr(pictures, 'STRIP', 20)
    assert np.array_equal(pictures.to_bgr(image), whole)


def test_tiff_is_turned_once():
    """Pillow turns it by itself when it loads the pixels."""
    for value in (3, 6):
        buffer = io.BytesIO()
        exif = Image.Exif()
        exif[0x0112] = value
        Image.fromarray(RGB).save(buffer, 'TIFF', exif=exif)
        pixels, orientation = decode_picture(buffer.getvalue())
        expected = decode_picture(tagged_png(value))[0]
        assert orientation == value and np.array_equal(pixels, expected)


def tagged_png(value):
    return tagged(RGB, value).fp.getvalue()


EPS = b"""%!PS-Adobe-3.0 EPSF-3.0
%%BoundingBox: 0 0 4 3
%%EndComments
showpage
"""


@pytest.mark.parametrize('content', [
    EPS, b'\0\0\1\0\1\0\x10\x10\0\0\1\0\x20\0', b'8BPS\0\1' + bytes(40)], ids=['EPS', 'ICO', 'PSD'])
def test_other_formats_under_a_name_that_fits(tmp_path, monkeypatch, content):
    """None of Pillow's other readers is asked, some of which start programs."""
    path = str(tmp_path / 'a.png')
    (tmp_path / 'a.png').write_bytes(content)
    monkeypatch.setattr('subprocess.check_call', lambda *_, **__: pytest.fail('a program was started'))
    for read, kind in ((read_image, 'image'), (read_label_map, 'label map'),
                       (lambda p: LoadPartImage()({'img_path': p}), 'image')):
        with pytest.raises(ValueError, match=f'{kind} {path} cannot be read'):
            read(path)


def test_limit_of_pixels(tmp_path, monkeypatch):
    path = str(tmp_path / 'a.png')
    Image.new('L', (60, 50)).save(path)
    monkeypatch.setattr(Image, 'MAX_IMAGE_PIXELS', 100)
    readers = (read_image, read_label_map, lambda p: LoadPartImage()({'img_path': p}))
    for read in readers:
        read(path)
    assert Image.MAX_IMAGE_PIXELS == 100
    monkeypatch.setenv('MMPARTSEG_MAX_PIXELS', '2999')
    for read in readers:
        with pytest.raises(ValueError, match=r'a\.png cannot be read .*60x50 \(3000 pixels\) exceeds limit '
                                             'of 2999; the environment variable MMPARTSEG_MAX_PIXELS'):
            read(path)
    monkeypatch.setenv('MMPARTSEG_MAX_PIXELS', 'many')
    with pytest.raises(ValueError, match='MMPARTSEG_MAX_PIXELS=many: expected a number'):
        pixel_limit()


def test_a_bomb_is_refused_by_its_header(tmp_path):
    """A PNG that claims 40,000 x 40,000 pixels: nothing of that size is made."""
    content = bytearray(tagged_png(1))
    content[16:24] = (40000).to_bytes(4, 'big') * 2
    content[29:33] = zlib.crc32(bytes(content[12:29])).to_bytes(4, 'big')
    (tmp_path / 'a.png').write_bytes(content)
    for read in (read_image, read_label_map):
        with pytest.raises(ValueError, match=r'40000x40000 \(1600000000 pixels\) exceeds limit of 134217728'):
            read(str(tmp_path / 'a.png'))


def test_pillows_limit_is_as_before_in_all_threads(monkeypatch):
    content, errors = tagged_png(1), []
    monkeypatch.setattr(Image, 'MAX_IMAGE_PIXELS', 10)

    def read():
        try:
            for _ in range(50):
                with opened(content):
                    pass
        except Exception as error:
            errors.append(error)
    threads = [threading.Thread(target=read) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not errors and Image.MAX_IMAGE_PIXELS == 10


@pytest.mark.parametrize('brand, name, advice', [
    (b'ftypheic', 'HEIF', 'HEIC picture, which needs pillow-heif'),
    (b'ftypavif', 'AVIF', 'AVIF picture, which this Pillow cannot read: pip install'),
], ids=['heic', 'avif'])
def test_advice_to_install_a_reader_is_for_those_without(brand, name, advice, tmp_path, monkeypatch):
    path = tmp_path / 'photo'
    path.write_bytes(b'\0\0\0\x18' + brand + bytes(100))
    monkeypatch.setattr(pictures, 'formats', lambda: pictures.FORMATS)
    with pytest.raises(ValueError, match=advice):
        read_image(path)
    monkeypatch.setattr(Image, 'open', _unknown)
    monkeypatch.setattr(pictures, 'formats', lambda: (*pictures.FORMATS, name))
    with pytest.raises(ValueError, match=f'cannot be read: it is damaged or cut short, .* {name}$'):
        read_image(path)


def _unknown(*_, **__):
    raise UnidentifiedImageError


@pytest.mark.filterwarnings('ignore:Corrupt EXIF')
def test_page_that_is_lost_is_counted(tmp_path):
    """So that reading it fails by name, instead of leaving one picture that looks whole."""
    path = tmp_path / 'scan.tiff'
    first, *more = [Image.new('RGB', (16, 16), color) for color in ('red', 'green', 'blue')]
    first.save(path, save_all=True, append_images=more)
    whole = path.read_bytes()
    assert pictures.pages(whole) == 3
    cut = whole[:len(whole) * 2 // 3]
    lost = pictures.pages(cut) - 1
    assert lost > 0
    with pytest.raises(ValueError, match='it cannot be read'):
        pictures.read_page(cut, lost)
