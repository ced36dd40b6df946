"""The curve of table 7: made-up runs in, points, picture and errors out."""
import plot_seen
import pytest
from PIL import Image

from tests.made_up_runs import confusion_of, write_run


@pytest.fixture
def runs(tmp_path):
    """Two of 22 objects, one of 4, one with the released slip, one of another method."""
    for name, config, hits in (
            ('a0', 'partclipseg/part_shapes', [20, 20, 10, 10]),
            ('a1', 'partclipseg/part_shapes', [40, 40, 30, 30]),
            ('few', 'partclipseg/part_shapes_4_objects', [10, 10, 5, 5]),
            ('slip', 'partclipseg/part_shapes_released_text_index', [1, 1, 1, 1]),
            ('other', 'clipseg/part_shapes', [2, 2, 2, 2])):
        write_run(tmp_path / name, config, confusion_of(hits), **{'randomness.seed': int(name == 'a1')})
    return tmp_path


def test_points_are_of_runs_that_differ_in_seen_objects_alone(runs):
    points = plot_seen.points_of([runs])
    assert list(points) == [4, 22] and [number for _, number in points.values()] == [1, 2]
    assert points[22][0]['oracle_obj/seen'] == pytest.approx((30, 10))
    assert points[22][0]['oracle_obj/unseen'] == pytest.approx((20, 10))
    assert points[4][0]['oracle_obj/unseen'][0] == pytest.approx(5)
    figure = plot_seen.seen_figure(points)
    curves = {curve.get_label(): curve.lines[0].get_xydata().tolist() for curve in figure.axes[1].containers}
    assert curves['Unseen'] == [[4, pytest.approx(5)], [22, pytest.approx(20)]]


def test_picture_and_lines(runs, capsys):
    plot_seen.main(['--out', str(runs / 'seen.png'), str(runs)])
    lines = capsys.readouterr().out.splitlines()
    assert lines[-1].startswith('objects seen: 22; Pred-All Seen / Unseen 30.00 / 20.00; Oracle-Obj Seen / ')
    assert lines[-1].endswith('; 2 runs') and lines[-2].endswith('; 1 run')
    with Image.open(runs / 'seen.png') as picture:
        assert picture.size == (1350, 600)


def test_no_run_of_the_table(runs):
    with pytest.raises(ValueError, match='no finished run of a row of table 7'):
        plot_seen.main(['--out', str(runs / 'seen.png'), str(runs / 'other')])
    assert not (runs / 'seen.png').exists()
