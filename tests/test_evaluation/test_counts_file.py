"""Counts written and read again."""
import numpy as np
import pytest

from mmpartseg.evaluation import load_counts, save_counts
from mmpartseg.taxonomy import PartTaxonomy

TAXONOMY = PartTaxonomy(["cat's head", "dog's head"], ['dog'])
COUNTS = {'pred_all/confusion': np.array([[1, 2], [3, 2**60], [5, 6]])}


@pytest.mark.parametrize('taxonomy', [TAXONOMY, TAXONOMY.seen()])
def test_round_trip(tmp_path, taxonomy):
    path = tmp_path / 'new' / 'counts.npz'
    save_counts(path, COUNTS, taxonomy)
    counts, read = load_counts(path)
    assert read == taxonomy and set(counts) == set(COUNTS)
    np.testing.assert_array_equal(counts['pred_all/confusion'], COUNTS['pred_all/confusion'])
    assert [p.name for p in path.parent.iterdir()] == ['counts.npz']


def test_a_failed_write_keeps_the_old_file(tmp_path, monkeypatch):
    path = tmp_path / 'counts.npz'
    save_counts(path, COUNTS, TAXONOMY)
    before = path.read_bytes()

    def fail(file, **arrays):
        file.write(b'half')
        raise OSError('disk full')
    monkeypatch.setattr(np, 'savez_compressed', fail)
    with pytest.raises(OSError, match='disk full'):
        save_counts(path, COUNTS, TAXONOMY)
    assert path.read_bytes() == before
    assert [p.name for p in tmp_path.iterdir()] == ['counts.npz']


def test_missing_and_foreign_files(tmp_path):
    with pytest.raises(FileNotFoundError, match=r"no counts at '.*none.npz'"):
        load_counts(tmp_path / 'none.npz')
    np.savez(tmp_path / 'other.npz', object_parts=np.array(['a']))
    with pytest.raises(ValueError, match=r"other.npz' has no \['unseen_objects'\]"):
        load_counts(tmp_path / 'other.npz')
