"""PartImageNet: super-class parts and synsets become object-specific parts."""
import json

import numpy as np
import part_imagenet
import pytest
from miniatures import PART_IMAGENET_SCENES, SHAPE, box_mask, polygons, write_part_imagenet
from PIL import Image

from mmpartseg.datasets.part_imagenet import PartImageNetDataset
from mmpartseg.datasets.preparation.instances import AnnotatedImage, Instance
from mmpartseg.taxonomy import load_metainfo

META = load_metainfo('part_imagenet')
CLASSES = META['object_part_classes']


@pytest.fixture
def root(tmp_path):
    write_part_imagenet(tmp_path)
    return tmp_path


def read(path):
    return np.array(Image.open(path))


def edit(path, change):
    content = json.loads(path.read_text())
    change(content)
    path.write_text(json.dumps(content))


def test_part_and_object_maps(root):
    part_imagenet.convert(root, workers=1, overwrite=False)
    parts = np.full(SHAPE, 255, np.uint8)
    parts[10:40, 10:50] = CLASSES.index("tiger's body")
    parts[4:20, 44:60] = CLASSES.index("tiger's head")  # the later of the two where they overlap
    labels = read(root / 'annotations_part/train/n02129604_7.png')
    assert labels.dtype == np.uint8
    np.testing.assert_array_equal(labels, parts)
    objects = read(root / 'annotations_object/train/n02129604_7.png')
    np.testing.assert_array_equal(
        objects, np.where(parts == 255, 255, META['object_classes'].index('tiger')))
    mirror = read(root / 'annotations_part/val/n02701002_3.png')[15, 43]
    assert CLASSES[mirror] == "ambulance's side mirror"


def test_other_objects_get_no_map(root):
    report = part_imagenet.convert(root, workers=1, overwrite=False)
    assert (root / 'train.txt').read_text() == 'n02129604_7\nn02422699_12\n'
    assert (root / 'val.txt').read_text() == 'n02701002_3\nn02690373_44\n'
    maps = sorted(p.name for p in root.glob('annotations_*/train/*'))
    assert maps == ['n02129604_7.png', 'n02129604_7.png', 'n02422699_12.png', 'n02422699_12.png']
    assert {s: c['images'] for s, c in report['splits'].items()} == {'train': 2, 'val': 2}
    present = {k: n for k, n in report['splits']['val']['classes'].items() if n}
    assert present == {"ambulance's body": 1, "ambulance's side mirror": 1, "airliner's wing": 1}
    assert report['warnings'] == [f'{root}/train.json: 1 image of other objects left out',
                                  f'{root}/val.json: 0 images of other objects left out']


def test_every_class_follows_from_a_synset_and_a_category():
    """Each of the 40 objects with the parts of its super-class: exactly the 147 classes."""
    categories = META['coco_part_categories']
    reached = set()
    for name, superclass in META['superclass_of'].items():
        instances = [Instance('', i, None) for i, c in enumerate(categories)
                     if c['supercategory'] == superclass]
        ids, warnings = part_imagenet.class_ids(AnnotatedImage('', '', 1, 1, instances), name, META)
        assert warnings == []
        reached |= set(ids)
    assert reached == set(range(147))


def test_instance_file_beside_the_published_annotations(root):
    for split in ('train', 'val'):
        (root / f'annotations/{split}').mkdir(parents=True)
        (root / f'{split}.json').rename(root / f'annotations/{split}/{split}.json')
    assert part_imagenet.convert(root, 1, False)['splits']['train']['images'] == 2


def test_loaded_as_a_data_set(root):
    part_imagenet.convert(root, workers=1, overwrite=False)
    data = PartImageNetDataset(data_root=str(root), ann_file='train.txt')
    assert len(data) == 2
    seen = PartImageNetDataset(data_root=str(root), ann_file='train.txt', split='seen')
    assert [i['img_path'] for i in seen] == [f'{root}/images/train/n02129604_7.JPEG']


def test_folders_in_file_names(root):
    edit(root / 'train.json', lambda c: c['images'][0].update(
        file_name='D:\\data\\train\\' + c['images'][0]['file_name']))
    assert part_imagenet.convert(root, 1, False)['splits']['train']['images'] == 2


def test_a_part_that_the_object_does_not_have(root):
    edit(root / 'train.json', lambda c: c['annotations'][0].update(category_id=35))
    with pytest.raises(ValueError, match=r"train\.json: annotation 100 of 'n02129604_7\.JPEG': "
                                         "'Aeroplane Engine' on an image of 'tiger'"):
        part_imagenet.convert(root, workers=1, overwrite=False)
    assert not list(root.glob('annotations_*'))


def test_a_part_of_another_superclass_is_reported(root):
    edit(root / 'train.json', lambda c: c['annotations'][0].update(category_id=5))
    warnings = part_imagenet.convert(root, 1, False)['warnings']
    assert any("'Biped Body' on an image of 'tiger' taken as 'tiger's body'" in w
               for w in warnings)


def test_images_without_instances_or_entries_are_reported(root):
    def change(content):
        content['annotations'] = [a for a in content['annotations'] if a['image_id'] != 2]
        del content['images'][0]
        content['annotations'] = [a for a in content['annotations'] if a['image_id'] != 1]
    edit(root / 'train.json', change)
    warnings = part_imagenet.convert(root, 1, False)['warnings']
    assert any("n02129604_7.JPEG': not in" in w for w in warnings)
    assert any("'n02422699_12.JPEG'): no part, all pixels ignored" in w for w in warnings)
    assert (read(root / 'annotations_object/train/n02422699_12.png') == 255).all()


def test_polygons_with_a_ring_that_encloses_nothing(root):
    """pycocotools takes a polygon of two points for a box; it has to go."""
    box = (10, 10, 20, 20)
    edit(root / 'train.json', lambda c: c['annotations'].__setitem__(
        slice(None), [{'id': 1, 'image_id': 1, 'category_id': 1,
                       'segmentation': [[1, 1, 5, 5], *polygons(box)]}]))
    part_imagenet.convert(root, 1, False)
    labels = read(root / 'annotations_part/train/n02129604_7.png')
    np.testing.assert_array_equal(labels == CLASSES.index("tiger's body"), box_mask(box))


def test_scenes_cover_seen_and_unseen():
    names = {s[0][0] for scenes in PART_IMAGENET_SCENES.values() for s in scenes.values()}
    assert names & set(META['unseen_objects']) and names - set(META['unseen_objects'])
