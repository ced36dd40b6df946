"""The CLIP of a contrastive pre-training as an open_clip checkpoint: CHECKPOINT -> OUT."""
import argparse
from pathlib import Path


def parse_args(argv=None):
    """Parse the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument('checkpoint', help='of tools/train.py configs/pretraining/clip_part_shapes.py')
    parser.add_argument('out', type=Path)
    return parser.parse_args(argv)


if __name__ == '__main__':
    parse_args()  # --help and mistakes are answered before the slow imports

import torch

from mmpartseg.checkpoints import read_checkpoint


def main(argv=None):
    """Write the weights behind the prefix ``clip.`` alone."""
    args = parse_args(argv)
    state = read_checkpoint(args.checkpoint, map_location='cpu')['state_dict']
    args.out.parent.mkdir(parents=True, exist_ok=True)
    torch.save({name.removeprefix('clip.'): value for name, value in state.items()
                if name.startswith('clip.')}, args.out)


if __name__ == '__main__':
    main()
