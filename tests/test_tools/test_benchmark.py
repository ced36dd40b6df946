"""tools/benchmark.py on a tiny model: every command, and its numbers where they can be known."""
import subprocess
import sys

import pytest
import torch

from mmpartseg.benchmark import measure, scaling, subjects  # noqa: E402
from mmpartseg.models.decode_heads.levels import Levels
from mmpartseg.models.layers.linear import linear
from mmpartseg.models.segmentors.recent_pictures import RecentPictures
from tests.benchmarked import benchmark, config_fixture, report, small_peak  # noqa: F401
from tests.tiny_model import TOOLS

sys.path.insert(0, str(TOOLS))


@pytest.mark.parametrize('precision', ['fp32', 'bf16'])
@pytest.mark.parametrize('command', ['inference', 'train'])
def test_models(command, precision, config, tmp_path, capsys):
    found = report([command, config, '--precision', precision, '--classes', '20'], tmp_path / 'out.json')
    assert found['batch'] == {'inference': 1, 'train': 2}[command]
    assert found['flops'] > 0 and found['repeats'] == 2 and 'memory_peak' in found
    assert found['fastest'] <= found['seconds'] <= found['slowest']
    out = capsys.readouterr().out
    assert 'GFLOP/s of a matrix product' in out
    assert f"so {1 / found['share_of_peak']:.2f} times the time of its floor" in out


def test_decoding(config, tmp_path, capsys):
    """cat: head, tail; bus: wheel; dog: head. Conditions cost alike, and so do masks."""
    found = report(['decoding', config], tmp_path / 'out.json')
    row, = found['decoding']
    costs = {name: each['most'] - row['tower'] for name, each in row['winners'].items()}
    assert {name: each['sets'] for name, each in row['winners'].items()} == {'1': 3, '2': 3, 'all': 1}
    assert costs['1'] < costs['2'] < costs['all'] < row['full'] - row['tower']
    # the costliest object has two parts, the cheapest one; each adds a condition and a mask
    one = row['winners']['1']
    assert one['most'] > one['mean'] > one['most'] - (one['most'] - row['tower']) / 4
    assert set(found['times']) == {'all classes', '1', '2', 'all'}
    assert row['different_pixels'] == 0 and row['pixels'] == 7 * 32 * 32
    out = capsys.readouterr().out
    assert '| 4 | 3 |' in out and '| 0 of 7168 |' in out


def test_decoding_counts_the_tower_once(config, tmp_path, monkeypatch):
    """Whether its features are kept or not, and on each of two windows: half of a picture's 16 tokens."""
    slide = [f'model.test_cfg.{key}' for key in ('mode=slide', 'crop_size=(16,32)', 'stride=(16,32)')]
    counted = [], []
    for found, kept_bytes in zip(counted, (2**20, 0)):
        monkeypatch.setattr(RecentPictures.__init__, '__defaults__', (kept_bytes, ))
        for options in ([], ['--cfg-options', *slide]):
            row, = report(['decoding', config, *options], tmp_path / 'out.json')['decoding']
            found.append((row['tower'], row['full'], row['winners']))
    assert counted[0] == counted[1]
    for tower, full, winners in counted[0]:
        assert tower < winners['1']['most'] < winners['all']['most'] < full
    args = benchmark.parse_args('', ['decoding', config])
    model = subjects.build_model(subjects.read_config(args), args, 'cpu')
    half = measure.count_flops(lambda: model.extract_feat(torch.zeros(1, 3, 16, 32)))
    assert counted[0][1][0] == 2 * half != counted[0][0][0]


@pytest.mark.parametrize('precision', ['fp32', 'bf16'])
def test_decoding_finds_pixels_that_differ(precision, config, tmp_path, monkeypatch):
    """Where chosen classes have other scores than among all; --precision is that of both."""
    class_maps, types = Levels.class_maps, set()

    def other(self, classes=None):
        maps = class_maps(self, classes)
        types.add(maps.dtype)
        return maps if classes is None else maps.flip(1)
    monkeypatch.setattr(Levels, 'class_maps', other)
    row, = report(['decoding', config, '--precision', precision], tmp_path / 'out.json')['decoding']
    assert 0 < row['different_pixels'] < row['pixels'] and types == {subjects.DTYPES[precision]}


def test_decoding_of_many_classes(config, tmp_path):
    """With so many objects winning, the cost grows with the objects and not with the classes."""
    plot = tmp_path / 'cost.png'
    found = report(['decoding', config, '--points', '20', '100', '--plot', str(plot)],
                   tmp_path / 'out.json', [])
    small, large = found['decoding']
    assert (small['classes'], small['objects'], large['classes'], large['objects']) == (20, 4, 100, 20)
    growth = {name: large['winners'][name]['mean'] - small['winners'][name]['mean'] for name in '12'}
    assert growth['1'] < 0.4 * (large['full'] - small['full'])
    assert growth['2'] < 0.5 * (large['full'] - small['full'])  # of few parts, two objects share more
    assert plot.read_bytes().startswith(b'\x89PNG')


def test_decoding_of_pictures(tmp_path):
    """The shipped weights on pictures of another world: same label maps, fewer operations."""
    found = report(['decoding', 'configs/partclipseg/part_shapes_to_pascal_part_sample.py', '--images', '1',
                    '--checkpoint', 'data/miniature/partclipseg.safetensors'], tmp_path / 'out.json', [])
    pictures = found['pictures']
    assert pictures['images'] == 1 and pictures['different_pixels'] == 0
    assert pictures['mean'] < pictures['full'] and pictures['objects'] >= 1


def test_measured_predictions_see_the_picture_anew(config):
    args = benchmark.parse_args('', ['inference', config])
    cfg = subjects.read_config(args)
    model = subjects.build_model(cfg, args, torch.device('cpu'))
    calls, run = [], subjects.inference(model, cfg, args, torch.device('cpu'))
    model.backbone.register_forward_hook(lambda *args: calls.append(1))
    run(), run()
    assert len(calls) == 2


def test_metric(tmp_path, capsys):
    found = report(['metric', '--images', '3', '--classes', '20', '--label-size', '8', '9'],
                   tmp_path / 'out.json', [])
    assert found['images'] == 3 and found['milliseconds_per_image'] > 0
    assert 'object 0' not in capsys.readouterr().out


def test_data(tmp_path):
    found = report(['data', 'configs/partclipseg/pascal_part_sample.py', '--images', '2'],
                   tmp_path / 'out.json')
    assert found['images'] == 2
    assert found['images_per_second'] == pytest.approx(1000 / found['milliseconds_per_image'])


@pytest.mark.parametrize('dtype, ways', [(torch.float32, 2), (torch.bfloat16, 2), (torch.float16, 1)])
def test_a_matrix_product_by_the_ways_that_end(monkeypatch, dtype, ways):
    """On a CPU ``@`` in float16 takes minutes, where ``linear`` takes seconds."""
    tried = []
    monkeypatch.setattr(measure, 'MATRIX_SIDE', {'cpu': 8})
    monkeypatch.setattr(measure, 'timed',
                        lambda way, *_: tried.append(way().dtype) or dict(fastest=len(tried)))
    assert measure.matrix_product(torch.device('cpu'), dtype) == (dict(fastest=1), 2 * 8**3)
    assert tried == ways * [dtype]


def test_operations_of_attention_and_products():
    """Two per multiply-add: an (m, k) by (k, n) product has 2mkn; attention has two products."""
    a, b, q = torch.randn(3, 5), torch.randn(5, 7), torch.randn(1, 2, 11, 4)
    assert measure.count_flops(lambda: a @ b) == 2 * 3 * 5 * 7
    attend = torch.nn.functional.scaled_dot_product_attention
    assert measure.count_flops(lambda: attend(q, q, q)) == 2 * (2 * 2 * 11 * 11 * 4)
    x, weight = torch.randn(2, 300, 5), torch.randn(7, 5, requires_grad=True)
    assert measure.count_flops(lambda: linear(x, weight)) == 2 * 600 * 5 * 7
    assert measure.count_flops(lambda: linear(x, weight).sum().backward()) == 2 * (2 * 600 * 5 * 7)
PEAK = """
import torch
from mmpartseg.benchmark.measure import Memory
memory = Memory(torch.device('cpu'))
memory.restart()
torch.ones(50_000_000)
print(memory.held(), memory.peak())
"""


def test_peak_memory():
    """200 MB for a moment, in a process of its own: a long one may hold as much that is free."""
    process = subprocess.run([sys.executable, '-c', PEAK], cwd=TOOLS, capture_output=True, text=True)
    held, peak = map(int, process.stdout.split())
    # held is below 0 where imports' garbage went meanwhile
    assert held < 50e6 and 190e6 < peak - held < 250e6


@pytest.mark.parametrize('power', [0, 1, 1.5, 2])
def test_exponent(power):
    points = (20, 50, 116)
    assert scaling.exponent(points, [3 * x**power for x in points]) == pytest.approx(power)


def test_scaling(config, monkeypatch, tmp_path, capsys):
    commands = []

    def point(script, argv, name, points):
        commands.append(argv)
        return [dict(seconds=float(x), cpu_seconds=x**2., memory_peak=1, flops=x) for x in points]

    monkeypatch.setattr(benchmark, 'run_points', point)
    found = report(['inference', config, '--scale', 'batch', '--points', '1', '2', '8'],
                   tmp_path / 'out.json')
    assert found['points'] == [1, 2, 8]
    assert found['exponents']['seconds'] == pytest.approx(1)
    assert found['exponents']['cpu_seconds'] == pytest.approx(2)
    (command, ) = commands
    assert '--batch' not in command  # it is each point's
    assert vars(benchmark.parse_args('', command)) == vars(benchmark.parse_args('', [
        'inference', config, '--warmup', '0', '--repeats', '2']))
    assert '| exponent | 1.00 | 2.00 | 0.00 | 1.00 |' in capsys.readouterr().out


def test_a_plot_of_few_objects(tmp_path):
    """Of 20 classes' four objects no five can win: their line is left out."""
    row = dict(classes=20, full=2e9, tower=1e9, winners={'1': dict(mean=1.5e9), '2': dict(mean=1.7e9)})
    benchmark.decoding_plot(dict(decoding=[row]), tmp_path / 'cost.png')
    assert (tmp_path / 'cost.png').read_bytes().startswith(b'\x89PNG')


def test_made_up_classes():
    names = subjects.made_up_classes(116)
    assert len(set(names)) == 116
    assert len({name.split("'s ")[0] for name in names}) == 16
    assert len({name.split("'s ")[1] for name in names}) == 42
