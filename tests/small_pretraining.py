"""The configs of pre-training in small, and the tools beside them."""
import importlib
import sys
from pathlib import Path

from mmengine.config import Config

ROOT = Path(__file__).parents[1]
sys.path.append(str(ROOT / 'tools' / 'pretraining'))
draw, extract_clip, pack, pack_catseg, evaluate = (
    importlib.import_module(name) for name in ('draw', 'extract_clip', 'pack', 'pack_catseg', 'evaluate'))


def small(name, scenes, work_dir, **settings):
    cfg = Config.fromfile(ROOT / 'configs' / 'pretraining' / f'{name}.py')
    cfg.merge_from_dict({
        'work_dir': str(work_dir), 'train_cfg.max_iters': 2, 'train_dataloader.batch_size': 4,
        'train_dataloader.num_workers': 0, 'train_dataloader.persistent_workers': False, **settings})
    dataset = cfg.train_dataloader.dataset
    for each in dataset.get('datasets', [dataset]):
        each.data_root = str(scenes)
    return cfg
