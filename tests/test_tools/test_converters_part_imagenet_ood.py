"""PartImageNet-OOD: 16-bit maps of 482 classes, read back as the configs read them."""
import json

import numpy as np
import part_imagenet
import part_imagenet_ood
import pytest
from miniatures import SHAPE, box_mask, coco_content, write_image
from mmengine.config import Config
from mmseg.registry import DATASETS
from PIL import Image

from mmpartseg.taxonomy import load_metainfo
from tests.mixed import ROOT

META = load_metainfo('part_imagenet_ood')
CLASSES, PARTS = META['object_part_classes'], [c['name'] for c in META['coco_part_categories']]
# an object of each split, and a schooner, which is in neither
SCENES = {'train': {'n02486261_5': [('Biped Hand', (4, 4, 20, 30))],
                    'n04147183_1': [('Boat Sail', (4, 4, 20, 30))]},
          'val': {'n02490219_8': [('Biped Body', (4, 4, 30, 50)), ('Biped Tail', (20, 20, 40, 60))]}}


@pytest.fixture
def root(tmp_path):
    """The layout that PartCATSeg's code reads."""
    for split, scenes in SCENES.items():
        for stem in scenes:
            write_image(tmp_path / f'images/{split}/{stem}.JPEG')
        entries = [(f'{stem}.JPEG', [(PARTS.index(part), box) for part, box in parts])
                   for stem, parts in scenes.items()]
        (tmp_path / f'{split}.json').write_text(json.dumps(coco_content(entries, PARTS)))
    return tmp_path


def test_maps(root):
    report = part_imagenet.convert(root, 1, False, part_imagenet_ood.NAME)
    parts = np.full(SHAPE, 65535, np.uint16)
    parts[box_mask((4, 4, 30, 50))] = CLASSES.index("marmoset's body")
    parts[box_mask((20, 20, 40, 60))] = CLASSES.index("marmoset's tail")
    labels = np.array(Image.open(root / 'annotations_part/val/n02490219_8.png'))
    assert labels.dtype == np.uint16 and parts.min() > 255
    np.testing.assert_array_equal(labels, parts)
    objects = np.array(Image.open(root / 'annotations_object/val/n02490219_8.png'))
    assert objects.dtype == np.uint8
    np.testing.assert_array_equal(
        objects, np.where(parts == 65535, 255, META['object_classes'].index('marmoset')))
    assert (root / 'train.txt').read_text() == 'n02486261_5\n'  # without the schooner
    assert report['splits']['val']['classes']["marmoset's tail"] == 1


@pytest.mark.parametrize('name', ['catseg', 'partcatseg', 'partclipseg'])
def test_configs_read_them(root, name):
    """Ids above 255 come through training and test pipelines; ignored pixels have one value everywhere."""
    part_imagenet.convert(root, 1, False, part_imagenet_ood.NAME)
    cfg = Config.fromfile(ROOT / f'configs/{name}/part_imagenet_ood.py')
    found = {}
    for split in ('train', 'val'):
        loader = cfg[f'{split}_dataloader'].dataset
        dataset = DATASETS.build(dict(loader, data_root=str(root)))
        assert len(dataset) == 1
        labels = dataset[0]['data_samples'].gt_sem_seg.data.unique().tolist()
        found[split] = {dataset.metainfo['classes'][i] for i in labels if i != 65535}
        assert all(getattr(step, 'ignore_index', 65535) == 65535 for step in dataset.pipeline.transforms)
    assert found == {'train': {"patas's hand"}, 'val': {"marmoset's body", "marmoset's tail"}}
    assert cfg.model.decode_head.ignore_index == cfg.model.data_preprocessor.seg_pad_val == 65535
    assert cfg.val_evaluator.ignore_index == cfg.test_evaluator.ignore_index == 65535
    assert cfg.default_hooks.checkpoint.save_best == 'pred_all/unseen'


def test_validation_has_no_seen_object():
    unseen = set(META['unseen_objects'])
    assert len(unseen) == 19 and len(META['object_classes']) - len(unseen) == 109
    synsets = [synset for names in META['synsets'].values() for synset in names]
    assert len(set(synsets)) == len(synsets) == 128
    smaller = load_metainfo('part_imagenet')
    shared = set(smaller['synsets']) & set(META['synsets'])
    assert len(shared) == 33
    for key in ('synsets', 'superclass_of'):
        assert all(smaller[key][name] == META[key][name] for name in shared)
