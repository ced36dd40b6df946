"""Label files that cannot be what they seem, and the depth of saved ones."""
import numpy as np
import pytest
from PIL import Image

from mmpartseg.datasets.label_files import read_label_map, read_stored, smallest_dtype

IDS = np.array([[0, 7, 7], [255, 30, 7]], np.uint8)


@pytest.mark.parametrize('format, options', [
    ('JPEG', {}), ('WEBP', {}), ('JPEG2000', {}), ('TIFF', {'compression': 'jpeg'})])
def test_lossy_data_whatever_its_name(tmp_path, format, options):
    Image.fromarray(IDS.repeat(20, 0).repeat(20, 1)).save(tmp_path / 'a.png', format, **options)
    with pytest.raises(ValueError, match=rf'a\.png holds {format} data, whatever its name says'):
        read_label_map(str(tmp_path / 'a.png'))


@pytest.mark.parametrize('format', ['PNG', 'TIFF', 'BMP', 'GIF', 'PPM'])
def test_lossless_data_whatever_its_name(tmp_path, format):
    Image.fromarray(IDS).save(tmp_path / 'a.png', format)
    stored = read_stored(str(tmp_path / 'a.png'))
    ids = stored.ids if stored.palette is None else stored.palette[stored.ids][..., 0]
    assert np.array_equal(ids, IDS)


@pytest.mark.parametrize('format', ['PNG', 'TIFF'])
def test_orientation_is_told_not_applied(tmp_path, format):
    exif = Image.Exif()
    exif[0x0112] = 6
    Image.fromarray(IDS).save(tmp_path / 'a.png', format, exif=exif)
    stored = read_stored(str(tmp_path / 'a.png'))
    assert stored.orientation == 6 and np.array_equal(stored.ids, IDS)


def test_palette(tmp_path):
    image = Image.fromarray(IDS, 'P')
    image.putpalette([0, 0, 0, 128, 5, 9] + [50] * 762)
    image.save(tmp_path / 'a.png')
    stored = read_stored(str(tmp_path / 'a.png'))
    assert stored.palette[:2].tolist() == [[0, 0, 0], [128, 5, 9]] and np.array_equal(stored.ids, IDS)
    Image.fromarray(IDS).save(tmp_path / 'b.png')
    assert read_stored(str(tmp_path / 'b.png')).palette is None


@pytest.mark.parametrize('classes, dtype', [
    (1, np.uint8), (254, np.uint8), (255, np.uint16), (300, np.uint16)])
def test_depth_follows_the_number_of_classes(classes, dtype):
    assert smallest_dtype(classes) == dtype
    assert classes < np.iinfo(dtype).max  # background is not "ignored"
