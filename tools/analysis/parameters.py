"""How large models are: parameters, and those that train, of configs; no weights are read."""
import argparse


def parse_args(argv=None):
    """Parse the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument('configs', nargs='+')
    return parser.parse_args(argv)


if __name__ == '__main__':
    parse_args()  # --help and mistakes are answered before the slow imports

import mmpartseg  # noqa: F401  before mmseg, which refuses newer mmcv by its number

# isort: split
import torch
from mmengine.config import Config
from mmengine.registry import init_default_scope
from mmseg.registry import MODELS

from mmpartseg.datasets.preparation import run_main

FETCHED = ('pretrained', 'init_cfg', 'checkpoint')  # where a config names weights


def without_weights(config):
    """A config (dict, list or value) that names no weights, so that none are fetched."""
    if isinstance(config, dict):
        return {key: None if key in FETCHED else without_weights(value) for key, value in config.items()}
    return [without_weights(each) for each in config] if isinstance(config, (list, tuple)) else config


def count(path):
    """Parameters in all, and those that train, of the model of a config."""
    cfg = Config.fromfile(path)
    init_default_scope(cfg.default_scope)
    model_cfg = without_weights(cfg.model.to_dict())
    model_cfg.pop('object_segmentor', None)  # has a checkpoint of its own
    with torch.device('meta'):  # shapes alone
        parameters = list(MODELS.build(model_cfg).parameters())
    return sum(p.numel() for p in parameters), sum(p.numel() for p in parameters if p.requires_grad)


def main(argv=None):
    """Print a line for each config."""
    for path in parse_args(argv).configs:
        total, trained = count(path)
        print(f'{path}: {total / 1e6:.4g} M parameters, {trained / 1e6:.4g} M train')


if __name__ == '__main__':
    run_main(main)
