"""Other people's data and vocabularies in PartSegDataset."""
import numpy as np
import pytest
from PIL import Image

from mmpartseg.datasets import PartSegDataset, PascalPart116Dataset
from mmpartseg.taxonomy import PartTaxonomy
from tests.part_data import PIPELINE, build, sample_maps


def test_own_data(tmp_path):
    """A folder of images, a folder of maps, a list of names."""
    for folder in ('pictures', 'labels'):
        (tmp_path / folder).mkdir()
    Image.new('RGB', (4, 2)).save(tmp_path / 'pictures' / 'x.JPG')
    ids = np.array([[0, 1, 2, 255], [2, 2, 1, 0]], np.uint8)
    Image.fromarray(ids).save(tmp_path / 'labels' / 'x.png')
    names = ["dog's head", "cat's head", "dog's tail"]
    dataset = PartSegDataset(
        taxonomy={'object_parts': names, 'unseen_objects': ['cat']}, data_root=str(tmp_path),
        data_prefix={'img_path': 'pictures', 'seg_map_path': 'labels'}, pipeline=PIPELINE)
    parts, objects = sample_maps(dataset, 0)
    assert np.array_equal(parts, ids)
    assert objects.tolist() == [[1, 0, 1, 255], [1, 1, 0, 1]]
    meta = dataset.metainfo
    assert meta['classes'] == tuple(names)
    assert meta['object_classes'] == ('cat', 'dog')
    assert len({tuple(c) for c in meta['palette']}) == 3
    assert PartTaxonomy.build(meta['taxonomy']) == dataset.taxonomy == PartTaxonomy(names, ['cat'])


def test_own_data_that_counts_from_one(tmp_path):
    Image.new('RGB', (4, 1)).save(tmp_path / 'x.jpg')
    Image.fromarray(np.array([[0, 1, 2, 255]], np.uint8)).save(tmp_path / 'x.png')
    dataset = PartSegDataset(taxonomy=["dog's head", "cat's head"], reduce_zero_label=True,
                             img_suffix='.jpg', data_root=str(tmp_path), pipeline=PIPELINE)
    parts, objects = sample_maps(dataset, 0)
    assert parts.tolist() == [[255, 0, 1, 255]]
    assert objects.tolist() == [[255, 1, 0, 255]]


def test_own_data_in_16_bits_with_many_classes(tmp_path):
    names = [f"thing {i // 3}'s part {i % 3}" for i in range(300)]
    Image.new('RGB', (4, 1)).save(tmp_path / 'x.jpg')
    Image.fromarray(np.array([[0, 255, 299, 65535]], np.uint16)).save(tmp_path / 'x.png')
    common = {'taxonomy': names, 'img_suffix': '.jpg', 'data_root': str(tmp_path),
              'pipeline': PIPELINE}
    dataset = PartSegDataset(ignore_index=65535, **common)
    parts, objects = sample_maps(dataset, 0)
    assert parts.tolist() == [[0, 255, 299, 65535]]
    assert objects.tolist() == [[dataset.taxonomy.object_of[k] for k in (0, 255, 299)] + [65535]]
    with pytest.raises(ValueError, match='300 classes.*use ignore_index=65535'):
        PartSegDataset(**common)


def test_a_shipped_name_brings_its_lists():
    general = PartSegDataset(taxonomy='pascal_part_116', lazy_init=True)
    special = PascalPart116Dataset(lazy_init=True)
    assert general.metainfo == special.metainfo
    assert general.taxonomy == special.taxonomy


def test_some_classes_of_a_subclass(pascal_archive):
    """mmseg's way of choosing classes, in another order than the stored one."""
    classes = ("dog's head", "cat's tail", "cat's head")
    dataset = build(pascal_archive, metainfo={'classes': classes})
    parts, objects = sample_maps(dataset, 1)
    assert parts.ravel()[[0, 40, 70, 80]].tolist() == [2, 0, 1, 255]
    assert objects.ravel()[[0, 40, 70, 80]].tolist() == [0, 1, 0, 255]
    assert sample_maps(dataset, 0)[1].ravel()[[0, 30]].tolist() == [255, 2]  # person, boat
    assert dataset.taxonomy == PartTaxonomy(classes, ['dog'])
    assert PartTaxonomy.build(dataset.metainfo['taxonomy']) == dataset.taxonomy
    assert len(dataset.metainfo['palette']) == 3


def test_a_subclass_of_the_users():
    meta = {'classes': ("cat's head", "cat's tail"), 'palette': [[1, 2, 3], [4, 5, 6]]}
    dataset = type('CatDataset', (PartSegDataset,), {'METAINFO': meta})(lazy_init=True)
    assert dataset.taxonomy == PartTaxonomy(["cat's head", "cat's tail"])
    assert dataset.metainfo['palette'] == [[1, 2, 3], [4, 5, 6]]
