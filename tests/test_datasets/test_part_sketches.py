"""PartSketches: what the drawings show, and the folder that the converter writes."""
import importlib.util
import sys
from pathlib import Path

import cv2
import numpy as np
import pytest
from mmengine.config import Config
from mmseg.registry import DATASETS

from mmpartseg.datasets import PartSketchesDataset
from mmpartseg.datasets.shapes import SHAPES, SKETCHES, load_vocabulary, render_scene
from mmpartseg.datasets.shapes.style import PAPER_STYLES, STYLES
from mmpartseg.taxonomy import PartTaxonomy, split_name

ROOT = Path(__file__).parents[2]
TOOL = ROOT / 'tools' / 'dataset_converters' / 'part_sketches.py'
OBJECTS, UNSEEN, CLASSES = load_vocabulary(SKETCHES)
OWNER = np.array([OBJECTS.index(split_name(name)[0]) for name in CLASSES])
FOLDERS = ('images', 'annotations_part', 'annotations_object')


@pytest.fixture(scope='module')
def val_scenes():
    return [render_scene(0, 'val', i, 96, SKETCHES) for i in range(200)]


@pytest.fixture(scope='module')
def convert():
    spec = importlib.util.spec_from_file_location('part_sketches_tool', TOOL)
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    yield module.main
    del sys.modules[spec.name]


@pytest.fixture(scope='module')
def drawn(convert, tmp_path_factory):
    """The data set's folder, drawn by one process."""
    return make(convert, tmp_path_factory.mktemp('drawn') / 'part_sketches', workers=1)


def make(convert, out, workers):
    convert(['--out', str(out), '--seed', '3', '--size', '48', '--num-train', '30', '--num-val', '4',
             '--workers', str(workers)])
    return out


def files(folder):
    return {str(p.relative_to(folder)): p.read_bytes() for p in folder.rglob('*') if p.is_file()}


def test_vocabulary_is_coarse_and_shares_no_object_with_part_shapes():
    assert not set(OBJECTS) & set(load_vocabulary(SHAPES).objects)
    assert set(UNSEEN) == {'lion', 'owl', 'van', 'bench'}
    parts = {split_name(name)[1] for name in CLASSES}
    assert not parts & {'ear', 'eye', 'neck', 'mane', 'torso', 'beak'}
    taxonomy = PartTaxonomy.named('part_sketches')
    seen_parts = set(taxonomy.seen().parts)
    assert set(taxonomy.parts) - seen_parts == {'back'}  # the bench's, the one part that nothing seen has
    shared = seen_parts & set(PartTaxonomy.named('part_shapes').parts)
    assert len(shared) > len(seen_parts) / 2


def test_no_word_means_two_kinds():
    words = [word for world in (SHAPES, SKETCHES) for kind in world.kinds.values()
             for word in (kind.name, *kind.synonyms)]
    assert not sorted({word for word in words if words.count(word) > 1})


def test_ids_are_valid_and_the_maps_agree(val_scenes):
    for scene in val_scenes:
        labelled = scene.parts != 255
        assert scene.parts[labelled].max(initial=0) < len(CLASSES)
        np.testing.assert_array_equal(OWNER[scene.parts[labelled]], scene.objects[labelled])
        np.testing.assert_array_equal(scene.instances == 255, scene.objects == 255)


def test_every_class_occurs_in_val_and_is_not_tiny(val_scenes):
    parts = np.zeros(256)
    for scene in val_scenes:
        parts += np.bincount(scene.parts.ravel(), minlength=256)
    share = parts[:len(CLASSES)] / np.array([parts[:len(CLASSES)][OWNER == each].sum() for each in OWNER])
    assert not [f'{name}: {s:.3f}' for name, s in zip(CLASSES, share) if s < 0.02]


def test_drawings_are_on_pale_paper_with_dark_lines(val_scenes):
    for scene in val_scenes:
        paper = scene.image[scene.objects == 255].mean(1)
        assert np.median(paper) > 170 and scene.style in PAPER_STYLES
        assert scene.background[0].endswith('paper')
        step = np.diff(scene.objects.astype(int), axis=1) != 0
        edge = np.minimum(scene.image[:, 1:], scene.image[:, :-1]).mean(2)[step]
        assert np.median(edge) < np.median(paper) - 40
    assert not set(PAPER_STYLES) & set(STYLES)


def test_splits_and_worlds_are_disjoint():
    scenes = [render_scene(0, split, i, 32, world).image.tobytes()
              for world in (SHAPES, SKETCHES) for split in ('train', 'val') for i in range(20)]
    assert len(set(scenes)) == len(scenes)


def test_same_seed_gives_same_bytes_whatever_the_workers(convert, drawn, tmp_path):
    again = make(convert, tmp_path / 'again', workers=2)
    first = files(drawn)
    assert len(first) == 3 * (30 + 4) + 2 + 1
    assert first == files(again)


def test_written_files_hold_the_scene(drawn):
    scene = render_scene(3, 'val', 2, 48, SKETCHES)
    for folder, array in zip(FOLDERS, (scene.image[..., ::-1], scene.parts, scene.objects)):
        found = cv2.imread(str(drawn / folder / 'val' / '00002.png'), cv2.IMREAD_UNCHANGED)
        np.testing.assert_array_equal(found, array)


def test_dataset_reads_the_layout_by_its_lists(drawn):
    assert (drawn / 'val.txt').read_text().split() == ['00000', '00001', '00002', '00003']
    seen = PartSketchesDataset(data_root=str(drawn), ann_file='train.txt', split='seen')
    assert len(seen) == 30 and not set(seen.taxonomy.objects) & set(UNSEEN)
    scene = render_scene(3, 'train', 7, 48, SKETCHES)
    whole = PartSketchesDataset(data_root=str(drawn), ann_file='train.txt')
    assert whole.get_data_info(7)['seg_map_path'].endswith('annotations_part/train/00007.png')
    np.testing.assert_array_equal(whole.read_parts(7), scene.parts[scene.parts != 255])


@pytest.mark.parametrize(('name', 'loader', 'world'), [
    ('_base_/datasets/part_sketches', 'train', 'part_sketches:seen'),
    ('_base_/datasets/part_sketches', 'val', 'part_sketches'),
    ('_base_/datasets/part_sketches', 'test', 'part_sketches'),
    *((f'{model}/part_sketches_to_part_shapes', *loader_and_world) for model in ('partclipseg', 'clipseg')
      for loader_and_world in (('train', 'part_sketches:seen'), ('val', 'part_shapes'),
                               ('test', 'part_shapes')))])
def test_configs_name_the_data(drawn, name, loader, world):
    cfg = Config.fromfile(ROOT / 'configs' / f'{name}.py')
    data = dict(cfg[f'{loader}_dataloader'].dataset, lazy_init=True)
    if data['type'] == 'PartSketchesDataset':
        data.update(data_root=str(drawn), lazy_init=False)
    dataset = DATASETS.build(data)
    assert dataset.metainfo['taxonomy'] == world
    if data['type'] == 'PartSketchesDataset':
        sample = dataset[0]
        assert sample['inputs'].shape == (3, 96, 96)
        assert set(sample['data_samples'].gt_object_seg.data.unique().tolist()) > {255}
    if 'model' in cfg:
        head = cfg.model.decode_head
        assert (head.train_taxonomy, head.test_taxonomy) == ('part_sketches:seen', 'part_shapes')
