"""Reading label maps exactly."""
import io

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from mmpartseg.datasets.label_maps import read_label_map


def write(path, array, **options):
    Image.fromarray(np.asarray(array)).save(path, **options)
    return str(path)


def test_8_bit(tmp_path):
    ids = np.arange(256, dtype=np.uint8).reshape(16, 16)
    stored = read_label_map(write(tmp_path / 'a.png', ids))
    assert stored.dtype == np.uint8
    assert np.array_equal(stored, ids)


def test_16_bit(tmp_path):
    ids = np.arange(0, 65536, 13, dtype=np.uint16)[:5040].reshape(70, 72)
    ids[0, 0] = 65535
    stored = read_label_map(write(tmp_path / 'a.png', ids))
    assert stored.dtype == np.uint16
    assert np.array_equal(stored, ids)


@pytest.mark.parametrize('bits', [1, 2, 4, 8])
def test_palette_gives_indices_not_colours(tmp_path, bits):
    ids = (np.arange(48) % 2 ** bits).astype(np.uint8).reshape(6, 8)
    image = Image.fromarray(ids, mode='P')
    image.putpalette([200, 3, 9] * 256)
    image.save(tmp_path / 'a.png', bits=bits)
    assert np.array_equal(read_label_map(str(tmp_path / 'a.png')), ids)


def test_1_bit_gray_means_0_and_255(tmp_path):
    """A lossless optimiser writes an 8-bit map of only these two values so."""
    ids = np.array([[0, 255, 255], [255, 0, 0]], np.uint8)
    Image.fromarray(ids).convert('1').save(tmp_path / 'a.png')
    assert np.array_equal(read_label_map(str(tmp_path / 'a.png')), ids)


@pytest.mark.parametrize('mode', ['RGB', 'RGBA', 'LA'])
def test_several_channels(tmp_path, mode):
    Image.new(mode, (4, 3)).save(tmp_path / 'colour.png')
    with pytest.raises(ValueError, match=rf'colour\.png has mode {mode}; expected one channel'):
        read_label_map(str(tmp_path / 'colour.png'))


def test_32_bit(tmp_path):
    write(tmp_path / 'deep.tif', np.array([[0, 70000]], np.int32))
    with pytest.raises(ValueError, match=r'deep\.tif holds values from 0 to 70000'):
        read_label_map(str(tmp_path / 'deep.tif'))


@pytest.mark.parametrize('content', [b'', b'not an image', b'\x89PNG\r\n\x1a\n'])
def test_no_image(tmp_path, content):
    (tmp_path / 'broken.png').write_bytes(content)
    with pytest.raises(ValueError, match=r'broken\.png cannot be read'):
        read_label_map(str(tmp_path / 'broken.png'))


def test_truncated(tmp_path):
    ids = np.random.default_rng(0).integers(0, 255, (40, 40), dtype=np.uint8)
    write(tmp_path / 'cut.png', ids)
    content = (tmp_path / 'cut.png').read_bytes()
    (tmp_path / 'cut.png').write_bytes(content[:len(content) // 2])
    with pytest.raises(ValueError, match=r'cut\.png cannot be read'):
        read_label_map(str(tmp_path / 'cut.png'))


@given(position=st.integers(8, 300), value=st.integers(0, 255))
def test_one_broken_byte_reads_or_raises_value_error(tmp_path_factory, position, value):
    buffer = io.BytesIO()
    Image.fromarray(np.arange(256, dtype=np.uint8).reshape(16, 16)).save(buffer, 'png')
    content = bytearray(buffer.getvalue())
    content[position % len(content)] = value
    path = tmp_path_factory.getbasetemp() / 'byte.png'
    path.write_bytes(bytes(content))
    try:
        assert read_label_map(str(path)).dtype in (np.uint8, np.uint16)
    except ValueError as error:
        assert 'byte.png' in str(error)


def test_missing_file(tmp_path):
    with pytest.raises(FileNotFoundError, match='none.png'):
        read_label_map(str(tmp_path / 'none.png'))
