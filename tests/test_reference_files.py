"""Folders of reference arrays that are not whole: the file is named."""
import numpy as np
import pytest

from tests.keyed_weights import OWN_COPY, full_size_files, read_arrays, reference_files


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.setenv('MMPARTSEG_REFERENCE', str(tmp_path))
    np.savez(tmp_path / 'catseg_7.npz', logits=np.arange(1000.))
    return tmp_path


def cut(data):
    return data[:len(data) // 2]


def flip(data):
    return data[:500] + bytes([data[500] ^ 1]) + data[501:]


@pytest.mark.parametrize('damage', [cut, flip, lambda data: b'version https://git-lfs', lambda data: b''])
def test_a_damaged_file_is_named(folder, damage):
    path, = reference_files('catseg_*.npz')
    assert read_arrays(path)['logits'][-1] == 999
    path.write_bytes(damage(path.read_bytes()))
    with pytest.raises(ValueError, match=r'catseg_7\.npz is damaged or cut short .*REFERENCE'):
        read_arrays(path)


def test_a_folder_without_files(folder):
    with pytest.raises(AssertionError, match=f'no zsseg_.*npz in {folder}'):
        reference_files('zsseg_*.npz')
    assert {path.parent for path in full_size_files('catseg_ovparts_full_*.npz')} == {OWN_COPY}
