"""The checker of prepared data sets, on the miniature archives."""
import re

import ade20k_part
import check
import numpy as np
import part_imagenet
import pytest
from miniatures import SHAPE, write_ade20k_part_234, write_map, write_part_imagenet
from miniatures import write_pascal_part_116 as write_pascal
from PIL import Image

from mmpartseg.datasets.preparation.checking import count_problems
from mmpartseg.printable import counted

CONFIG = """
train_dataloader = dict(dataset=dict(
    type='PascalPart116Dataset', data_root='{root}', split='seen', pipeline=[]))
val_dataloader = dict(dataset=dict(
    type='PascalPart116Dataset', data_root='{root}', pipeline=[dict(type='LoadImageFromFile')],
    data_prefix=dict(img_path='images/val', seg_map_path='annotations_detectron2_part/val',
                     object_map_path='annotations_detectron2_obj/val')))
test_dataloader = val_dataloader
"""


@pytest.fixture
def config(tmp_path):
    write_pascal(tmp_path / 'PascalPart116')
    path = tmp_path / 'config.py'
    path.write_text(CONFIG.format(root=tmp_path / 'PascalPart116'))
    return path


@pytest.fixture
def root(config):
    return config.parent / 'PascalPart116'


def run(config, *options):
    return check.main([str(config), '--workers', '2', '--subset', *options])


def test_a_sound_subset_has_no_problem(config, capsys):
    assert run(config) == 0
    text = capsys.readouterr().out
    # Of cat, dog and person, the dog is unseen, so its classes are not the data set's.
    assert "train: PascalPart116Dataset (split='seen')" in text
    assert '3 images, 2 of them with a part; 5 of 74 classes, 2 of 11 objects with parts' in text
    assert "val and test: PascalPart116Dataset (split='all')" in text
    assert '2 images, 2 of them with a part; 4 of 116 classes, 2 of 16 objects with parts' in text
    assert "note: 69 classes never seen: aeroplane's body, " in text
    assert '0 problems' in text


def test_counts_against_the_published_ones(config, root, capsys):
    assert check.main([str(config)]) == 2
    text = capsys.readouterr().out
    assert 'PROBLEM: other numbers of images than published: 1' in text
    assert f'{root}/images/train: 3, published 8431' in text
    assert f'{root}/images/val: 2, published 850' in text
    run(config)
    assert 'note: other numbers of images than published: 1' in capsys.readouterr().out


@pytest.mark.parametrize('name, folder, published', [
    ('pascal_part_116', 'train', 8431), ('pascal_part_116', 'val', 850),
    ('ade20k_part_234', 'training', 7347), ('ade20k_part_234', 'validation', 1016),
    ('part_imagenet', 'train', 16540), ('part_imagenet', 'val', 2957),
    ('part_imagenet_ood', 'train', 16540), ('part_imagenet_ood', 'val', 2957)])
def test_published_counts(name, folder, published):
    class Data:
        METAINFO = {'taxonomy': name}  # noqa: RUF012
        data_prefix = {'img_path': f'somewhere/{folder}'}  # noqa: RUF012
    assert count_problems(Data, published) == []
    assert len(count_problems(Data, published - 1000)) == 1


def test_shipped_names_and_settings(tmp_path, capsys):
    """As train and test take them; what is missing is told with the command that makes it."""
    root = tmp_path / 'drawn'
    settings = ['--cfg-options', *(f'{split}_dataloader.dataset.data_root={root}'
                                   for split in ('train', 'val', 'test'))]
    assert check.main(['part_shapes', '--workers', '1', *settings]) > 0
    assert f"there is no folder '{root}/images/" in capsys.readouterr().out
    with pytest.raises(SystemExit, match="^error: there is no config 'part_shaeps': .*'part_shapes'.$"):
        check.main(['part_shaeps'])


def test_split(config, capsys):
    assert run(config, '--split', 'test') == 0
    text = capsys.readouterr().out
    assert '\ntest: ' in text and 'images/train' not in text
    with pytest.raises(SystemExit):
        run(config, '--split', 'training')


@pytest.mark.parametrize('options, code', [(['--subset'], 0), ([], 1)])
def test_exit_code(config, monkeypatch, options, code):
    monkeypatch.setattr('sys.argv', ['check.py', str(config), *options])
    with pytest.raises(SystemExit) as info:
        check.run_main(check.main)
    assert info.value.code == code


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


def test_lists_and_wrappers(tmp_path, capsys):
    """ADE20K-Part-234's zero-shot test set: validation and the listed training images."""
    write_ade20k_part_234(tmp_path / 'ADE20KPart234')
    config = tmp_path / 'config.py'
    config.write_text(f"""
root = '{tmp_path}/ADE20KPart234'
def folders(images, maps):
    return dict(img_path='images/' + images, seg_map_path='annotations_detectron2_part/' + maps,
                object_map_path='annotations_detectron2_obj/' + maps)
test_dataloader = dict(dataset=dict(type='ConcatDataset', datasets=[
    dict(type='ADE20KPart234Dataset', data_root=root,
         data_prefix=folders('validation', 'validation')),
    dict(type='RepeatDataset', times=2, dataset=dict(
        type='ADE20KPart234Dataset', data_root=root, ann_file='training_unseen.txt',
        data_prefix=folders('training', 'training_unseen')))]))
del folders
""")
    assert run(config) == 2  # not converted yet: an object folder and the list are missing
    text = capsys.readouterr().out
    assert 'training_unseen.txt does not exist' in text
    ade20k_part.convert(tmp_path / 'ADE20KPart234', workers=1, overwrite=False)
    assert run(config) == 0
    assert '2 images, 2 of them with a part; 4 of 234 classes, 2 of 44' in capsys.readouterr().out
    (tmp_path / 'ADE20KPart234/training_unseen.txt').write_text('nobody\n')
    assert run(config) == 1
    assert "training_unseen.txt names 'nobody'" in capsys.readouterr().out


def test_part_imagenet_needs_its_list(tmp_path, capsys):
    write_part_imagenet(tmp_path)
    part_imagenet.convert(tmp_path, workers=1, overwrite=False)
    config = tmp_path / 'config.py'
    text = "train_dataloader = dict(dataset=dict(type='PartImageNetDataset', data_root='{}'{}))"
    config.write_text(text.format(tmp_path, ", ann_file='train.txt'"))
    assert check.main([str(config)]) == 0
    assert 'note: numbers of images unlike the published, rounded ones: 1\n' in (
        capsys.readouterr().out)
    config.write_text(text.format(tmp_path, ''))
    assert run(config) == 2
    assert 'images/train/n02085620_5.JPEG' in capsys.readouterr().out


def test_configs_without_part_data_sets(tmp_path):
    config = tmp_path / 'config.py'
    config.write_text("val_dataloader = dict(dataset=dict(type='ADE20KDataset', data_root='x'))")
    with pytest.raises(ValueError, match=r"PartSegDataset, got \['val: ADE20KDataset'\]"):
        run(config)
    with pytest.raises(ValueError, match=r"the config names no data set for \['train'\]"):
        run(config, '--split', 'train')
