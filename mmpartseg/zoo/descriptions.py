"""What a config says about itself, in the words of a results table."""
import itertools
from pathlib import Path
from typing import Any, NamedTuple

from mmengine.config import Config

from ..printable import counted

SAMPLE = 'sample_pascal_part'


class Description(NamedTuple):
    """A config in a few words; ``train`` and ``test`` are names of data sets."""
    config: str
    purpose: str
    head: str
    backbone: str
    train: list[str]
    test: list[str]
    iterations: int
    batch: int
    drawn: bool  # or shipped: no download stands between a reader and a run


def describe(path: Path, root: Path, datasets: dict[str, dict[str, Any]]) -> Description:
    """Describe a config file.

    Args:
        path: the file.
        root: its checkout.
        datasets: of ``configs/zoo.yml``, by class.

    Raises:
        ValueError: a data set that ``zoo.yml`` does not name.
    """
    cfg, name = Config.fromfile(path), path.relative_to(root).as_posix()
    leaves = {split: _leaves((cfg.get(f'{split}_dataloader') or {}).get('dataset') or {})
              for split in ('train', 'test')}
    unknown = sorted({leaf['type'] for found in leaves.values() for leaf in found} - set(datasets))
    if unknown:
        raise ValueError(f"{name}: 'datasets' of configs/zoo.yml lacks {unknown}; add name, source, root and "
                         'script')
    names = {split: list(dict.fromkeys(_dataset_name(leaf, datasets) for leaf in found))
             for split, found in leaves.items()}
    free = all(datasets[leaf['type']].get('drawn') or SAMPLE in leaf.get('data_root', '')
               for found in leaves.values() for leaf in found)
    batch = cfg.get('effective_batch_size') or cfg.train_dataloader['batch_size']
    return Description(
        name, _leading_comment(path), _head(cfg.model), _backbone(cfg.model), names['train'], names['test'],
        cfg.train_cfg['max_iters'], batch, free)


def _leading_comment(path: Path) -> str:
    lines = path.read_text(encoding='utf-8').splitlines()
    comment = itertools.takewhile(lambda line: line.startswith('#'), lines)
    text = ' '.join(line.lstrip('# ') for line in comment)
    if not text:
        raise ValueError(f'{path} does not begin with a comment that says what it is for; the zoo shows it')
    return text


def _leaves(dataset: dict[str, Any]) -> list[dict[str, Any]]:
    inner = dataset.get('datasets') or ([dataset['dataset']] if 'dataset' in dataset else [])
    kept = {'shots': dataset['shots']} if 'shots' in dataset else {}  # of a wrapper that draws them
    return [{**leaf, **kept} for each in inner for leaf in _leaves(each)] or ([dataset] if dataset else [])


def _dataset_name(leaf: dict[str, Any], datasets: dict[str, dict[str, Any]]) -> str:
    if SAMPLE in leaf.get('data_root', ''):
        return 'the embedded photographs'
    name = datasets[leaf['type']]['name']
    few = leaf.get('shots') or (16 if '16shot' in str(leaf.get('ann_file')) else None)
    return name + (f", {counted(few, 'shot')}" if few else ', seen' if leaf.get('split') == 'seen' else '')


def _head(model: dict[str, Any]) -> str:
    heads = model.get('decode_head') or {'type': model['type']}
    return ', '.join(head['type'] for head in (heads if isinstance(heads, list) else [heads]))


def _backbone(model: dict[str, Any]) -> str:
    backbone = model.get('backbone') or {'type': 'CLIP', 'arch': model.get('arch')}
    if backbone['type'] == 'GuidedCLIP':
        guides = [_tower(backbone[key]) for key in ('clip', 'guidance') if backbone.get(key)]
        return ' + '.join(guides)
    return _tower(backbone)


def _tower(backbone: dict[str, Any]) -> str:
    arch = backbone.get('arch') or backbone.get('model_name')
    if isinstance(arch, dict):
        return 'tiny CLIP'
    if isinstance(arch, str):
        return arch
    depth = backbone.get('depth')
    return backbone['type'] + (f'-{depth}' if isinstance(depth, int) else '')
