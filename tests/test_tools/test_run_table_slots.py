"""The chain of a table: commands, slots, what goes side by side."""
import shlex
import sys
import threading
from pathlib import Path

import pytest
import run_table


def test_commands(tmp_path):
    train, test = run_table.commands('partclipseg/pascal_part', 3, tmp_path, ['a=1'])
    folder = tmp_path / 'partclipseg/pascal_part/seed_3'
    assert train[0] == test[0] == sys.executable
    assert train[1].endswith('tools/train.py') and Path(train[2]).is_file()
    assert train[3:] == ['--resume', '--work-dir', str(folder), '--cfg-options',
                         'randomness.seed=3', 'a=1']
    assert test[1].endswith('tools/test.py') and test[3] == str(folder / 'iter_20000.pth')
    assert f'test_evaluator.out_file={folder}/counts.npz' in test
    folder.mkdir(parents=True)
    (folder / 'iter_20000.pth').touch()
    assert run_table.commands('partclipseg/pascal_part', 3, tmp_path, ['a=1']) == [test]
    (folder / 'counts.npz').touch()
    assert run_table.commands('partclipseg/pascal_part', 3, tmp_path, ['a=1']) == []


def test_dry_run(tmp_path, capsys):
    assert run_table.main(['--table', '5', '--seeds', '5', '--work-dir', str(tmp_path),
                           '--dry-run']) == 0
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) == 6 * 5 * 2  # six rows, five seeds, train and test
    assert all(Path(shlex.split(line)[1]).is_file() for line in lines)
    assert not any(tmp_path.iterdir())


def test_launch_gives_the_exit_code():
    code = 'import os; raise SystemExit(int(os.environ["CODE"]))'
    assert run_table.launch([sys.executable, '-c', code], dict(CODE='3')) == 3


@pytest.mark.parametrize('name', ['seeds', 'gpus', 'parallel'])
def test_numbers(name, capsys):
    with pytest.raises(SystemExit):
        run_table.main(['--table', '1', f'--{name}', '0'])
    assert f'--{name} must be at least 1, got 0' in capsys.readouterr().err


def test_several_gpus(tmp_path):
    train, test = run_table.commands('clipseg/pascal_part', 0, tmp_path, [], gpus=2)
    root, folder = Path(run_table.__file__).parents[2], tmp_path / 'clipseg/pascal_part/seed_0'
    config = str(root / 'configs/clipseg/pascal_part.py')
    assert train[:4] == ['bash', str(root / 'tools/dist_train.sh'), config, '2']
    assert test[:5] == ['bash', str(root / 'tools/dist_test.sh'), config, str(folder / 'iter_20000.pth'), '2']
    assert train[4] == '--resume' and test[5] == '--work-dir'


def test_slots(monkeypatch):
    monkeypatch.delenv('PORT', raising=False)
    monkeypatch.setenv('CUDA_VISIBLE_DEVICES', '4,5,6,7')
    assert run_table.slots(2, 2) == [
        {'PORT': '29500', 'PYTHON': sys.executable, 'CUDA_VISIBLE_DEVICES': '4,5'},
        {'PORT': '29501', 'PYTHON': sys.executable, 'CUDA_VISIBLE_DEVICES': '6,7'}]
    with pytest.raises(ValueError, match='--parallel 3 --gpus 2 need 6 GPUs, there are 4'):
        run_table.slots(3, 2)
    monkeypatch.setattr(run_table, 'devices', list)  # on a CPU any number goes
    assert [slot['PORT'] for slot in run_table.slots(3, 2)] == ['29500', '29501', '29502']


def test_runs_side_by_side(tmp_path, monkeypatch):
    """Two at a time, each in a slot of its own; the test of a run waits for its training."""
    together, lock, order, busy = threading.Barrier(2, timeout=60), threading.Lock(), [], set()

    def launch(command, environment):
        with lock:
            assert environment['PORT'] not in busy
            busy.add(environment['PORT'])
            order.append(' '.join((Path(command[1]).stem, Path(command[2]).parent.name)))
        together.wait()
        with lock:
            busy.remove(environment['PORT'])
        return 0
    monkeypatch.setattr(run_table, 'launch', launch)
    monkeypatch.setattr(run_table, 'devices', list)
    runs = [('clipseg/part_shapes', 0), ('partclipseg/part_shapes', 0)]
    assert run_table.run_all(runs, tmp_path, [], parallel=2) == []
    assert {tuple(sorted(order[:2])), tuple(sorted(order[2:]))} == {
        ('train clipseg', 'train partclipseg'), ('test clipseg', 'test partclipseg')}
