"""PartSegDataset on data that is not as it should be: errors that name it."""
import shutil

import numpy as np
import pytest

from mmpartseg.datasets import PartSegDataset, PascalPart116Dataset
from tests.part_data import VAL, build, stems


def test_missing_image_folder(tmp_path):
    with pytest.raises(FileNotFoundError, match=r"img_path of PascalPart116Dataset: there is no "
                                                r"folder '.*/images/train'; `mmpartseg convert pascal_part` "
                                                r'makes it; data/README\.md of the source'):
        PascalPart116Dataset(data_root=str(tmp_path))


def test_missing_part_folder(pascal_archive):
    shutil.rmtree(pascal_archive.root / 'annotations_detectron2_part' / 'train')
    with pytest.raises(FileNotFoundError, match='seg_map_path.*annotations_detectron2_part/train'):
        build(pascal_archive)


@pytest.mark.parametrize('kind', ['part', 'obj'])
def test_image_without_its_map(pascal_archive, kind):
    pascal_archive.path(kind, 'train', 'cat').unlink()
    with pytest.raises(FileNotFoundError, match=rf"image 'cat' has no label map .*_{kind}/train/"
                                                r'cat\.png \(1 of 4'):
        build(pascal_archive)
    listed = build(pascal_archive, ann_file=save_list(pascal_archive, 'dog'))
    assert stems(listed) == ['dog']


def save_list(archive, *names):
    (archive.root / 'list.txt').write_text('\n'.join(names))
    return 'list.txt'


def test_empty_split(empty_archive):
    for folder in VAL.values():
        (empty_archive.root / folder).mkdir(parents=True)
    (empty_archive.path('images', 'val', '._a')).touch()
    with pytest.raises(ValueError, match=r'images/val holds no image that ends with \.jpg'):
        build(empty_archive, data_prefix=VAL)


def test_no_seen_part_at_all(pascal_archive):
    with pytest.raises(ValueError, match='none of the 1 part maps in .*_part/train holds a seen'):
        build(pascal_archive, split='seen', ann_file=save_list(pascal_archive, 'dog'))


def test_seen_split_needs_part_maps(pascal_archive):
    with pytest.raises(ValueError, match="split='seen' reads the part maps"):
        build(pascal_archive, split='seen', data_prefix={'img_path': 'images/train'})


@pytest.mark.parametrize(('split', 'when'), [('seen', 'built'), ('all', 'loaded')])
def test_id_outside_the_vocabulary(pascal_archive, split, when):
    parts = np.full((12, 16), 116, np.uint8)
    pascal_archive.save('train', 'odd', parts, parts * 0)
    message = r'_part/train/odd\.png holds id 116, outside the 116 classes \(ids 0 to 115'
    if when == 'built':
        with pytest.raises(ValueError, match=message):
            build(pascal_archive, split=split)
    else:
        dataset = build(pascal_archive, split=split)
        with pytest.raises(ValueError, match=message):
            dataset[4]


@pytest.mark.parametrize(('kwargs', 'message'), [
    ({'split': 'train'}, "split is 'train'; expected 'all' or 'seen'"),
    ({}, 'PartSegDataset needs taxonomy'),
    ({'taxonomy': 'pascal_part_116:seen'}, "set split='seen'"),
    ({'taxonomy': ["cat's head"], 'data_prefix': {'img_path': 'a', 'seg_map': 'b'}},
     r"data_prefix has \['seg_map'\]; its keys are"),
    ({'taxonomy': ['cat head']}, "'cat head' must read"),
    ({'taxonomy': ["cat's head"], 'ignore_index': 0}, 'ignore_index=0'),
    ({'taxonomy': ["cat's head"], 'metainfo': {'object_classes': ['dog']}}, r"objects \['cat'\]"),
])
def test_bad_vocabulary(kwargs, message):
    with pytest.raises(ValueError, match=message):
        PartSegDataset(lazy_init=True, **kwargs)


def test_two_vocabularies():
    with pytest.raises(ValueError, match='PascalPart116Dataset states its own classes'):
        PascalPart116Dataset(taxonomy=["cat's head"], lazy_init=True)


def test_unknown_vocabulary_and_option():
    with pytest.raises(KeyError, match='pascal_part_116'):
        PartSegDataset(taxonomy='pascal', lazy_init=True)
    with pytest.raises(TypeError, match='object_map_suffix'):
        PascalPart116Dataset(object_map_suffix='.png', lazy_init=True)


def test_a_label_map_without_its_image(pascal_archive):
    pascal_archive.path('images', 'train', 'dog').unlink()
    with pytest.raises(ValueError, match=r'part/train/dog\.png has no image in .*/train \(1 of 4 have none'):
        build(pascal_archive)
