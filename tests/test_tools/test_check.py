"""The checker of prepared data sets, on the miniature archives."""
import ade20k_part
import check
import part_imagenet
import pytest
from miniatures import write_ade20k_part_234, write_part_imagenet

from mmpartseg.datasets.preparation.checking import count_problems
from tests.checked import config_fixture, root_fixture, run  # noqa: F401


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
    output = capsys.readouterr()
    assert f"there is no folder '{root}/images/" in output.out and 'completed' not in output.err
    assert f'; `mmpartseg convert part_shapes --out {root}` makes it; data/README.md' in output.out
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
    config.write_text('val_dataloader = dict(batch_size=1)')
    with pytest.raises(ValueError, match=r"the config names no data set for \['val'\]"):
        run(config, '--split', 'val')
