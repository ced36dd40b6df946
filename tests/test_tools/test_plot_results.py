"""Pictures: their numbers read back from the artists, and readable at 234 classes."""
import csv

import numpy as np
import plot_results
import pytest
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.colors import to_hex
from PIL import Image

from mmpartseg.evaluation import class_breakdown, figures, save_counts
from mmpartseg.evaluation.charts import ABSENT, SEEN, UNSEEN
from mmpartseg.taxonomy import PartTaxonomy

SMALL = PartTaxonomy(["cat's tail", "dog's head", "cat's head"], ['dog'])
CONFUSION = np.array([[60, 0, 0], [10, 25, 0], [30, 25, 0], [0, 50, 0]])


def counts_of(confusion, protocols=('pred_all',)):
    sizes = np.zeros((3, 3, confusion.shape[1]), np.int64)
    return {f'{p}/{name}': array for p in protocols
            for name, array in (('confusion', confusion), ('size_counts', sizes))}


@pytest.fixture
def numbers():
    return class_breakdown(counts_of(CONFUSION), SMALL, 'pred_all')


def bar_values(axes):
    return [[bar.get_width() for bar in group] for group in axes.containers]


def names(axes):
    return [text.get_text() for text in axes.get_yticklabels()]


def test_classes_by_object_with_seen_and_unseen(numbers):
    axes = figures.class_figure('Pred-All', SMALL, numbers).axes[0]
    assert names(axes) == ["cat's head", "cat's tail", "dog's head"]  # by object, then part
    # cat's head is absent; 60 / (100 + 60 - 60); 25 / (100 + 35 - 25)
    np.testing.assert_allclose(bar_values(axes), [[0, 60, 100 * 25 / 110]])
    assert [to_hex(bar.get_facecolor()) for bar in axes.containers[0]] == [ABSENT, SEEN, UNSEEN]
    assert [to_hex(text.get_color()) for text in axes.get_yticklabels()] == [ABSENT, SEEN, UNSEEN]
    np.testing.assert_allclose(axes.lines[0].get_xdata(), [np.nan, 60, 25])  # recall


def test_mix_ups_add_up(numbers):
    axes = figures.mix_up_figure('Pred-All', SMALL, numbers).axes[0]
    # right, other part of the object, same part of another object, elsewhere, background
    np.testing.assert_allclose(np.transpose(bar_values(axes)), [
        [0] * 5, [60, 30, 0, 10, 0], [25, 0, 25, 0, 50]])


@pytest.mark.parametrize('taxonomy', [SMALL, PartTaxonomy.named('part_shapes')])
def test_nothing_is_cut_off(taxonomy):
    count = len(taxonomy)
    confusion = np.ones((count + 1, count), int)
    sizes = np.zeros((3, 3, count), np.int64)
    numbers = class_breakdown({'pred_all/confusion': confusion, 'pred_all/size_counts': sizes}, taxonomy,
                              'pred_all')
    for draw in (figures.mix_up_figure, figures.class_figure, figures.mean_figure):
        figure = draw('Oracle-Obj', taxonomy, numbers)
        FigureCanvasAgg(figure).draw()
        whole = figure.bbox
        for artist in (*figure.legends, figure._suptitle):
            box = artist.get_window_extent()
            assert box.x0 >= whole.x0 and box.x1 <= whole.x1, draw.__name__
            assert box.y0 >= whole.y0 and box.y1 <= whole.y1, draw.__name__


def test_confusion_map():
    figure = figures.confusion_figure('Pred-All', SMALL, CONFUSION)
    shown = figure.axes[0].images[0].get_array().filled(np.nan)
    np.testing.assert_allclose(shown, [
        [np.nan] * 4, [30, 60, 10, 0], [25, 0, 25, 50]])  # rows: head, tail, dog's head
    assert names(figure.axes[0]) == ["cat's head", "cat's tail", "dog's head"]
    assert figure.axes[0].get_xticklabels()[-1].get_text() == 'background'
    assert [line.get_ydata()[0] for line in figure.axes[0].lines][0] == 1.5  # cat | dog


def test_means(numbers):
    axes = figures.mean_figure('Pred-All', SMALL, numbers).axes[0]
    assert names(axes) == ['cat', 'dog', '', 'any head', 'any tail']
    np.testing.assert_allclose(bar_values(axes)[0], [60, 2500 / 110, 0, 2500 / 110, 60])


def test_sizes():
    counts = counts_of(CONFUSION)
    counts['pred_all/size_counts'][0, :, 0] = 10, 20, 30  # small: 10 / 40
    numbers = class_breakdown(counts, SMALL, 'pred_all')
    axes = figures.size_figure('Pred-All', SMALL, numbers).axes[0]
    assert [bar.get_height() for bar in axes.containers[0]] == [25, 0, 0]
    assert [text.get_text() for text in axes.texts] == ['25.0', '-', '-', '-', '-', '-']


def test_sizes_of_objects():
    counts = counts_of(CONFUSION)
    assert 'in a small object' not in class_breakdown(counts, SMALL, 'pred_all')  # of an older version
    counts['pred_all/object_size_counts'] = np.zeros((3, 3, 3), np.int64)
    counts['pred_all/object_size_counts'][2, :, 1] = 10, 20, 30  # large, unseen: 10 / 40
    axes = figures.object_size_figure('Pred-All', SMALL, class_breakdown(counts, SMALL, 'pred_all')).axes[0]
    assert [text.get_text() for text in axes.texts] == ['-', '-', '-', '-', '-', '25.0']
    assert axes.get_xticklabels()[0].get_text() == 'small (< 10 % of the picture)'


def test_files(tmp_path, capsys):
    counts = counts_of(CONFUSION, ('pred_all', 'pred_obj'))
    counts['pred_obj/object_size_counts'] = counts['pred_obj/size_counts']
    save_counts(tmp_path / 'counts.npz', counts, SMALL)
    plot_results.main([str(tmp_path / 'counts.npz'), '--out', str(tmp_path / 'out')])
    assert 'Pred-Obj' in capsys.readouterr().out
    assert sorted(p.name for p in (tmp_path / 'out').iterdir()) == ['pred_all', 'pred_obj']
    files = sorted(p.name for p in (tmp_path / 'out' / 'pred_obj').iterdir())
    assert files == ['classes.csv', 'classes.png', 'confusion.png', 'means.png', 'mix_ups.png',
                     'object_sizes.png', 'sizes.png']
    assert Image.open(tmp_path / 'out/pred_all/classes.png').format == 'PNG'
    with open(tmp_path / 'out/pred_all/classes.csv', newline='') as file:
        rows = list(csv.DictReader(file))
    assert [(r['class'], r['set'], r['recall']) for r in rows] == [
        ("cat's tail", 'seen', '60.0'), ("dog's head", 'unseen', '25.0'),
        ("cat's head", 'seen', '')]


def test_no_counts(tmp_path):
    with pytest.raises(FileNotFoundError, match='no counts at'):
        plot_results.main([str(tmp_path / 'absent.npz'), '--out', str(tmp_path)])


def test_labels_do_not_overlap_at_234_classes():
    taxonomy = PartTaxonomy.named('ade20k_part_234')
    confusion = np.vstack([np.eye(234, dtype=np.int64), np.ones((1, 234), np.int64)])
    numbers = class_breakdown(counts_of(confusion), taxonomy, 'pred_all')
    drawn = (figures.class_figure('Pred-All', taxonomy, numbers),
             figures.confusion_figure('Pred-All', taxonomy, confusion))
    shown = []
    for figure in drawn:
        figure.set_dpi(figures.DPI)
        figure.draw_without_rendering()
        for axes in figure.axes:
            boxes = [text.get_window_extent() for text in axes.get_yticklabels()
                     if "'s " in text.get_text()]
            shown.append(len(boxes))
            tops = sorted((box.y0, box.y1) for box in boxes)
            assert all(upper[0] >= lower[1] - 1 for lower, upper in zip(tops, tops[1:]))
            assert all(box.x0 >= 0 and box.height >= 9 for box in boxes)  # in pixels
    assert sum(shown) == 2 * 234
