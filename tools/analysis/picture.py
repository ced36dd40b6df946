"""Draw predictions of a checkpoint on the test set as one picture.

``python tools/analysis/picture.py CONFIG CHECKPOINT --out picture.png --images 4``
"""
import argparse


def parse_args():
    """Parse the command line."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('config', help='config file')
    parser.add_argument('checkpoint', help='checkpoint file')
    parser.add_argument('--out', required=True, help='picture to write (.png or .jpg)')
    parser.add_argument('--images', type=int, nargs='+', default=[4], metavar='N',
                        help='one number: so many images, evenly spread; several: their indices')
    parser.add_argument('--cfg-options', nargs='+', action='extend', default=[], metavar='KEY=VALUE',
                        help='override settings of the config')
    return parser.parse_args()


if __name__ == '__main__':
    parse_args()  # --help and mistakes are answered before the slow imports

import mmpartseg  # noqa: F401  before mmseg, which refuses newer mmcv by its number

# isort: split
import numpy as np
from mmengine.dataset import pseudo_collate
from mmengine.registry import init_default_scope
from mmengine.runner import load_checkpoint
from mmseg.registry import DATASETS, MODELS

from mmpartseg.apis import read_image
from mmpartseg.engine import read_config
from mmpartseg.visualization import save_sample_grid


def main():
    args = parse_args()
    cfg = read_config(args.config, args.cfg_options)
    init_default_scope('mmseg')
    dataset = DATASETS.build(cfg.test_dataloader.dataset)
    model = MODELS.build(cfg.model).eval()
    load_checkpoint(model, args.checkpoint, map_location='cpu')
    indices = args.images
    if len(indices) == 1:
        indices = np.linspace(0, len(dataset) - 1, indices[0]).round().astype(int)
    samples = [model.test_step(pseudo_collate([dataset[int(i)]]))[0] for i in indices]
    images = [read_image(s.img_path)[..., ::-1] for s in samples]
    save_sample_grid(zip(images, samples), model.taxonomy, args.out)
    print(f'wrote {args.out}')


if __name__ == '__main__':
    main()
