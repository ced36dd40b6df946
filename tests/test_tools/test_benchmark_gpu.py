"""``tools/benchmark.py gpu`` on a tiny model and the CPU: every row, and what differences they find."""
import json
import sys
import types
import warnings

import pytest
import torch

from tests.tiny import ATTENTION_LOSSES, MASK_LOSSES
from tests.tiny_model import CONFIG, TOOLS, load_tool

sys.path.insert(0, str(TOOLS))
from benchmarking import options  # noqa: E402
from benchmarking.gpu import counts, equality, run, tables  # noqa: E402
from benchmarking.gpu.session import Session  # noqa: E402
from benchmarking.gpu.setup import Setup, exact_float32  # noqa: E402

from mmpartseg.benchmark import measure  # noqa: E402

benchmark = load_tool('benchmark')
REST = "optim_wrapper = dict(type='OptimWrapper', optimizer=dict(type='AdamW', lr=1e-4))\n" \
    'train_cfg = dict(max_iters=20000)\n'


@pytest.fixture(scope='module')
def config(tmp_path_factory):
    path = tmp_path_factory.mktemp('gpu') / 'config.py'
    path.write_text(CONFIG + REST + f'model["decode_head"].update({MASK_LOSSES | ATTENTION_LOSSES})\n')
    return str(path)


@pytest.fixture(autouse=True)
def small_products(monkeypatch):
    monkeypatch.setattr(measure, 'MATRIX_SIDE', {'cpu': 64})


@pytest.fixture
def setup(config):
    return Setup(options.parse_args('', ['gpu', config, '--device', 'cpu', '--repeats', '1']))


def test_every_section_but_the_compiler(config, tmp_path, capsys):
    sections = [name for name in run.SECTIONS if name != 'compiled']
    found = benchmark.main(['gpu', config, '--device', 'cpu', '--batches', '1', '--repeats', '1', '--warmup',
                            '0', '--json', str(tmp_path / 'gpu.json'), '--only', *sections])
    report = json.loads((tmp_path / 'gpu.json').read_text())
    rows, printed = report['sections'], capsys.readouterr().out
    assert found == report['failed'] == report['left_out'] == []
    assert list(rows) == ['device', *sections]
    assert rows['equality']['logits']['difference'] == 0 < rows['equality']['logits']['largest']
    assert rows['equality']['shipped miniature']['classes'] > 10
    assert 0 < rows['equality']['logits, bf16']['difference']
    assert rows['equality']['losses and gradients']['terms'] == 6
    assert rows['waits and launches']['prediction']['operations'] > rows[
        'waits and launches']['network']['operations'] > 0
    for section in ('training', 'inference'):
        assert list(rows[section])[:3] == [f'batch 1, {name}' for name in options.PRECISIONS]
        assert all(row['gflop'] > 0 and row['milliseconds'] > 0 for row in rows[section].values())
    assert list(rows['inference'])[3:] == ['batch 1, bf16, weights of the tower in it']
    recipe = rows['recipe']['batch 8, fp32']
    assert recipe['hours'] == pytest.approx(20000 * 8 / recipe['images_per_second'] / 3600)
    assert rows['determinism']['deterministic']['same_bits']
    assert '## equality' in printed and 'not as expected: none' in printed


def test_sections_of_the_command_line():
    assert tuple(run.SECTIONS) == options.SECTIONS and run.SECTIONS['compiled'] is tables.compiled_rows
    assert options.parse_args('', ['gpu', 'c.py']).budget == 450
    with pytest.raises(SystemExit):
        options.parse_args('', ['gpu', 'c.py', '--only', 'speed'])


@pytest.mark.parametrize('row, what', [
    ('compiled_network', 'PartCLIPSegHead'), ('compiled_training', 'loss')])
def test_compiled(row, what, setup, monkeypatch):
    """What is given to the compiler is what runs; test_compile_and_autocast.py has its results."""
    calls = []

    def compile(function, backend):
        def compiled(*args):
            calls.append((getattr(function, '__name__', type(function).__name__), backend))
            return function(*args)
        return compiled
    monkeypatch.setattr(torch, 'compile', compile)
    found = getattr(tables, row)(setup, 1, 'fp32')
    assert set(calls) == {(what, 'inductor')} and len(calls) == 3  # first, warm-up, measured
    assert found['compiling'] > 0 and found['plain_milliseconds'] > 0 and found.get('difference', 0) == 0
    assert 'loss' not in vars(setup.model.decode_head)


class TestEquality:
    """A device that computes something else is found out."""

    @pytest.mark.parametrize('row', ['logits', 'label_maps', 'gradients'])
    def test_other_weights(self, row, setup):
        with torch.no_grad():
            setup.model.decode_head.object_part_film.mul.bias[:4] += 3
        assert getattr(equality, row)(setup)['as_expected'] is False

    def test_low_precision_of_other_weights(self, setup):
        with torch.no_grad():
            setup.model.decode_head.object_part_branch[4].bias += 3
        assert equality.low_precision(setup, 'bf16')['as_expected'] is False

    def test_one_pixel_in_a_hundred(self):
        def sample(labels):
            data = types.SimpleNamespace(data=labels)
            return dict(pred_sem_seg=data, pred_oracle_sem_seg=data)
        maps = torch.zeros(1, 10, 10, dtype=torch.long)
        other = maps.clone()
        other[0, 0, 0] = 1
        found = equality.same_maps([sample(other)], [sample(maps)])
        assert found == dict(pred=pytest.approx(0.99), pred_oracle=pytest.approx(0.99), as_expected=False)

    def test_no_tf32(self):
        before = torch.backends.cudnn.allow_tf32
        assert before
        with exact_float32():
            assert not torch.backends.cudnn.allow_tf32 and not torch.backends.cuda.matmul.allow_tf32
        assert torch.backends.cudnn.allow_tf32 == before


def test_operations():
    """A product and a sum; a transposed view is none; a backward pass counts."""
    a = torch.ones(2, 2, requires_grad=True)
    assert counts.operations(lambda: a.T @ a.detach() + 1) == 2
    assert counts.operations(lambda: (a @ a.detach()).sum().backward()) > 2


class Waiting:
    """As ``torch.cuda``, whose warnings say where the host waits."""
    modes = []

    def set_sync_debug_mode(self, mode):
        self.modes.append(mode)


def test_waits():
    def function():
        for _ in range(3):
            warnings.warn(counts.WAITS, stacklevel=1)
        warnings.warn('something else', stacklevel=1)
    module = Waiting()
    places = counts.waits(function, module)
    assert places.total() == 3 and len(places) == 1
    assert next(iter(places)).startswith('test_tools/test_benchmark_gpu.py:')
    assert module.modes == ['warn', 'default']


def test_launches():
    def event(key, count, time=0, device=torch.autograd.DeviceType.CPU):
        return types.SimpleNamespace(key=key, count=count, device_type=device, self_device_time_total=time)
    kernel = torch.autograd.DeviceType.CUDA
    found = counts.launches_of([
        event('cudaLaunchKernel', 7, 5), event('cuLaunchKernelEx', 2), event('aten::mm', 4, 900),
        event('gemm', 4, 900, kernel), event('add', 5, 100, kernel)])
    assert found == dict(launches=9, device_milliseconds=1.0, slowest=dict(gemm=0.9, add=0.1))


class Clock:
    now = 0

    def __call__(self):
        return self.now


class TestSession:

    def test_what_fails_is_said_and_the_next_row_runs(self, tmp_path, capsys):
        path = tmp_path / 'report.json'
        session = Session(dict(device='x'), 100, path)
        session.run('a', 'bad', lambda: 1 / 0)
        assert json.loads(path.read_text())['failed'] == ['a: bad']
        session.run('a', 'other', lambda: dict(as_expected=False))
        session.run('a', 'good', lambda: dict(value=1.5, as_expected=True))
        report = json.loads(path.read_text())
        assert report['failed'] == ['a: bad', 'a: other'] and report['device'] == 'x'
        assert report['sections']['a']['bad']['error'] == 'ZeroDivisionError: division by zero'
        assert report['sections']['a']['good']['value'] == 1.5
        assert 'a: good: value 1.5' in capsys.readouterr().out

    def test_no_row_is_started_that_the_budget_is_too_short_for(self):
        clock = Clock()
        session = Session({}, 100, start=-40, clock=clock)  # what was imported counts

        def slow():
            clock.now += 50
            return {}
        for name in 'abc':
            session.run('s', name, slow, needs=30)
        assert list(session.report['sections']['s']) == ['a']
        assert session.report['left_out'] == ['s: b', 's: c'] and clock.now == 50


def test_first_weights_in_every_table(setup):
    """A step that ends in NaN spoils its own row only."""
    with torch.no_grad():
        setup.model.decode_head.background_embedding.fill_(torch.nan)
    setup.training(1)()
