"""PartSegDataset on miniature archives: vocabulary, files, seen split, wrappers, bad input."""
import shutil

import numpy as np
import pytest
from mmengine.dataset import ConcatDataset, RepeatDataset, pseudo_collate
from mmseg.registry import DATASETS
from PIL import Image
from torch.utils.data import DataLoader

from mmpartseg.datasets import PartSegDataset, PascalPart116Dataset, folders_of_maps, part_seg_dataset
from mmpartseg.taxonomy import PartTaxonomy

PIPELINE = [{'type': 'LoadPartImage'}, {'type': 'LoadPartAnnotations'},
            {'type': 'PackPartSegInputs'}]
VAL = {'img_path': 'images/val', 'seg_map_path': 'annotations_detectron2_part/val',
           'object_map_path': 'annotations_detectron2_obj/val'}
WHOLE = PartTaxonomy.named('pascal_part_116')


def build(archive, **kwargs):
    return PascalPart116Dataset(data_root=str(archive.root), pipeline=PIPELINE, **kwargs)


def stems(dataset):
    paths = [dataset.get_data_info(i)['img_path'] for i in range(len(dataset))]
    return [path.rsplit('/', 1)[1][:-4] for path in paths]


def sample_maps(dataset, index):
    sample = dataset[index]['data_samples']
    return sample.gt_sem_seg.data[0].numpy(), sample.gt_object_seg.data[0].numpy()


def slow_maps(archive, split, stem, taxonomy, seen):
    """Names pixel by pixel -> ids in the given taxonomy, without any table."""
    part_name = {i: name for name, i in archive.part_id.items()}
    object_name = {i: name for name, i in archive.object_id.items()}
    parts, objects = (np.array(Image.open(archive.path(kind, split, stem))).astype(int)
                      for kind in ('part', 'obj'))
    for place, value in np.ndenumerate(parts):
        name = part_name.get(value)
        parts[place] = taxonomy.object_parts.index(name) if name in taxonomy.object_parts else 255
    for place, value in np.ndenumerate(objects):
        name = object_name.get(value)
        if name is None or (seen and name in WHOLE.unseen_objects):
            objects[place] = 255
        else:
            objects[place] = ((*taxonomy.objects, name).index(name) if name in taxonomy.objects
                              else len(taxonomy.objects))
    return parts, objects


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


def test_missing_image_folder(tmp_path):
    with pytest.raises(FileNotFoundError, match=r"img_path of PascalPart116Dataset: there is no "
                                                r"folder '.*/images/train'; data/README\.md"):
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
    message = r'_part/train/odd\.png holds id 116 .*outside the 116 classes \(ids 0 to 115'
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
