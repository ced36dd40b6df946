"""Figures 1, 4 and 5: which pictures, and that each panel is what its title says."""
import numpy as np
import paper_figures
import part_shapes
import pytest
from mmengine.config import Config
from PIL import Image
from test_miniature import CONFIG, ROOT

from mmpartseg.apis import PartSegInferencer
from mmpartseg.taxonomy import load_metainfo

WEIGHTS = ROOT / 'data' / 'miniature' / 'partclipseg.safetensors'


@pytest.fixture(scope='module')
def config(tmp_path_factory):
    """The quickstart's, on eight scenes of the test set."""
    folder = tmp_path_factory.mktemp('figures')
    part_shapes.main(['--out', str(folder / 'shapes'), '--num-train', '0', '--num-val', '0',
                      '--num-test', '8', '--workers', '1'])
    cfg = Config.fromfile(CONFIG)
    cfg.test_dataloader.dataset.data_root = str(folder / 'shapes')
    cfg.dump(folder / 'config.py')
    return folder / 'config.py'


def labels_of(config, name):
    root = Config.fromfile(config).test_dataloader.dataset.data_root
    return np.array(Image.open(f'{root}/annotations_detectron2_part/test/{name}.png'))


def draw(config, tmp_path, capsys, figure, *options, models=('PartCLIPSeg', )):
    """The figure's pixels, and the names that were printed."""
    out = tmp_path / f'{figure}.png'
    paper_figures.main([str(figure), *(f'{title}={config},{WEIGHTS}' for title in models), '--out', str(out),
                        *options])
    names = capsys.readouterr().out.splitlines()[-1].removeprefix(f'{out}: ').split(', ')
    return np.array(Image.open(out)), names


def test_pictures_are_the_first_of_each_unseen_object(config, tmp_path, capsys, monkeypatch):
    seen = []
    monkeypatch.setitem(paper_figures.FIGURES, 1, lambda pictures, *rest: seen.extend(pictures) or
                        np.zeros((8, 8, 3), np.uint8))
    _, names = draw(config, tmp_path, capsys, 1, '--number', '2')
    assert names == [each.name for each in seen] and len(set(names)) == 2
    meta = load_metainfo('part_shapes')
    classes, unseen = meta['object_part_classes'], set(meta['unseen_objects'])

    def unseen_in(name):
        values = np.unique(labels_of(config, name))
        return {classes[k].split("'s ")[0] for k in values if k < len(classes)} & unseen
    found = [unseen_in(name) for name in names]
    assert all(found)
    every = [f'{i:05d}' for i in range(8)]
    for name, objects in zip(names, found):  # the first that shows one of its objects
        assert any(not any(each in unseen_in(earlier) for earlier in every[:every.index(name)])
                   for each in objects)
    for each in seen:
        np.testing.assert_array_equal(each.labels, labels_of(config, each.name))


def test_panels_of_figures_1_and_5(config, tmp_path, capsys, monkeypatch):
    calls = []
    original = paper_figures.make_grid
    monkeypatch.setattr(paper_figures, 'make_grid',
                        lambda rows, titles: calls.append((rows, titles)) or original(rows, titles))
    draw(config, tmp_path, capsys, 1, '--pictures', '00003')
    draw(config, tmp_path, capsys, 5, '--pictures', '00003', models=('first', 'second'))
    (one, titles), (five, five_titles) = calls
    assert titles == ['input', 'objects', 'generalized parts', 'object-specific parts', 'ground truth']
    assert five_titles == ['input', 'ground truth', 'first', 'second']
    (_, _, _, parts, truth), (_, again, first, second) = one[0], five[0]
    np.testing.assert_array_equal(truth, again)
    np.testing.assert_array_equal(first, second)
    np.testing.assert_array_equal(first, parts)  # Pred-All of both ways
    model = PartSegInferencer(str(config), str(WEIGHTS))
    path = Config.fromfile(config).test_dataloader.dataset.data_root + '/images/test/00003.png'
    picture = paper_figures.Picture.__new__(paper_figures.Picture)
    picture.path = path
    expected = paper_figures.drawn(picture, model(path)[0].label_map, model.taxonomy)
    np.testing.assert_array_equal(first, expected)


def test_attention_of_the_smallest_parts_or_of_those_that_are_named(config, tmp_path, capsys, monkeypatch):
    titles = []
    original = paper_figures.make_grid
    monkeypatch.setattr(paper_figures, 'make_grid',
                        lambda rows, names: titles.append(names) or original(rows, names))
    labels, classes = labels_of(config, '00003'), load_metainfo('part_shapes')['object_part_classes']
    ids, counts = np.unique(labels[labels < len(classes)], return_counts=True)
    order = ids[np.argsort(-counts, kind='stable')]
    draw(config, tmp_path, capsys, 4, '--pictures', '00003', models=('with', 'without'))
    most = [classes[k] for k in order[:3]]  # more than are drawn by default
    draw(config, tmp_path, capsys, 4, '--pictures', '00003', '--parts', *most)
    assert titles == [
        ['ground truth', *(f'{classes[k]}, {title}' for k in order[-2:] for title in ('with', 'without'))],
        ['ground truth', *(f'{name}, PartCLIPSeg' for name in most)]]


@pytest.mark.parametrize(('argv', 'message'), [
    (['1', 'a=b,c', 'd=e,f', '--out', 'x.png'], 'figure 1 is of one model, got 2'),
    (['5', 'part_shapes', '--out', 'x.png'], "'part_shapes' is no TITLE=CONFIG,CHECKPOINT such as"),
    (['2', 'a=b,c', '--out', 'x.png'], 'invalid choice')])
def test_mistakes(argv, message, capsys):
    with pytest.raises(SystemExit):
        paper_figures.parse_args(argv)
    assert message in capsys.readouterr().err


def test_a_picture_that_is_not_there(config, tmp_path, capsys):
    with pytest.raises(ValueError, match=r"the test set has no picture 'cat'; its first are \['00000'"):
        draw(config, tmp_path, capsys, 1, '--pictures', 'cat')
