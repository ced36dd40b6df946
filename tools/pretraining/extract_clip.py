"""The CLIP of a contrastive pre-training as an open_clip checkpoint: CHECKPOINT -> OUT."""
import argparse
import io
from pathlib import Path


def parse_args(argv=None):
    """Parse the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument('checkpoint', help='of tools/train.py configs/pretraining/clip_part_shapes.py')
    parser.add_argument('out', type=Path)
    parser.add_argument('--tower', help='checkpoint of configs/pretraining/clipseg_part_shapes.py, whose '
                        'image tower takes the place of the same blocks')
    return parser.parse_args(argv)


if __name__ == '__main__':
    parse_args()  # --help and mistakes are answered before the slow imports

import torch

from mmpartseg.atomic import write_atomic
from mmpartseg.checkpoints import read_checkpoint


def main(argv=None):
    """Write the weights behind the prefix ``clip.`` alone."""
    args = parse_args(argv)
    state = weights_below('clip.', args.checkpoint)
    if args.tower:
        state.update(weights_below('backbone.', args.tower))
    content = io.BytesIO()
    torch.save(state, content)
    write_atomic(args.out, content.getbuffer())


def weights_below(prefix, checkpoint):
    """The weights of a checkpoint whose names begin with a prefix, without it."""
    state = read_checkpoint(checkpoint, map_location='cpu')['state_dict']
    return {name.removeprefix(prefix): value for name, value in state.items() if name.startswith(prefix)}


if __name__ == '__main__':
    main()
