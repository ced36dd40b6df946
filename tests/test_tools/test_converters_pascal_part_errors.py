"""Pascal-Part-116: unknown names, damaged and missing files."""
import numpy as np
import pascal_part
import pytest
from miniatures import SHAPE, write_annotation
from PIL import Image
from scipy.io import savemat

from tests.pascal_part_files import paths_fixture  # noqa: F401


@pytest.mark.parametrize('scene, message', [
    ([('cat', (0, 0, 9, 9), [('muzzle', (0, 0, 2, 2))])],
     r"2008_000001\.mat': object 1 \('cat'\), part 'muzzle': unknown part code"),
    ([('cat', (0, 0, 9, 9), []), ('dog', (0, 0, 9, 9), [('head', (0, 0, 3, 3)),
                                                        ('fin', (0, 0, 2, 2))])],
     r"2008_000001\.mat': object 2 \('dog'\), part 'fin': unknown part code"),
    ([('unicorn', (0, 0, 9, 9), [])], r"object 1 \('unicorn'\): unknown object"),
])
def test_unknown_names(paths, scene, message):
    write_annotation(paths['annotations'] / '2008_000001.mat', '2008_000001', scene)
    with pytest.raises(ValueError, match=message):
        pascal_part.convert(**paths)
    assert not list(paths['out'].rglob('*000001*'))


def test_mask_of_another_size(paths):
    Image.new('RGB', (63, 48)).save(paths['voc'] / 'JPEGImages/2008_000002.jpg')
    with pytest.raises(ValueError, match=r"2008_000002\.mat': object 1 \('train'\): mask of shape "
                                         r'\(48, 64\), its image has \(48, 63\)'):
        pascal_part.convert(**paths)


@pytest.mark.parametrize('keep', [0, 40, 300])
def test_damaged_annotation(paths, keep):
    path = paths['annotations'] / '2008_000004.mat'
    path.write_bytes(path.read_bytes()[:keep])
    with pytest.raises(ValueError, match=r"2008_000004\.mat' is damaged"):
        pascal_part.convert(**paths)
MASK = np.ones(SHAPE, np.uint8)


@pytest.mark.parametrize('entry, message', [
    ({'mask': MASK, 'parts': []}, r"object 1 without \['class'\]"),
    ({'class': 'cat', 'parts': []}, r"object 1 without \['mask'\]"),
    ({'class': 'cat', 'mask': MASK}, r"object 1 without \['parts'\]"),
    ({'class': 5, 'mask': MASK, 'parts': []}, 'object 1: class should be a name, got 5'),
    ({'class': 'cat', 'mask': MASK, 'parts': 5}, r"object 1 \('cat'\), a part without .*part_name"),
    ({'class': 'cat', 'mask': MASK, 'parts': [{'part_name': 'head'}]},
     r"object 1 \('cat'\), a part without \['mask'\]"),
    ({'class': 'cat', 'mask': MASK.T, 'parts': []}, r"object 1 \('cat'\): mask of shape \(64, 48\)"),
])
def test_incomplete_entries(paths, entry, message):
    savemat(paths['annotations'] / '2008_000001.mat', {'anno': {'objects': entry}})
    with pytest.raises(ValueError, match=rf"2008_000001\.mat': {message}"):
        pascal_part.convert(**paths)


def test_matlab_7_3(paths):
    header = b'MATLAB 7.3 MAT-file, Platform: GLNXA64'.ljust(124) + b'\x00\x02IM'
    (paths['annotations'] / '2008_000001.mat').write_bytes(header + bytes(600))
    with pytest.raises(ValueError, match=r"2008_000001\.mat' is a MATLAB file of version 7\.3"):
        pascal_part.convert(**paths)


def test_masks_without_a_pixel_are_listed(paths):
    savemat(paths['annotations'] / '2008_000001.mat', {'anno': {'objects': {
        'class': 'cat', 'mask': MASK, 'parts': [{'part_name': 'head', 'mask': MASK},
                                                {'part_name': 'tail', 'mask': MASK * 0}]}}})
    warnings = pascal_part.convert(**paths)['warnings']
    assert "2008_000001.mat': object 1 ('cat'), part 'tail': covers no pixel" in warnings[1]


def test_truncated_image(paths):
    path = paths['voc'] / 'JPEGImages/2008_000002.jpg'
    path.write_bytes(path.read_bytes()[:900])
    with pytest.raises(ValueError, match=r"image '.*2008_000002\.jpg' is damaged"):
        pascal_part.convert(**paths)


def test_missing_files(paths):
    (paths['annotations'] / '2008_000004.mat').unlink()
    with pytest.raises(FileNotFoundError, match=r"val\.txt' line 1 \('2008_000004'\): there is no "
                                                r"'.*Annotations_Part/2008_000004\.mat'"):
        pascal_part.convert(**paths)
    (paths['voc'] / 'ImageSets/Main/train.txt').unlink()
    with pytest.raises(FileNotFoundError, match='of the images of train; give another with --train-list'):
        pascal_part.convert(**paths)
    assert not paths['out'].exists()
