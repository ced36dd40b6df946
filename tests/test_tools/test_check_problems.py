"""The checker of prepared data sets: what it finds in damaged ones."""
import re

import numpy as np
import pytest
from miniatures import SHAPE, write_map
from PIL import Image

from mmpartseg.printable import counted
from tests.checked import config_fixture, root_fixture, run  # noqa: F401


def part(root, split, stem):
    return root / f'annotations_detectron2_part/{split}/{stem}.png'


def remove_map(root):
    part(root, 'train', '2008_000002').unlink()
    return 1, 'images without a map in .*part/train: 1\n .*images/train/2008_000002.jpg'


def remove_image(root):
    (root / 'images/train/2008_000002.jpg').unlink()
    return 2, 'maps without an image: 2\n .*part/train/2008_000002.png\n .*obj/train/2008_000002'


def truncate_map(root):
    path = part(root, 'val', '2008_000004')
    path.write_bytes(path.read_bytes()[:60])
    return 1, 'damaged maps and ids out of range: 1\n .*part/val/2008_000004.png cannot be read'


def truncate_image(root):
    path = root / 'images/val/2008_000004.jpg'
    path.write_bytes(path.read_bytes()[:-400])
    return 1, 'damaged images: 1\n .*images/val/2008_000004.jpg: .*truncated'


def unknown_part(root):
    write_map(part(root, 'val', '2008_000004'), np.full(SHAPE, 116, np.uint8))
    return 1, 'ids out of range: 1\n .*part/val/2008_000004.png holds id 116'


def unknown_object(root):
    write_map(root / 'annotations_detectron2_obj/val/2008_000004.png', np.full(SHAPE, 20, np.uint8))
    return 1, 'ids out of range: 1\n .*obj/val/2008_000004.png holds id 20'


def other_size(root):
    write_map(part(root, 'val', '2008_000004'), np.zeros((48, 60), np.uint8))
    return 1, (r'maps of another size than their image: 1\n .*part/val/2008_000004.png: '
               r'\(48, 60\), image \(48, 64\)')


def remove_folder(root):
    folder = root / 'annotations_detectron2_obj/val'
    folder.rename(root / 'elsewhere')
    return 1, f"missing folders and lists: 1\n .*no folder '{folder}/?'"


def remove_images(root):
    (root / 'images/val').rename(root / 'elsewhere')
    return 1, 'missing folders and lists: 1\n .*no folder .*images/val'


@pytest.mark.parametrize('damage', [remove_map, remove_image, truncate_map, truncate_image,
                                    unknown_part, unknown_object, other_size, remove_folder,
                                    remove_images])
def test_problems(config, root, damage, capsys):
    number, message = damage(root)
    assert run(config) == number
    text = capsys.readouterr().out
    assert re.search(f'PROBLEM: .*{message}', text), text
    assert text.endswith(f"\n{counted(number, 'problem')}\n")


@pytest.mark.parametrize('value, problems', [(6, 0), (3, 2)])
def test_orientation(config, root, value, problems, capsys):
    """By 90 degrees the sizes say that maps go with the stored pixels; by 180 they say nothing."""
    path = root / 'images/val/2008_000004.jpg'
    image = Image.open(path)
    exif = image.getexif()
    exif[0x0112] = value
    image.save(path, exif=exif)
    assert run(config) == problems
    told = 'PROBLEM: maps and images of different EXIF orientation: 2' in capsys.readouterr().out
    assert told == (problems > 0)


def test_masks_of_zero_and_255(config, root, capsys):
    """Every map of a split: the first class is not what was meant."""
    for split, stems in (('train', '123'), ('val', '45')):
        for stem in stems:
            mask = np.zeros(SHAPE, np.uint8)
            mask[9:20, 9:20] = 255
            write_map(part(root, split, f'2008_00000{stem}'), mask)
    assert run(config) == 2
    text = capsys.readouterr().out
    assert 'PROBLEM: values that may mean something else: 1' in text
    assert 'all 3 label maps looked at hold 0 and 255 alone' in text
    assert 'part_values={0: None, 255: "aeroplane\'s body"}' in text


def test_five_files_of_a_kind_are_named(config, root, capsys):
    for i in range(7):
        Image.new('RGB', (8, 8)).save(root / f'images/val/more_{i}.jpg')
    assert run(config, '--split', 'val') == 14
    text = capsys.readouterr().out
    assert 'more_4.jpg' in text and 'more_5.jpg' not in text and '… and 2 more' in text


def test_part_pixels_on_another_object_are_noted(config, root, capsys):
    path = root / 'annotations_detectron2_obj/val/2008_000004.png'
    labels = np.array(Image.open(path))
    labels[8:9, 8:13] = 7  # a cat, where five pixels are a bird's wing
    write_map(path, labels)
    assert run(config, '--split', 'val') == 0
    assert 'note: on another object: 5 part pixels in 1 image, by the object map' in capsys.readouterr().out
