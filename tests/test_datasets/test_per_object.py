"""Samples of one object, on files and on small maps."""
import numpy as np
import pytest
from mmseg.registry import DATASETS, TRANSFORMS

from mmpartseg import PartTaxonomy
from mmpartseg.datasets.label_maps import LabelTables
from mmpartseg.taxonomy import load_metainfo

LOAD = [dict(type='LoadPartImage'), dict(type='LoadPartAnnotations')]


def build(archive, pipeline, **options):
    return DATASETS.build(dict(type='PerObjectDataset', dataset=dict(
        type='PascalPart116Dataset', data_root=str(archive.root), pipeline=pipeline, **options)))


def test_pairs_of_image_and_object(pascal_archive):
    def names(**options):
        dataset = build(pascal_archive, [], **options)
        infos = [dataset[i] for i in range(len(dataset))]
        return [(info['img_path'].split('/')[-1], dataset.dataset.taxonomy.objects[info['object_id']])
                for info in infos]
    assert names() == [('boat.jpg', 'person'), ('both.jpg', 'cat'), ('both.jpg', 'dog'),
                       ('cat.jpg', 'cat'), ('dog.jpg', 'dog')]
    assert names(split='seen') == [('boat.jpg', 'person'), ('both.jpg', 'cat'), ('cat.jpg', 'cat')]


def test_maps_of_one_object(pascal_archive):
    dataset = build(pascal_archive, [*LOAD, dict(type='KeepObject')])
    taxonomy = dataset.dataset.taxonomy
    cat, dog = dataset[1], dataset[2]
    for sample, name, pixels in ((cat, 'cat', 50), (dog, 'dog', 30)):
        own, obj = sample['gt_object_map'], taxonomy.objects.index(name)
        assert np.count_nonzero(own == obj) == pixels
        assert set(np.unique(own)) == {obj, len(taxonomy.objects)}
        labelled = sample['gt_seg_map'] != 255
        assert np.array_equal(labelled, own == obj)  # every pixel of these objects has a part
        assert {taxonomy.object_of[i] for i in np.unique(sample['gt_seg_map'][labelled])} == {obj}


def test_a_sample_without_a_part_is_replaced(pascal_archive):
    crop = dict(type='RandomCrop', crop_size=(1, 1))
    np.random.seed(0)
    dataset = build(pascal_archive, [*LOAD, dict(type='KeepObject'), crop, dict(type='RequirePart')])
    assert all((dataset[i]['gt_seg_map'] != 255).all() for i in range(len(dataset)) for _ in range(4))


def test_a_pipeline_that_makes_nothing(pascal_archive, monkeypatch):
    dataset = build(pascal_archive, [])
    monkeypatch.setattr(dataset.dataset, 'pipeline', lambda info: None)
    with pytest.raises(ValueError, match=r'of what was drawn 1000 times after sample 1 \(.*both.jpg'):
        dataset[1]


def test_k_shot_inside_and_other_data_sets(pascal_archive):
    inner = dict(type='PascalPart116Dataset', data_root=str(pascal_archive.root), pipeline=[])
    dataset = DATASETS.build(dict(type='PerObjectDataset',
                                  dataset=dict(type='KShotDataset', shots=128, dataset=inner)))
    assert len(dataset) == 5 and dataset.metainfo['classes'] == dataset.dataset.taxonomy.object_parts
    with pytest.raises(ValueError, match='reads the part maps of a PartSegDataset, got a ConcatDataset'):
        DATASETS.build(dict(type='PerObjectDataset', dataset=dict(type='ConcatDataset', datasets=[inner])))


def lost_objects(vocabulary):
    """Objects that the released table loses, from maps that show each one's first part."""
    meta, stored = load_metainfo(vocabulary), PartTaxonomy.named(vocabulary)
    kept = stored.seen()
    tables = LabelTables(stored, kept, meta['object_classes'], 255)
    transform = TRANSFORMS.build(dict(type='KeepObject', released_object_table=True))
    lost = set()
    for obj, name in enumerate(kept.objects):
        parts = np.full((2, 3), kept.object_of.index(obj), np.uint8)
        results = transform(dict(object_id=obj, label_tables=tables, gt_seg_map=parts,
                                 gt_object_map=np.full((2, 3), obj, np.uint8)))
        assert np.array_equal(results['gt_seg_map'], parts)  # the parts stay
        if (results['gt_object_map'] == len(kept.objects)).all():
            lost.add(name)
        else:
            assert (results['gt_object_map'] == obj).all()
    return lost


def test_released_object_table():
    assert lost_objects('pascal_part_116') == {'horse', 'person', 'pottedplant', 'train', 'tvmonitor'}
