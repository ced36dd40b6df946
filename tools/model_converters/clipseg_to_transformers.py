"""Write a trained CLIPSeg baseline as a folder for ``transformers``.

``python tools/model_converters/clipseg_to_transformers.py CONFIG CHECKPOINT FOLDER``
"""
import argparse


def parse_args():
    """Parse the command line."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('config', help='config of a CLIPSeg baseline')
    parser.add_argument('checkpoint', help='its weights')
    parser.add_argument('folder', help='written new: weights, config, tokenizer, image processor, '
                        'and a README with the form of prompts')
    return parser.parse_args()


if __name__ == '__main__':
    parse_args()  # --help and mistakes are answered before the slow imports

import mmpartseg  # noqa: F401  before mmseg, which refuses newer mmcv by its number

# isort: split
from mmengine.config import Config
from mmengine.registry import init_default_scope
from mmengine.runner import load_checkpoint
from mmseg.registry import MODELS

from mmpartseg.checkpoints import export_clipseg


def main():
    args = parse_args()
    init_default_scope('mmseg')
    model = MODELS.build(Config.fromfile(args.config).model)
    load_checkpoint(model, args.checkpoint, map_location='cpu')
    export_clipseg(model, args.folder)
    print(f"wrote {args.folder}; load it with transformers.CLIPSegForImageSegmentation."
          f"from_pretrained('{args.folder}')")


if __name__ == '__main__':
    main()
