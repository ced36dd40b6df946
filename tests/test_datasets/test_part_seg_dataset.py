"""PartSegDataset on miniature archives: vocabulary, files, seen split, wrappers, bad input."""
import shutil

import numpy as np
import pytest
from mmengine.dataset import ConcatDataset, RepeatDataset, pseudo_collate
from mmseg.registry import DATASETS
from torch.utils.data import DataLoader

from mmpartseg.datasets import PascalPart116Dataset, folders_of_maps, part_seg_dataset
from mmpartseg.taxonomy import PartTaxonomy
from tests.part_data import PIPELINE, VAL, WHOLE, build, sample_maps, slow_maps, stems


@pytest.mark.parametrize('split', ['all', 'seen'])
def test_maps_of_every_image_against_a_loop(pascal_archive, split):
    dataset = build(pascal_archive, split=split)
    for i, stem in enumerate(stems(dataset)):
        expected = slow_maps(pascal_archive, 'train', stem, dataset.taxonomy, split == 'seen')
        parts, objects = sample_maps(dataset, i)
        assert np.array_equal(parts, expected[0])
        assert np.array_equal(objects, expected[1])


def test_worked_sample(pascal_archive):
    """One row each of: cat's head (both), person and boat (boat), in whole and in seen ids."""
    whole, seen = build(pascal_archive), build(pascal_archive, split='seen')
    assert stems(whole) == ['boat', 'both', 'cat', 'dog']
    assert stems(seen) == ['boat', 'both', 'cat']
    parts, objects = sample_maps(whole, 1)
    assert parts[0, 0] == WHOLE.object_parts.index("cat's head") == 43
    assert objects[0, 0] == 6  # aeroplane bicycle bird bottle bus car cat
    seen_parts, seen_objects = sample_maps(seen, 1)
    assert seen_parts[0, 0] == WHOLE.seen().object_parts.index("cat's head")
    assert seen_objects[0, 0] == 4  # aeroplane bicycle bottle bus cat
    assert seen_parts.ravel()[40:70].tolist() == [255] * 30  # the dog
    assert seen_objects.ravel()[40:70].tolist() == [255] * 30
    boat_parts, boat_objects = sample_maps(whole, 0)
    assert boat_parts.ravel()[20:].tolist() == [255] * 172
    assert boat_objects.ravel()[30:60].tolist() == [16] * 30
    assert sample_maps(seen, 0)[1].ravel()[30:60].tolist() == [11] * 30


@pytest.mark.parametrize(('type_', 'name', 'k', 'k_seen'), [
    ('PascalPart116Dataset', 'pascal_part_116', 116, 74),
    ('ADE20KPart234Dataset', 'ade20k_part_234', 234, 176),
    ('PartImageNetDataset', 'part_imagenet', 147, 92),
    ('PartShapesDataset', 'part_shapes', 132, 87),
    ('PartSketchesDataset', 'part_sketches', 56, 42)])
def test_metainfo_of_the_shipped_datasets(type_, name, k, k_seen):
    whole = DATASETS.build({'type': type_, 'lazy_init': True})
    seen = DATASETS.build({'type': type_, 'lazy_init': True, 'split': 'seen'})
    assert len(whole.metainfo['classes']) == k
    assert len(seen.metainfo['classes']) == k_seen
    assert whole.metainfo['taxonomy'] == name
    assert seen.metainfo['taxonomy'] == f'{name}:seen'
    palette = dict(zip(whole.metainfo['classes'], map(tuple, whole.metainfo['palette'])))
    assert len(set(palette.values())) == k
    for dataset in (whole, seen):
        meta = dataset.metainfo
        assert meta['classes'] == dataset.taxonomy.object_parts
        assert PartTaxonomy.build(meta['taxonomy']) == dataset.taxonomy
        assert [palette[c] for c in meta['classes']] == [tuple(c) for c in meta['palette']]
        assert all(len(c) == 3 and 0 <= min(c) <= max(c) <= 255 for c in meta['palette'])
        assert set(dataset.taxonomy.objects) <= set(meta['object_classes'])


def test_seen_split_says_what_it_drops(pascal_archive, logged):
    build(pascal_archive)
    assert logged == []
    build(pascal_archive, split='seen')
    assert logged == ['PascalPart116Dataset: kept 3 of 4 images with a seen part']


def test_other_folders_and_few_shot_list(pascal_archive):
    assert stems(build(pascal_archive, data_prefix=VAL)) == ['bird', 'person']
    assert stems(build(pascal_archive, data_prefix=VAL, split='seen')) == ['person']
    assert stems(build(pascal_archive, ann_file='train_16shot.json')) == ['cat', 'both']


@pytest.fixture
def logged(monkeypatch):
    lines = []
    for module in (part_seg_dataset, folders_of_maps):
        monkeypatch.setattr(module, 'print_log', lambda text, **_: lines.append(text))
    return lines


def test_object_maps_derived_from_parts(pascal_archive, logged):
    assert sample_maps(build(pascal_archive), 0)[1].ravel()[30] == 16  # the boat has no part
    shutil.rmtree(pascal_archive.root / 'annotations_detectron2_obj')
    prefix = {k: v for k, v in VAL.items() if k != 'object_map_path'}
    derived = build(pascal_archive)
    folder = pascal_archive.root / 'annotations_detectron2_obj' / 'train'
    message, = logged
    assert message == (f"PascalPart116Dataset: there is no folder '{folder}'; object maps are "
                       'derived from the part maps')
    for dataset in (derived, build(pascal_archive, data_prefix=prefix)):
        parts, objects = sample_maps(dataset, 0)
        expected = [*dataset.taxonomy.object_of, *[255] * 140]
        assert np.array_equal(objects, np.array(expected)[parts])
    assert sample_maps(derived, 0)[1].ravel()[30] == 255


def test_images_without_labels(pascal_archive):
    dataset = build(pascal_archive, data_prefix={'img_path': 'images/val'}, test_mode=True)
    sample = dataset[0]['data_samples']
    assert len(dataset) == 2
    assert 'gt_sem_seg' not in sample
    assert 'gt_object_seg' not in sample


def test_mmseg_loading_gets_the_same_parts(pascal_archive):
    pipeline = [{'type': 'LoadImageFromFile'}, {'type': 'LoadAnnotations'},
                {'type': 'PackSegInputs'}]
    ours = build(pascal_archive, split='seen')
    theirs = PascalPart116Dataset(data_root=str(pascal_archive.root), split='seen',
                                  pipeline=pipeline)
    for i in range(len(ours)):
        expected = theirs[i]['data_samples'].gt_sem_seg.data[0].numpy()
        assert np.array_equal(sample_maps(ours, i)[0], expected)


@pytest.mark.parametrize('serialize', [True, False])
def test_indices_and_lazy_init(pascal_archive, serialize):
    some = build(pascal_archive, indices=[2, 0], serialize_data=serialize)
    assert stems(some) == ['cat', 'boat']
    assert len(build(pascal_archive, split='seen', indices=2, serialize_data=serialize)) == 2
    lazy = build(pascal_archive, lazy_init=True, serialize_data=serialize)
    assert lazy.data_list == []
    assert len(lazy) == 4
    assert stems(lazy.get_subset([3])) == ['dog']


def test_two_epochs_see_the_same_fields(pascal_archive):
    dataset = build(pascal_archive, serialize_data=False)
    first, second = sample_maps(dataset, 1), sample_maps(dataset, 1)
    assert np.array_equal(first, second)
    assert dataset.get_data_info(1)['seg_fields'] == []


def test_wrappers(pascal_archive):
    train, val = (dict(type='PascalPart116Dataset', data_root=str(pascal_archive.root),
                       pipeline=PIPELINE, **extra) for extra in ({}, {'data_prefix': VAL}))
    joined = ConcatDataset([DATASETS.build(train), DATASETS.build(val)])
    assert len(joined) == 6
    assert joined.metainfo['taxonomy'] == 'pascal_part_116'
    assert np.array_equal(sample_maps(joined, 5)[0], sample_maps(DATASETS.build(val), 1)[0])
    repeated = RepeatDataset(DATASETS.build(val), times=3)
    assert len(repeated) == 6
    assert np.array_equal(sample_maps(repeated, 4)[0], sample_maps(repeated, 0)[0])


def test_worker_processes(pascal_archive):
    dataset = build(pascal_archive, split='seen')
    loader = DataLoader(dataset, batch_size=1, num_workers=2, collate_fn=pseudo_collate)
    loaded = [batch['data_samples'][0].gt_sem_seg.data[0].numpy() for batch in loader]
    assert all(np.array_equal(a, sample_maps(dataset, i)[0]) for i, a in enumerate(loaded))
