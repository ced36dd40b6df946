"""What a config says about itself, in the words of a results table."""
import itertools
from pathlib import Path
from typing import Any, NamedTuple

from mmengine.config import Config

from ..printable import counted

SAMPLE = 'sample_pascal_part'
GENERIC = 'PartSegDataset'  # of any folder of label maps; an entry of zoo.yml is for its own folder


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
    unknown = sorted({_type_of(leaf) for leaf in [*_used(cfg, 'train'), *_used(cfg, 'test')]
                      if _entry(leaf, datasets) is None})
    if unknown:
        raise ValueError(f"{name}: 'datasets' of configs/zoo.yml lacks {unknown}; add name, source, root and "
                         'script')
    return described(cfg, name, _leading_comment(path), datasets)


def described(cfg: Config, name: str, purpose: str, datasets: dict[str, dict[str, Any]]) -> Description:
    """Describe a config that need not be of the zoo.

    Args:
        cfg: its settings.
        name: of its file.
        purpose: what it is, in a sentence.
        datasets: of ``configs/zoo.yml``, by class; any other one goes by the name of its folder.
    """
    leaves = {split: _used(cfg, split) for split in ('train', 'test')}
    names = {split: list(dict.fromkeys(_dataset_name(leaf, datasets) for leaf in found))
             for split, found in leaves.items()}
    free = all((_entry(leaf, datasets) or {}).get('drawn') or SAMPLE in leaf.get('data_root', '')
               for found in leaves.values() for leaf in found)
    batch = cfg.get('effective_batch_size') or cfg.train_dataloader['batch_size']
    return Description(name, purpose, head_of(cfg.model), _backbone(cfg.model), names['train'], names['test'],
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


def _used(cfg: Config, split: str) -> list[dict[str, Any]]:
    return _leaves((cfg.get(f'{split}_dataloader') or {}).get('dataset') or {})


def _type_of(leaf: dict[str, Any]) -> str:
    return f'{GENERIC} of {leaf.get("data_root")}' if leaf['type'] == GENERIC else leaf['type']


def _entry(leaf: dict[str, Any], datasets: dict[str, dict[str, Any]]) -> dict[str, Any] | None:
    """The entry of a data set; None where ``zoo.yml`` has none, as for a folder of one's own."""
    entry = datasets.get(leaf['type'])
    if entry and leaf['type'] == GENERIC and Path(leaf.get('data_root', '')).name != Path(entry['root']).name:
        return None
    return entry


def _dataset_name(leaf: dict[str, Any], datasets: dict[str, dict[str, Any]]) -> str:
    if SAMPLE in leaf.get('data_root', ''):
        return 'the embedded photographs'
    entry = _entry(leaf, datasets)
    name = entry['name'] if entry else Path(leaf.get('data_root') or leaf['type']).name
    few = leaf.get('shots') or (16 if '16shot' in str(leaf.get('ann_file')) else None)
    return name + (f", {counted(few, 'shot')}" if few else ', seen' if leaf.get('split') == 'seen' else '')


def head_of(model: dict[str, Any]) -> str:
    """The decode heads of a model by their registered names, or the model's own."""
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
