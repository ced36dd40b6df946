"""Harmonic against seconds: made-up runs in, points, picture and errors out."""
import math

import plot_cost
import pytest
from matplotlib.backends.backend_agg import FigureCanvasAgg
from PIL import Image

from mmpartseg.evaluation.paper_tables import load_table
from tests.made_up_runs import confusion_of, write_config, write_log, write_run


def trained(time, *steps):
    return [dict(step=step, time=time, loss=1.) for step in steps]


@pytest.fixture
def runs(tmp_path):
    """CLIPSeg twice, PartCLIPSeg resumed, ZSSeg+ in two stages."""
    for seed, hits in enumerate(([20, 20, 10, 10], [40, 40, 20, 20])):
        folder = tmp_path / f'c{seed}'
        write_run(folder, 'clipseg/part_shapes', confusion_of(hits), **{'randomness.seed': seed})
        write_log(folder, trained(0.5 + seed, 50, 100))
    folder = tmp_path / 'p'
    write_run(folder, 'partclipseg/part_shapes', confusion_of([30, 30, 30, 30]))
    write_log(folder, trained(1., 50, 100))
    write_log(folder, trained(3., 100, 200), start='20240102_000000')  # resumed at 50
    for name, config, time in (('z1', 'zsseg/part_shapes_prompts', 0.25),
                               ('z2', 'zsseg/part_shapes_pred_all', 2.)):
        folder = tmp_path / name
        if name == 'z1':
            write_config(folder, config, **{'randomness.seed': 7})
        else:
            write_run(folder, config, confusion_of([10, 10, 10, 10]), **{'randomness.seed': 7})
        write_log(folder, trained(time, 100))
    return tmp_path


def test_points(runs):
    zsseg, clipseg, ours = plot_cost.points_of(load_table(1, 'part_shapes'), [runs])
    assert (zsseg.name, clipseg.name, ours.name) == ('ZSSeg+', 'CLIPSeg', 'PartCLIPSeg')
    assert zsseg.seconds[0] == pytest.approx(2 * 100 + 0.25 * 100)  # its prompts are paid for
    # 50 and 150 seconds; harmonic means of 40 / 3 and 80 / 3
    assert clipseg.seconds == pytest.approx((100, 50)) and clipseg.runs == 2
    assert clipseg.harmonic['oracle_obj'] == pytest.approx((20, 20 / 3))
    assert ours.seconds[0] == pytest.approx(50 * 1 + 50 * 3 + 100 * 3) and math.isnan(ours.seconds[1])


def test_picture_and_lines(runs, capsys):
    plot_cost.main(['--out', str(runs / 'cost.png'), str(runs)])
    assert 'CLIPSeg: 100 seconds of training; Harmonic: Pred-All 20.00, Oracle-Obj 20.00; 2 runs' in (
        capsys.readouterr().out.splitlines())
    with Image.open(runs / 'cost.png') as picture:
        assert picture.size == (1350, 600)
    figure = plot_cost.cost_figure(
        plot_cost.points_of(load_table(1, 'part_shapes'), [runs]), 'Title')
    for axes in figure.axes:
        drawn = {line.get_label(): tuple(map(float, line.lines[0].get_xydata()[0]))
                 for line in axes.containers}
        assert drawn['PartCLIPSeg'] == pytest.approx((500, 30))
        assert [text.get_text() for text in axes.texts] == ['ZSSeg+', 'CLIPSeg', 'PartCLIPSeg']


@pytest.mark.parametrize('seconds', [(277, 307, 621, 1290, 2240), (0.01, 0.02, 0.025), (50,)])
def test_names_and_numbers_can_be_read(seconds):
    """Names crossed the frame, and numbers of the axis each other."""
    harmonic = dict.fromkeys(plot_cost.SETTINGS, (48., 0.5))
    points = [plot_cost.Point('PartCLIPSeg', (each, math.nan), harmonic, 1) for each in seconds]
    figure = plot_cost.cost_figure(points, 'Title')
    renderer = FigureCanvasAgg(figure).get_renderer()
    figure.draw(renderer)
    for axes in figure.axes:
        frame = axes.get_window_extent(renderer)
        for text in axes.texts:
            box = text.get_window_extent(renderer)
            assert frame.x0 < box.x0 and box.x1 < frame.x1 and box.y1 < frame.y1
        boxes = [label.get_window_extent(renderer) for label in axes.get_xticklabels(which='both')
                 if label.get_text() and frame.x0 <= label.get_window_extent(renderer).x0 <= frame.x1]
        assert boxes and all(a.x1 < b.x0 for a, b in zip(boxes, boxes[1:]))


def test_seconds_of_a_picture(runs):
    """A test's log has the time of a batch, of 16 pictures."""
    table = load_table(1, 'part_shapes')
    with pytest.raises(ValueError, match='has no time of a test in its log'):
        plot_cost.points_of(table, [runs / 'p'], 'image')
    (runs / 'p' / '20240102_000000' / 't.json').write_text('{"pred_all/mIoU": 1, "time": 4.0}')
    point, = plot_cost.points_of(table, [runs / 'p'], 'image')
    assert point.seconds[0] == 4 / 16


def test_what_is_missing_is_named(runs, tmp_path):
    table = load_table(1, 'part_shapes')
    with pytest.raises(ValueError, match=r'from zsseg/part_shapes_prompts, whose runs with seeds \[7\]'):
        plot_cost.points_of(table, [runs / 'z2'])
    write_run(runs / 'new', 'catseg/part_shapes', confusion_of([9, 9, 9, 9]))
    with pytest.raises(ValueError, match='new has no times of training in its log'):
        plot_cost.points_of(table, [runs / 'new'])
    with pytest.raises(ValueError, match='no finished run of a row of this table'):
        plot_cost.main(['--out', str(tmp_path / 'x.png'), str(runs / 'z1')])
