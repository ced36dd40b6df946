"""Train and test what a table of the paper still lacks, then make the table.

Each row's config is trained with seeds 0, 1, … in WORK_DIR/<config>/seed_<n>; the last checkpoint
is tested, never the best one, which would be chosen on the test images. A second call resumes what
stopped and leaves alone what is finished. A failed run does not stop the others.
"""
import argparse
import shlex
import subprocess
import sys
from pathlib import Path

from tables import DATASETS, ROOT, config_path, load_table, make_table, table_configs

from mmpartseg.datasets.preparation import run_main
from mmpartseg.engine import add_cfg_options, read_config
from mmpartseg.evaluation.runs import COUNTS


def work_dir_of(root, config, seed):
    """Where a run lives."""
    return Path(root) / config / f'seed_{seed}'


def commands(config, seed, root, options):
    """What a run still needs, as command lines; none when it is finished.

    Args:
        config (str): name of a config, such as ``'partclipseg/pascal_part'``.
        seed (int): of the run.
        root (str | Path): folder of all runs.
        options (list[str]): ``KEY=VALUE`` overrides of the config.
    """
    folder = work_dir_of(root, config, seed)
    if (folder / COUNTS).is_file():
        return []
    path = config_path(config)
    last = folder / f'iter_{_iterations(path, options)}.pth'
    common = ['--work-dir', str(folder), '--cfg-options', f'randomness.seed={seed}']
    train = [sys.executable, str(ROOT / 'tools/train.py'), str(path), '--resume', *common, *options]
    test = [sys.executable, str(ROOT / 'tools/test.py'), str(path), str(last), *common,
            f'test_evaluator.out_file={folder / COUNTS}', *options]
    return [test] if last.is_file() else [train, test]


def _iterations(path, options):
    parser = argparse.ArgumentParser()
    add_cfg_options(parser)
    overrides = parser.parse_args(['--cfg-options', *options] if options else []).cfg_options
    return read_config(path, overrides).train_cfg.max_iters


def launch(command):
    """Run a command; its exit code."""
    return subprocess.run(command, check=False).returncode


def run_all(runs, root, options):
    """Bring every run to its end; the commands that failed."""
    failed = []
    for config, seed in runs:
        for command in commands(config, seed, root, options):
            print(shlex.join(command), flush=True)
            if launch(command):
                failed.append(command)
                break
    return failed


def main(argv=None):
    """Command line; returns the number of failed runs."""
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('--table', type=int, choices=range(1, 7), required=True)
    parser.add_argument('--seeds', type=int, default=5, help='runs of each config (default: 5)')
    parser.add_argument('--dataset', choices=DATASETS, default='paper',
                        help="the paper's benchmarks, or PartShapes in their place")
    parser.add_argument('--work-dir', default='work_dirs/tables', help='folder of all runs')
    parser.add_argument('--dry-run', action='store_true', help='only print the missing commands')
    parser.add_argument('--cfg-options', nargs='+', default=[], metavar='KEY=VALUE',
                        help='override settings of every config')
    args = parser.parse_args(argv)
    if args.seeds < 1:
        parser.error(f'--seeds must be at least 1, got {args.seeds}')
    runs = [(config, seed) for config in table_configs(load_table(args.table, args.dataset))
            for seed in range(args.seeds)]
    if args.dry_run:
        for run in runs:
            for command in commands(*run, args.work_dir, args.cfg_options):
                print(shlex.join(command))
        return 0
    failed = run_all(runs, args.work_dir, args.cfg_options)
    folders = [work_dir_of(args.work_dir, *run) for run in runs]
    finished = [folder for folder in folders if (folder / COUNTS).is_file()]
    if finished:
        out = Path(args.work_dir) / f'table_{args.table}_{args.dataset}'
        make_table(args.table, args.dataset, finished, out)
    for command in failed:
        print(f'failed: {shlex.join(command)}', file=sys.stderr)
    return len(failed)


if __name__ == '__main__':
    run_main(main)
