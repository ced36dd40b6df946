"""Train and test what tables of the paper still lack, then make the tables.

Each row's config is trained with seeds 0, 1, … in WORK_DIR/<config>/seed_<n>; the last checkpoint
is tested, never the best one, which would be chosen on the test images. A second call resumes what
stopped and leaves alone what is finished. A failed run does not stop the others. What a row starts from,
such as the prompts of ZSSeg+, is trained first, with the same seed. What several tables share is run once.

--parallel M has M runs at a time, --gpus N gives each of them N GPUs through tools/dist_train.sh: on a
machine with 8 GPUs, --parallel 8, --parallel 4 --gpus 2, or --gpus 8.
"""
import argparse
import os
import queue
import shlex
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from table_options import add_table_options


def parse_args(argv=None):
    """Parse the command line."""
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    add_table_options(parser, several=True)
    parser.add_argument('--seeds', type=int, default=5, help='runs of each config (default: 5)')
    parser.add_argument('--configs', nargs='+', metavar='NAME',
                        help="train only these of the tables' configs, such as clipseg/part_shapes")
    parser.add_argument('--work-dir', default='work_dirs/tables', help='folder of all runs')
    parser.add_argument('--gpus', type=int, default=1, help='of each run (default: 1)')
    parser.add_argument('--parallel', type=int, default=1, help='runs at a time (default: 1)')
    parser.add_argument('--dry-run', action='store_true', help='only print the missing commands')
    args = parser.parse_args(argv)
    for name in ('seeds', 'gpus', 'parallel'):
        if getattr(args, name) < 1:
            parser.error(f'--{name} must be at least 1, got {getattr(args, name)}')
    return args


if __name__ == '__main__':
    parse_args()  # --help and mistakes are answered before the slow imports

import torch
from run_commands import commands, work_dir_of
from tables import make_table

from mmpartseg.datasets.preparation import run_main
from mmpartseg.engine import config_options
from mmpartseg.evaluation.paper_tables import load_table, stages_before, table_configs
from mmpartseg.evaluation.runs import COUNTS

VISIBLE = 'CUDA_VISIBLE_DEVICES'
FIRST_PORT = 29500


def devices():
    """The GPUs of this machine, or those that ``CUDA_VISIBLE_DEVICES`` leaves of them."""
    stated = os.environ.get(VISIBLE)
    return stated.split(',') if stated else [str(i) for i in range(torch.accelerator.device_count())]


def slots(parallel, gpus):
    """What each of the runs side by side has for itself: environment variables.

    Raises:
        ValueError: there are GPUs, but too few.
    """
    found, base = devices(), int(os.environ.get('PORT', FIRST_PORT))
    if found and len(found) < parallel * gpus:
        raise ValueError(f'--parallel {parallel} --gpus {gpus} need {parallel * gpus} GPUs, there are '
                         f'{len(found)}')
    of_slot = [found[i * gpus:(i + 1) * gpus] for i in range(parallel)]
    return [{'PORT': str(base + i), 'PYTHON': sys.executable, **({VISIBLE: ','.join(own)} if own else {})}
            for i, own in enumerate(of_slot)]


def launch(command, environment):
    """Run a command; its exit code."""
    return subprocess.run(command, check=False, env={**os.environ, **environment}).returncode


def run_all(runs, root, options, gpus=1, parallel=1, train_only=False):
    """Bring every run to its end, some side by side; the commands that failed."""
    free = queue.SimpleQueue()
    for slot in slots(parallel, gpus):
        free.put(slot)

    def finish(needed):
        slot = free.get()
        try:
            for command in needed:
                print(shlex.join(command), flush=True)
                if launch(command, slot):
                    return command
        finally:
            free.put(slot)
    # all are checked before one begins
    planned = [commands(*run, root, options, gpus, train_only) for run in runs]
    with ThreadPoolExecutor(parallel) as pool:
        ended = pool.map(finish, planned) if parallel > 1 else map(finish, planned)
        return [command for command in ended if command is not None]


def planned_runs(configs, chosen, seeds):
    """The runs of some of the tables' configs, and before them those that they start from.

    Args:
        configs (list[str]): of the tables; what several have is run once.
        chosen (list[str], optional): those that are wanted; all by default.
        seeds (int): runs of each.

    Returns:
        tuple[list, list]: pairs of config and seed, each once.

    Raises:
        ValueError: a chosen config is in none of them.
    """
    configs = list(dict.fromkeys(configs))
    unknown = sorted(set(chosen or ()) - set(configs))
    if unknown:
        raise ValueError(f'--configs: {unknown} not in what --table names: {configs}')
    wanted, before = [name for name in configs if not chosen or name in chosen], stages_before()
    first = dict.fromkeys(before[name] for name in wanted if name in before)
    return tuple([(name, seed) for name in names for seed in range(seeds)] for names in (first, wanted))


def main(argv=None):
    """Command line; returns the number of failed runs."""
    args = parse_args(argv)
    tables = {number: table_configs(load_table(number, args.dataset)) for number in args.table}
    stages = planned_runs([name for names in tables.values() for name in names], args.configs, args.seeds)
    runs = stages[-1]
    if args.dry_run:
        for stage in stages:
            for run in stage:
                for command in commands(*run, args.work_dir, args.cfg_options, args.gpus, stage is not runs):
                    print(shlex.join(command))
        return 0
    failed = [command for stage in stages for command in run_all(
        stage, args.work_dir, args.cfg_options, args.gpus, args.parallel, stage is not runs)]
    for number, names in tables.items():
        folders = [work_dir_of(args.work_dir, *run) for run in runs if run[0] in names]
        finished = [folder for folder in folders if (folder / COUNTS).is_file()]
        if finished:
            make_table(number, args.dataset, finished, Path(args.work_dir) / f'table_{number}_{args.dataset}',
                       config_options(args.cfg_options), args.averages)
    for command in failed:
        print(f'failed: {shlex.join(command)}', file=sys.stderr)
    return len(failed)


if __name__ == '__main__':
    run_main(main)
