"""Evaluate a checkpoint: ``python tools/test.py CONFIG CHECKPOINT``."""
import argparse
import os
import sys
from pathlib import Path


def checkpoint_file(text):
    """A checkpoint's path, or an address that only loading can tell."""
    if '://' not in text and not os.path.isfile(text):
        raise argparse.ArgumentTypeError(f"there is no file '{text}'")
    return text


def parse_args():
    """Parse the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument('config', help='config file, or the name of a shipped one, such as part_shapes')
    parser.add_argument('checkpoint', type=checkpoint_file, help='checkpoint file')
    parser.add_argument('--work-dir', help='where the log goes '
                        '(default: work_dirs/<folder>/<config name>)')
    parser.add_argument('--out', help='folder for the predicted label maps (PNG)')
    parser.add_argument('--show-dir', help='folder for pictures of the predictions')
    parser.add_argument('--interval', type=int, default=1, help='draw every n-th image')
    parser.add_argument('--tta', action='store_true',
                        help='average over flips and scales (tta_pipeline of the config)')
    parser.add_argument('--zoom', action='store_true',
                        help='look at each object again in a crop of the picture, for its parts')
    parser.add_argument('--snap', action='store_true', help='move borders of parts to edges of the picture')
    parser.add_argument('--amp', action='store_true', help='automatic mixed precision')
    parser.add_argument('--cfg-options', nargs='+', action='extend', default=[], metavar='KEY=VALUE',
                        help='override settings of the config')
    parser.add_argument('--launcher', choices=['none', 'pytorch', 'slurm'], default='none')
    parser.add_argument('--local_rank', '--local-rank', type=int, default=0)
    args = parser.parse_args()
    args.refine = [name for name in ('zoom', 'snap') if getattr(args, name)]
    if args.interval < 1:
        parser.error('--interval must be at least 1')
    if args.tta and args.refine:
        parser.error('--zoom and --snap go without --tta, whose views are flipped')
    return args


if __name__ == '__main__':
    parse_args()  # --help and mistakes are answered before the slow imports

from mmpartseg.atomic import naming_folder
from mmpartseg.compat import NotInstalled
from mmpartseg.engine import (
    PartRunner,
    end_launch,
    end_on_signals,
    prepare_launch,
    read_config,
    use_refinement,
    use_tta,
)
from mmpartseg.printable import printable
from mmpartseg.shipped import config_path

CHOSEN = ('{} was chosen by its score in validation. Where those images are the test images, as in the '
          'shipped configs, its score here is too high; the last checkpoint is the one to report')


def main():
    args = parse_args()
    os.environ.setdefault('LOCAL_RANK', str(args.local_rank))
    args.config = config_path(args.config)
    cfg = read_config(args.config, args.cfg_options)
    cfg.work_dir = args.work_dir or cfg.get('work_dir') or str(
        Path('work_dirs') / Path(args.config).parent.name / Path(args.config).stem)
    cfg.started_from, cfg.load_from = cfg.get('load_from'), args.checkpoint
    if Path(args.checkpoint).name.startswith('best_'):
        print(CHOSEN.format(args.checkpoint), file=sys.stderr)
    if args.out is not None:
        hooks = cfg.get('custom_hooks') or []
        cfg.custom_hooks = [*hooks, dict(type='SavePredictionsHook', out_dir=args.out)]
    if args.show_dir is not None:
        cfg.default_hooks.visualization.update(draw=True, interval=args.interval)
        cfg.visualizer.save_dir = args.show_dir
    if args.amp:
        cfg.test_cfg.fp16 = True
    end_on_signals(lambda: 'evaluation stopped, without a result')
    if args.tta:
        use_tta(cfg)
    if args.refine:
        use_refinement(cfg, args.refine)
    prepare_launch(cfg, args.launcher, training=False)
    with naming_folder(cfg.work_dir):
        PartRunner.from_cfg(cfg).test()
    end_launch()


if __name__ == '__main__':
    try:
        main()
    except (OSError, NotInstalled) as error:  # a full disk, a file that is not there; mmdet
        sys.exit(f'error: {printable(error)}')
