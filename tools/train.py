"""Train a model: ``python tools/train.py CONFIG``."""
import argparse
import os
import sys
from pathlib import Path


def parse_args():
    """Parse the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument('config', help='config file, or the name of a shipped one, such as part_shapes')
    parser.add_argument('--work-dir', help='where logs and checkpoints go '
                        '(default: work_dirs/<folder>/<config name>)')
    parser.add_argument('--resume', action='store_true',
                        help='go on from the latest checkpoint in the work dir')
    parser.add_argument('--amp', action='store_true', help='automatic mixed precision')
    parser.add_argument('--cfg-options', nargs='+', action='extend', default=[], metavar='KEY=VALUE',
                        help='override settings of the config')
    parser.add_argument('--launcher', choices=['none', 'pytorch', 'slurm'], default='none')
    parser.add_argument('--local_rank', '--local-rank', type=int, default=0)
    return parser.parse_args()


if __name__ == '__main__':
    parse_args()  # --help and mistakes are answered before the slow imports

from mmpartseg.atomic import naming_folder
from mmpartseg.compat import NotInstalled
from mmpartseg.engine import (
    PartRunner,
    end_launch,
    end_on_signals,
    lock_work_dir,
    prepare_launch,
    prepare_resume,
    read_config,
    where_to_go_on,
)
from mmpartseg.printable import printable
from mmpartseg.shipped import config_path


def main():
    args = parse_args()
    os.environ.setdefault('LOCAL_RANK', str(args.local_rank))
    args.config = config_path(args.config)
    cfg = read_config(args.config, args.cfg_options)
    cfg.work_dir = args.work_dir or cfg.get('work_dir') or str(
        Path('work_dirs') / Path(args.config).parent.name / Path(args.config).stem)
    if args.amp:
        cfg.optim_wrapper.type = 'AmpOptimWrapper'
        cfg.optim_wrapper.setdefault('loss_scale', 'dynamic')
    end_on_signals(lambda: f'training stopped. {where_to_go_on(cfg.work_dir)}')
    lock_work_dir(cfg.work_dir)
    if args.resume:
        prepare_resume(cfg)
    prepare_launch(cfg, args.launcher)
    with naming_folder(cfg.work_dir):
        PartRunner.from_cfg(cfg).train()
    end_launch()


if __name__ == '__main__':
    try:
        main()
    except (OSError, NotInstalled) as error:  # a full disk, a file that is not there; mmdet
        sys.exit(f'error: {printable(error)}')
