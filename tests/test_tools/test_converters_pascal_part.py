"""Pascal-Part-116 from the original .mat files: merged codes, small parts on top."""
import numpy as np
import pascal_part
import pytest
from miniatures import SHAPE, VOC_SCENES
from PIL import Image

from mmpartseg.datasets.pascal_part import PascalPart116Dataset
from mmpartseg.datasets.preparation.pascal_part_files import class_name
from mmpartseg.taxonomy import load_metainfo
from tests.pascal_part_files import paths_fixture  # noqa: F401

META = load_metainfo('pascal_part_116')
CLASSES, OBJECTS = META['object_part_classes'], META['object_classes']
# The part codes that Pascal-Part documents for each object; '#' stands for a number from 1.
ANIMAL = 'head leye reye lear rear torso neck tail'
PAWS = 'lfleg lfpa rfleg rfpa lbleg lbpa rbleg rbpa nose'
LEGS = 'muzzle lfuleg lflleg rfuleg rflleg lbuleg lblleg rbuleg rblleg'
CAR = ('frontside leftside rightside backside roofside leftmirror rightmirror fliplate bliplate '
       'door_# wheel_# headlight_# window_#')
DOCUMENTED_CODES = {
    'aeroplane': 'body stern lwing rwing tail engine_# wheel_#',
    'bicycle': 'fwheel bwheel saddle handlebar chainwheel headlight_#',
    'bird': 'head leye reye beak torso neck lwing rwing lleg lfoot rleg rfoot tail',
    'bottle': 'cap body',
    'bus': CAR,
    'car': CAR,
    'cat': f'{ANIMAL} {PAWS}',
    'cow': f'{ANIMAL} {LEGS} lhorn rhorn',
    'dog': f'{ANIMAL} {PAWS} muzzle',
    'horse': f'{ANIMAL} {LEGS} lfho rfho lbho rbho',
    'motorbike': 'fwheel bwheel handlebar saddle headlight_#',
    'person': 'head leye reye lear rear lebrow rebrow nose mouth hair torso neck llarm luarm lhand '
              'rlarm ruarm rhand llleg luleg lfoot rlleg ruleg rfoot',
    'pottedplant': 'pot plant',
    'sheep': f'{ANIMAL} {LEGS} lhorn rhorn',
    'train': 'head hfrontside hleftside hrightside hbackside hroofside headlight_# coach_# '
             'cfrontside_# cleftside_# crightside_# cbackside_# croofside_#',
    'tvmonitor': 'screen',
}


def read(path):
    return np.array(Image.open(path))


@pytest.mark.parametrize('name, code, expected', [
    ('cat', 'lfpa', "cat's paw"), ('cat', 'rbleg', "cat's leg"), ('horse', 'rblleg', "horse's leg"),
    ('horse', 'lbho', "horse's hoof"), ('person', 'rlarm', "person's lower arm"),
    ('person', 'luarm', "person's upper arm"), ('person', 'lebrow', "person's eyebrow"),
    ('person', 'ruleg', "person's leg"), ('bird', 'lleg', "bird's leg"),
    ('dog', 'lear', "dog's ear"),
    ('train', 'hroofside', "train's roof"), ('train', 'cfrontside_12', "train's front"),
    ('bus', 'bliplate', "bus's license plate"), ('bicycle', 'bwheel', "bicycle's wheel"),
    ('aeroplane', 'engine_6', "aeroplane's engine"), ('cow', 'wing_', None),
    ('cat', 'tailfin', None),
])
def test_class_name(name, code, expected):
    assert class_name(name, code) == expected


def test_documented_codes_merge_into_exactly_the_116_classes():
    merged = {class_name(name, code.replace('#', '3'))
              for name, codes in DOCUMENTED_CODES.items() for code in codes.split()}
    assert merged == set(CLASSES)
    assert len(merged) == 116


def test_maps(paths):
    pascal_part.convert(**paths)
    out = paths['out']
    parts = np.full(SHAPE, 255, np.uint8)
    parts[4:16, 4:20] = CLASSES.index("cat's head")
    parts[8:10, 6:9] = CLASSES.index("cat's eye")  # in the file before the head, but smaller
    parts[30:40, 4:8] = CLASSES.index("cat's leg")
    parts[36:40, 4:8] = CLASSES.index("cat's paw")
    labels = read(out / 'annotations_detectron2_part/train/2008_000001.png')
    assert labels.dtype == np.uint8
    np.testing.assert_array_equal(labels, parts)
    objects = np.full(SHAPE, 255, np.uint8)
    objects[4:40, 4:40] = OBJECTS.index('cat')
    objects[40:48] = OBJECTS.index('diningtable')  # called 'table' in the file
    np.testing.assert_array_equal(read(out / 'annotations_detectron2_obj/train/2008_000001.png'),
                                  objects)
    image = out / 'images/val/2008_000004.jpg'
    assert image.read_bytes() == (paths['voc'] / 'JPEGImages/2008_000004.jpg').read_bytes()
    data = PascalPart116Dataset(data_root=str(out))
    assert [d['img_path'][-8:] for d in data] == ['0001.jpg', '0002.jpg']


def test_counts_and_images_without_classes(paths):
    report = pascal_part.convert(**paths)
    assert {s: c['images'] for s, c in report['splits'].items()} == {'train': 2, 'val': 1}
    assert report['warnings'] == [
        'left out 1 image without any of the classes: 2008_000003']
    assert {k: n for k, n in report['splits']['train']['classes'].items() if n} == {
        "cat's head": 1, "cat's eye": 1, "cat's leg": 1, "cat's paw": 1, "train's front": 1,
        "train's side": 1, "train's coach": 1}
    assert not list(paths['out'].rglob('2008_000003*'))


def test_lists(paths, tmp_path):
    (tmp_path / 'mine.txt').write_text('2008_000004.jpg\n\n2008_000002  1\n')
    report = pascal_part.convert(**paths, train_list=tmp_path / 'mine.txt')
    assert sorted(p.name for p in (paths['out'] / 'images/train').iterdir()) == [
        '2008_000002.jpg', '2008_000004.jpg']
    assert report['splits']['train']['images'] == 2
    assert report['warnings'] == ['1 image in both splits: 2008_000004']
    (tmp_path / 'mine.txt').write_text('2008_000002\n2008_000004\n2008_000002.jpg\n')
    with pytest.raises(ValueError, match=r"mine\.txt' line 3 names '2008_000002', as line 1 does"):
        pascal_part.convert(**paths, train_list=tmp_path / 'mine.txt')


def test_a_second_run_keeps_what_is_complete(paths):
    pascal_part.convert(**paths)
    out = paths['out']
    kept = out / 'annotations_detectron2_part/train/2008_000001.png'
    before = kept.stat().st_mtime_ns
    (out / 'images/train/2008_000001.jpg').unlink()
    damaged = out / 'annotations_detectron2_obj/train/2008_000002.png'
    good = damaged.read_bytes()
    damaged.write_bytes(good[:40])
    pascal_part.convert(**{**paths, 'workers': 2})
    assert (out / 'images/train/2008_000001.jpg').is_file()
    assert kept.stat().st_mtime_ns == before
    assert damaged.read_bytes() == good


def test_scenes_have_numbered_and_plain_codes():
    codes = [c for scenes in VOC_SCENES.values() for s in scenes.values() for o in s
             for c, _ in o[2]]
    assert {'cleftside_12', 'leye'} <= set(codes)
