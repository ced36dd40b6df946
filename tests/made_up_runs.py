"""Runs made by hand: configs, logs, counts."""
import json

import numpy as np
import pytest
from mmengine.config import Config

from mmpartseg.evaluation import paper_tables, save_counts
from mmpartseg.taxonomy import PartTaxonomy

LAST = Config.fromfile(paper_tables.config_path('clipseg/part_shapes')).train_cfg.max_iters
CLASSES = ["cat's eye", "cat's leg", "dog's eye", "dog's leg"]


def write_config(folder, config, start='20240101_000000', **changes):
    (folder / start).mkdir(parents=True)
    (folder / start / f'{start}.log').touch()
    cfg = paper_tables.load_config(config)
    cfg.merge_from_dict(changes)
    cfg.dump(folder / 'config.py')


def write_run(folder, config, confusion, **changes):
    """A run with the same counts in both settings."""
    write_config(folder, config, **changes)
    sizes = np.zeros((3, 3, len(CLASSES)), np.int64)
    counts = {f'{p}/{name}': array for p in ('pred_all', 'oracle_obj')
              for name, array in (('confusion', confusion), ('size_counts', sizes))}
    save_counts(folder / 'counts.npz', counts, PartTaxonomy(CLASSES, ['dog']))


def confusion_of(hits):
    """(5, 4) counts with 100 pixels of each class, so many of them right, the rest background."""
    return np.vstack([np.diag(hits), 100 - np.array(hits)])


def write_log(folder, entries, start='20240101_000000'):
    path = folder / start / 'vis_data' / 'scalars.json'
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text('\n'.join(map(json.dumps, entries)))


def scores(value, **more):
    return {f'{p}/{key}': value for p in ('pred_all', 'oracle_obj')
            for key in ('seen', 'unseen', 'harmonic', 'mIoU')} | more


@pytest.fixture(name='runs')
def runs_fixture(tmp_path):
    """Two runs of PartCLIPSeg, one of CLIPSeg, in one folder; the mean IoU equals the hits."""
    for seed, hits in enumerate(([10, 30, 8, 8], [30, 50, 16, 16])):
        write_run(tmp_path / 'p' / f'seed_{seed}', 'partclipseg/part_shapes', confusion_of(hits),
                  **{'randomness.seed': seed})
    write_run(tmp_path / 'c', 'clipseg/part_shapes', confusion_of([20, 20, 0, 0]))
    return tmp_path
