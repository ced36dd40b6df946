"""Data sets that cannot be joined as they are: the error says what differs, and what to set."""
import pytest
from mmengine.dataset import ConcatDataset as Joined
from mmseg.registry import DATASETS

from mmpartseg.datasets import ConcatDataset


def member(root, **options):
    return dict(type='PascalPart116Dataset', data_root=str(root), **options)


def test_it_takes_the_place_of_mmengines(pascal_archive):
    dataset = DATASETS.build(dict(type='ConcatDataset', datasets=[member(pascal_archive.root)] * 2))
    assert type(dataset) is ConcatDataset and isinstance(dataset, Joined) and len(dataset) == 8


def test_vocabularies_that_differ(pascal_archive):
    datasets = [member(pascal_archive.root), member(pascal_archive.root, split='seen')]
    keys = ['classes', 'label_map', 'palette', 'taxonomy']
    with pytest.raises(ValueError) as error:
        DATASETS.build(dict(type='ConcatDataset', datasets=datasets, ignore_keys='palette'))
    assert str(error.value) == (
        'ConcatDataset of PascalPart116Dataset, PascalPart116Dataset: their metainfo differs in '
        "['classes', 'label_map', 'taxonomy']. Give them one vocabulary; or, where each is to keep its own "
        "(joint training), set ignore_keys=['palette', 'classes', 'label_map', 'taxonomy']")
    assert len(DATASETS.build(dict(type='ConcatDataset', datasets=datasets, ignore_keys=keys))) == 7


def test_a_key_that_only_one_has(pascal_archive):
    other = member(pascal_archive.root, metainfo=dict(source='web'))
    for datasets in ([other, member(pascal_archive.root)], [member(pascal_archive.root), other]):
        with pytest.raises(ValueError, match=r"differs in \['source'\].*set ignore_keys=\['source'\]"):
            ConcatDataset(datasets)


def test_other_errors_stay_what_they_are(tmp_path, pascal_archive):
    with pytest.raises(FileNotFoundError, match='no folder .*`mmpartseg convert pascal_part` makes it'):
        ConcatDataset([member(tmp_path / 'nowhere')])
    with pytest.raises(TypeError, match='elements in datasets sequence'):
        ConcatDataset([3])
