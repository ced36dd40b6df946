"""The command lines that bring a run to its end: train, then test."""
import sys
from pathlib import Path

from mmpartseg.engine import config_options
from mmpartseg.evaluation.experiment import differences, experiment
from mmpartseg.evaluation.paper_tables import config_path, load_config, stages_before
from mmpartseg.evaluation.runs import COUNTS, dumped_config

ROOT = Path(__file__).parents[2]


def work_dir_of(root, config, seed):
    """Where a run lives."""
    return Path(root) / config / f'seed_{seed}'


def commands(config, seed, root, options, gpus=1, train_only=False):
    """What a run still needs, as command lines; none when it is finished.

    Args:
        config (str): name of a config, such as ``'partclipseg/pascal_part'``.
        seed (int): of the run.
        root (str | Path): folder of all runs.
        options (list[str]): ``KEY=VALUE`` overrides of the config.
        gpus (int): processes of the run.
        train_only (bool): there is nothing to test: others start from the run.

    Raises:
        ValueError: the run's folder holds one with other settings; names them.
    """
    folder, path, first = work_dir_of(root, config, seed), config_path(config), stages_before().get(config)
    if first is not None:
        options = [f'load_from=zsseg://{last_checkpoint(first, seed, root, options)}', *options]
    check_folder(folder, load_config(config, config_options(options)))
    if (folder / COUNTS).is_file():
        return []
    last = last_checkpoint(config, seed, root, options)
    common = ['--work-dir', str(folder), '--cfg-options', f'randomness.seed={seed}']
    train = [*_tool('train', gpus, path), '--resume', *common, *options]
    if train_only:
        return [] if last.is_file() else [train]
    test = [*_tool('test', gpus, path, last), *common, f'test_evaluator.out_file={folder / COUNTS}', *options]
    return [test] if last.is_file() else [train, test]


def last_checkpoint(config, seed, root, options):
    """Where a run leaves its last checkpoint."""
    iterations = load_config(config, config_options(options)).train_cfg.max_iters
    return work_dir_of(root, config, seed) / f'iter_{iterations}.pth'


def check_folder(folder, planned):
    """ValueError if a run with other settings than ``planned`` is in a folder."""
    found = dumped_config(folder)
    changes = differences(experiment(found), experiment(planned)) if found is not None else []
    if changes:
        text = '; '.join(f'{key} is {there} there and {here} here' for key, there, here in changes)
        raise ValueError(f'{folder} holds a run of another experiment: {text}. Give another --work-dir, or '
                         'the --cfg-options of that run')


def _tool(name, gpus, *arguments):
    """A tool in one process or, through the launcher, in several."""
    if gpus == 1:
        return [sys.executable, str(ROOT / f'tools/{name}.py'), *map(str, arguments)]
    return ['bash', str(ROOT / f'tools/dist_{name}.sh'), *map(str, arguments), str(gpus)]
