"""Two hand-made runs: their curves, their classes that differ, the table, and what goes wrong."""
import csv
import importlib
import json
import sys
from pathlib import Path

import numpy as np
import pytest
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.colors import to_hex
from mmengine.config import Config
from PIL import Image

from mmpartseg.evaluation import comparison, save_counts
from mmpartseg.evaluation.charts import SEEN, UNSEEN
from mmpartseg.evaluation.runs import evaluated_on
from mmpartseg.taxonomy import PartTaxonomy

sys.path.append(str(Path(__file__).parents[2] / 'tools' / 'analysis'))
compare = importlib.import_module('compare')
TAXONOMY = PartTaxonomy(["cat's head", "cat's tail", "dog's head"], ['dog'])
# rows are predictions, the last one background; columns are annotations
FIRST = np.array([[50, 0, 0], [0, 80, 0], [0, 0, 10], [50, 20, 90]])  # IoU 50, 80, 10
SECOND = np.array([[60, 0, 0], [0, 80, 0], [0, 0, 50], [40, 20, 50]])  # IoU 60, 80, 50


def write_run(folder, losses, harmonic, confusion):
    data = folder / '20240101_000000' / 'vis_data'
    data.mkdir(parents=True)
    lines = [dict(loss=loss, step=50 * i) for i, loss in enumerate(losses, 1)]
    lines.append({'pred_all/harmonic': harmonic, 'pred_all/mIoU': 1., 'step': 50 * len(losses)})
    (data / 'scalars.json').write_text(''.join(json.dumps(line) + '\n' for line in lines))
    if confusion is not None:
        sizes = np.zeros((3, 3, 3), np.int64)
        save_counts(folder / 'counts.npz', {'pred_all/confusion': confusion, 'pred_all/size_counts': sizes},
                    TAXONOMY)
    return str(folder)


@pytest.fixture
def runs(tmp_path):
    return [write_run(tmp_path / 'work' / 'a' / 'part_shapes', [3., 2.], 8., FIRST),
            write_run(tmp_path / 'work' / 'b' / 'part_shapes', [2., 1., .5], 16., SECOND)]


def test_curves(runs):
    curves = {name: comparison.read_curves(run) for name, run in zip('ab', runs)}
    assert curves['b']['loss'] == ([50, 100, 150], [2., 1., .5])
    assert curves['b']['pred_all/harmonic'] == ([150], [16.])
    figure = comparison.curve_figure(curves)
    axes = {each.get_title(): each for each in figure.axes if each.axison}
    assert list(axes) == ['loss', 'pred_all/harmonic']
    assert [line.get_ydata().tolist() for line in axes['loss'].lines] == [[3., 2.], [2., 1., .5]]
    assert [text.get_text() for text in figure.legends[0].texts] == ['a', 'b']


def test_a_run_has_one_colour():
    """Whatever others logged beside it: CLIPSeg has no separation loss, and a first run may have none."""
    curves = dict(clipseg={'val/harmonic': ([1], [2.])},
                  partclipseg={'val/harmonic': ([1], [3.]), 'decode.loss_separation': ([1, 2], [4., 3.])})
    figure = comparison.curve_figure(curves)
    entries = {text.get_text(): to_hex(line.get_color())
               for text, line in zip(figure.legends[0].texts, figure.legends[0].get_lines())}
    assert list(entries) == ['clipseg', 'partclipseg'] and len(set(entries.values())) == 2
    harmonic, separation = (axes.lines for axes in figure.axes if axes.axison)
    assert [to_hex(line.get_color()) for line in harmonic] == list(entries.values())
    assert [to_hex(line.get_color()) for line in separation] == [entries['partclipseg']]
    assert len({comparison.colour(i) for i in range(20)}) == 20


def test_the_classes_that_differ_most_come_first(runs):
    taxonomy, settings = comparison.read_classes(runs)
    figure = comparison.difference_figure('Pred-All', taxonomy, 'ab', settings['pred_all'])
    axes, = figure.axes
    labels = axes.get_yticklabels()
    assert [text.get_text() for text in labels] == ["dog's head", "cat's head", "cat's tail"]
    assert [to_hex(text.get_color()) for text in labels] == [UNSEEN, SEEN, SEEN]
    assert [line.get_xdata().tolist() for line in axes.lines[-2:]] == [[10, 50, 80], [50, 60, 80]]
    one = comparison.difference_figure('Pred-All', taxonomy, 'a', settings['pred_all'][:1]).axes[0]
    assert [text.get_text() for text in one.get_yticklabels()] == ["cat's tail", "cat's head", "dog's head"]
    assert one.get_title() == 'Pred-All: best classes (blue: seen, red: unseen)'


@pytest.mark.parametrize('number', [1, 3, 12])
def test_long_names_stay_in_the_picture(runs, number):
    taxonomy, settings = comparison.read_classes(runs)
    names = [f'partclipseg/pascal_part_no_attention/seed_{i}' for i in range(number)]
    curves = dict.fromkeys(names, {'loss': ([1, 2], [2., 1.])})
    for figure in (comparison.curve_figure(curves), comparison.difference_figure(
            'Pred-All', taxonomy, names, (settings['pred_all'] * 6)[:number])):
        FigureCanvasAgg(figure).draw()
        legend, = figure.legends
        frame = legend.get_window_extent()
        assert 0 <= frame.x0 and frame.x1 <= figure.bbox.x1 and 0 <= frame.y0
        assert frame.y1 <= min(axes.get_tightbbox().y0 for axes in figure.axes)


def test_tool(runs, tmp_path, capsys):
    out = tmp_path / 'out'
    compare.main([*runs, '--out', str(out)])
    assert {path.name for path in out.iterdir()} == {
        'curves.png', 'classes_pred_all.png', 'classes_pred_all.md', 'classes_pred_all.csv'}
    rows = list(csv.reader((out / 'classes_pred_all.csv').open()))
    assert rows[0] == ['', 'set', 'a/part_shapes', 'b/part_shapes', 'b/part_shapes − a/part_shapes']
    assert rows[1] == ['seen', 'mean', '65.00', '70.00', '+5.00']
    assert rows[2] == ['unseen', 'mean', '10.00', '50.00', '+40.00']
    assert rows[5] == ["dog's head", 'unseen', '10.00', '50.00', '+40.00']
    assert rows[7] == ["cat's tail", 'seen', '80.00', '80.00', '+0.00']
    assert "| cat's head | seen | 50.00 | 60.00 | +10.00 |" in (out / 'classes_pred_all.md').read_text()
    assert '| unseen | mean | 10.00 | 50.00 | +40.00 |' in capsys.readouterr().out
    for picture in ('curves.png', 'classes_pred_all.png'):
        assert np.asarray(Image.open(out / picture).convert('L')).std() > 5  # something is drawn


def test_a_class_without_pixels():
    runs = [dict(IoU=np.array([first, np.nan, 10.])) for first in (50., 51.)]
    assert comparison.class_order(runs).tolist() == [0, 2, 1]
    for run in runs:
        run['scores'] = dict.fromkeys(comparison.SUMMARY, 1.)
    assert comparison.difference_rows(TAXONOMY, 'ab', runs)[-1] == ["cat's tail", 'seen', '-', '-', '-']


def test_curves_only(runs, tmp_path, capsys):
    (Path(runs[1]) / 'counts.npz').unlink()
    compare.main([*runs, '--out', str(tmp_path / 'out')])
    assert [path.name for path in (tmp_path / 'out').iterdir()] == ['curves.png']
    error = capsys.readouterr().err
    assert error.startswith(f'curves only: {runs[1]} has no counts.npz; evaluate it with tools/test.py')


def test_a_run_without_a_training(runs, tmp_path, capsys):
    """Released weights that were only tested: compared class by class, and named."""
    for path in Path(runs[1]).glob('*/vis_data/scalars.json'):
        path.unlink()
    compare.main([*runs, '--out', str(tmp_path / 'both')])
    assert capsys.readouterr().err == f'without curves: no training was logged in {runs[1]}\n'
    assert len(list((tmp_path / 'both').iterdir())) == 4
    compare.main([runs[1], '--out', str(tmp_path / 'tested')])
    assert sorted(path.suffix for path in (tmp_path / 'tested').iterdir()) == ['.csv', '.md', '.png']
    (Path(runs[1]) / 'counts.npz').unlink()
    with pytest.raises(FileNotFoundError, match='has no counts.npz'):
        compare.main([runs[1], '--out', str(tmp_path / 'none')])
    with pytest.raises(FileNotFoundError, match="there is no folder '.*/typo'"):
        compare.main([runs[0], str(tmp_path / 'typo'), '--out', str(tmp_path / 'none')])


def test_names():
    assert comparison.short_names(['w/a/x', 'w/b/x']) == ['a/x', 'b/x']
    assert comparison.short_names(['w/a/x']) == ['x']
    assert comparison.short_names(['w/a', 'w/a/b']) == ['a', 'a/b']
    with pytest.raises(ValueError, match='w/a is given twice'):
        comparison.short_names(['w/a', 'w/b', 'w/a'])


def test_runs_that_do_not_compare(runs, tmp_path):
    other = PartTaxonomy(["cat's head", "cat's paw", "dog's head"], ['dog'])
    save_counts(Path(runs[1]) / 'counts.npz', {'pred_all/confusion': FIRST}, other)
    with pytest.raises(ValueError, match='tested on 3 classes .* or on others; compare runs on'):
        comparison.read_classes(runs)
    with pytest.raises(ValueError, match='no training was logged in a; give work dirs of tools/train.py'):
        comparison.curve_figure({'a': {}})


def test_a_dumped_config_without_a_data_set():
    """It is of unknown data, and no reason to fail."""
    cfg = Config(dict(val_dataloader=dict(batch_size=1), test_dataloader=dict(dataset=dict(type='A'))))
    assert evaluated_on(cfg, 'val') == [None] != evaluated_on(cfg, 'test')
