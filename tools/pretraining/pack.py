"""A pre-trained CLIPSeg as a folder that `clipseg://` and `transformers` read, in half precision."""
import argparse
from pathlib import Path


def parse_args(argv=None):
    """Parse the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument('config', help='configs/pretraining/clipseg_part_shapes.py')
    parser.add_argument('checkpoint', help='of tools/train.py with that config')
    parser.add_argument('folder', type=Path, help='must not exist yet')
    parser.add_argument('--clip', help='open_clip checkpoint of what CLIP has behind the blocks that '
                        "CLIPSeg reads; by default the config's")
    return parser.parse_args(argv)


if __name__ == '__main__':
    parse_args()  # --help and mistakes are answered before the slow imports

import mmpartseg  # noqa: F401  before mmseg, which refuses newer mmcv by its number

# isort: split
import open_clip
import torch
from mmengine.registry import init_default_scope
from mmseg.registry import MODELS

from mmpartseg.checkpoints import export_clipseg, read_checkpoint
from mmpartseg.engine import read_config
from mmpartseg.models.architectures import clip_config


def main(argv=None):
    """Build the model of the config as the plain baseline, load, and export it."""
    args = parse_args(argv)
    cfg = read_config(args.config, {})
    init_default_scope(cfg.default_scope)
    clip = open_clip.CLIP(**clip_config(cfg.model.backbone.arch))
    clip.load_state_dict(read_checkpoint(args.clip or cfg.model.backbone.pretrained))
    # the phrases' head has the weights of the plain one, and those that only teach the tower
    cfg.model.decode_head.type = 'CLIPSegHead'
    for name in ('num_phrases', 'num_pictures'):
        cfg.model.decode_head.pop(name, None)
    model = MODELS.build(cfg.model)
    state = read_checkpoint(args.checkpoint, map_location='cpu')['state_dict']
    model.load_state_dict({name: value for name, value in state.items() if '.token_classes.' not in name})
    export_clipseg(model.eval(), args.folder, clip, torch.float16)
    print(f'{args.folder}: {sum(path.stat().st_size for path in args.folder.iterdir())} bytes')


if __name__ == '__main__':
    main()
