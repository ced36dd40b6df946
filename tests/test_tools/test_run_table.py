"""The chain in miniature: two methods, one of them stopped, resumed, tested, tabulated."""
import runpy
import sys
from pathlib import Path

import part_shapes
import pytest
import run_table
from mmengine.logging import MessageHub, MMLogger

from mmpartseg.engine import config_options
from mmpartseg.evaluation import paper_tables
from mmpartseg.visualization import PartLocalVisualizer


@pytest.fixture(scope='module')
def data(tmp_path_factory):
    """PartShapes of a few small scenes."""
    root = tmp_path_factory.mktemp('data') / 'part_shapes'
    part_shapes.main(['--out', str(root), '--num-train', '12', '--num-val', '6', '--num-test', '6',
                      '--size', '32', '--workers', '1'])
    return root


@pytest.fixture
def options(data):
    """Overrides that make a run last a second."""
    return [f'{loader}_dataloader.dataset.data_root={data}' for loader in ('train', 'val', 'test')
            ] + ['effective_batch_size=2', 'train_cfg.max_iters=2', 'train_cfg.val_interval=2',
                 'default_hooks.checkpoint.interval=1', 'model.backbone.out_indices=(0,1)']


def run_here(command):
    """Run a tool in this process, as its own start takes longer than its work."""
    for registry in (MMLogger, MessageHub, PartLocalVisualizer):
        registry._instance_dict.clear()
    sys.argv = command[1:]
    runpy.run_path(command[1], run_name='__main__')
    return 0


def main(work_dir, options, *arguments):
    return run_table.main(['--dataset', 'part_shapes', '--configs', 'clipseg/part_shapes',
                           'partclipseg/part_shapes', '--work-dir', str(work_dir), *arguments,
                           '--cfg-options', *options])


def test_chain(tmp_path, options, monkeypatch, capfd):
    monkeypatch.setattr(sys, 'argv', sys.argv)
    launched, stop_in_train = [], [True]

    def launch(command, environment):
        launched.append(Path(command[1]).stem + ' ' + Path(command[2]).parent.name)
        if stop_in_train and 'partclipseg' in command[2]:
            stop_in_train.clear()
            run_here([*command, 'train_cfg.max_iters=1'])
            dump = Path(command[command.index('--work-dir') + 1]) / 'part_shapes.py'
            dump.write_text(dump.read_text().replace('max_iters=1', 'max_iters=2'))
            return 1
        return run_here(command)

    monkeypatch.setattr(run_table, 'launch', launch)
    assert main(tmp_path, options, '--table', '1', '--seeds', '1') == 1
    assert launched == ['train clipseg', 'test clipseg', 'train partclipseg']
    assert '| PartCLIPSeg | tiny | no runs |' in capfd.readouterr().out
    launched.clear()
    stopped = run_table.work_dir_of(tmp_path, 'partclipseg/part_shapes', 0)
    assert (stopped / 'iter_1.pth').is_file() and not (stopped / 'iter_2.pth').exists()
    assert main(tmp_path, options, '--table', '1', '--seeds', '1') == 0
    assert launched == ['train partclipseg', 'test partclipseg']
    assert 'resumed epoch: 0, iter: 1' in capfd.readouterr().err + _log_of(stopped)
    launched.clear()
    assert main(tmp_path, options, '--table', '6', '1', '--seeds', '1') == 0
    assert launched == []
    small = (tmp_path / 'table_6_part_shapes.md').read_text()
    assert '| PartCLIPSeg | Oracle-Obj | 1 run |' in small
    text = (tmp_path / 'table_1_part_shapes.md').read_text()
    assert text.splitlines()[0].endswith(', model.backbone.out_indices=(0, 1)**')
    assert '| CLIPSeg | tiny | 1 run |' in text and '| PartCLIPSeg | tiny | 1 run |' in text


def _log_of(folder):
    return '\n'.join(path.read_text() for path in folder.glob('*/*.log'))


def test_failure_is_reported(tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(run_table, 'launch', lambda command, environment: 7)
    configs = [f'{name}/part_imagenet_to_pascal_part' for name in ('clipseg', 'partclipseg')]
    assert run_table.main(
        ['--table', '4', '--seeds', '1', '--work-dir', str(tmp_path), '--configs', *configs]) == 2
    errors = capsys.readouterr().err.splitlines()
    assert [line.startswith('failed: ') and 'train.py' in line for line in errors] == [True, True]


def test_a_folder_with_another_experiment(tmp_path):
    """It was taken for finished, whatever it had been run with."""
    folder = tmp_path / 'partclipseg/pascal_part/seed_0'
    folder.mkdir(parents=True)
    (folder / 'counts.npz').touch()
    options = ['train_cfg.max_iters=10', 'train_dataloader.num_workers=1']
    planned = paper_tables.load_config('partclipseg/pascal_part', config_options(options))
    planned.dump(folder / 'pascal_part.py')
    assert run_table.commands('partclipseg/pascal_part', 0, tmp_path, options) == []
    with pytest.raises(ValueError, match=f'{folder} holds a run of another experiment: train_cfg.max_iters '
                       'is 10 there and 20000 here. Give another --work-dir'):
        run_table.commands('partclipseg/pascal_part', 0, tmp_path, [])


def test_what_a_row_starts_from_is_trained_first(tmp_path, monkeypatch):
    """Both models of ZSSeg+ start from the prompts of their seed, which are trained once."""
    configs = ['zsseg/pascal_part', 'zsseg/pascal_part_r101']
    first, runs = run_table.planned_runs(configs + ['clipseg/pascal_part'], configs, 2)
    assert first == [('zsseg/pascal_part_prompts', 0), ('zsseg/pascal_part_prompts', 1)]
    assert runs == [(name, seed) for name in configs for seed in (0, 1)]
    train, = run_table.commands(*first[1], tmp_path, [], train_only=True)
    assert train[2].endswith('configs/zsseg/pascal_part_prompts.py')
    prompts = tmp_path / 'zsseg/pascal_part_prompts/seed_1/iter_3200.pth'
    train, test = run_table.commands('zsseg/pascal_part_r101', 1, tmp_path, [])
    assert f'load_from=zsseg://{prompts}' in train
    prompts.parent.mkdir(parents=True)
    prompts.touch()
    assert run_table.commands(*first[1], tmp_path, [], train_only=True) == []
    with pytest.raises(ValueError, match=r"\['clipseg/b'\] not in what --table names: \['clipseg/a'\]"):
        run_table.planned_runs(['clipseg/a', 'clipseg/a'], ['clipseg/b'], 1)


def test_what_several_tables_share_is_run_once(tmp_path, capsys):
    assert run_table.main(['--dataset', 'part_shapes', '--table', '1', '5', '7', '--seeds', '2',
                           '--work-dir', str(tmp_path), '--dry-run']) == 0
    trained = [line.split('configs/')[1].split()[0] for line in capsys.readouterr().out.splitlines()
               if 'train.py' in line]
    assert trained.count('partclipseg/part_shapes.py') == trained.count('clipseg/part_shapes.py') == 2
    assert {'partclipseg/part_shapes_no_attention.py', 'partclipseg/part_shapes_4_objects.py'} <= set(trained)
