"""What makes runs one experiment: the config that was run."""
import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

# what a Runner reads, and what tools/train.py and test.py note beside it
READ = ('model', 'tta_model', 'train_dataloader', 'val_dataloader', 'test_dataloader', 'train_cfg', 'val_cfg',
        'test_cfg', 'val_evaluator', 'test_evaluator', 'optim_wrapper', 'param_scheduler', 'default_hooks',
        'custom_hooks', 'randomness', 'effective_batch_size', 'load_from')
# seed, paths, workers and files, at any depth
LEFT_OUT = ('seed', 'data_root', 'out_file', 'out_dir', 'save_dir', 'backend_args', 'num_workers',
            'persistent_workers', 'prefetch_factor', 'pin_memory')
LOGGING = ('timer', 'logger', 'checkpoint', 'visualization')
WRITERS = ('SavePredictionsHook', 'EffectiveBatchHook')
FILES = ('load_from', 'checkpoint', 'pretrained', 'ann_file')  # known by their names, wherever they are


def experiment(cfg: Mapping[str, Any]) -> dict[str, str]:
    """What identifies an experiment: all settings but seed, paths, workers and logging.

    Args:
        cfg (mmengine.Config): as a run dumped it, or as it is shipped.

    Returns:
        dict[str, str]: values as JSON by dotted key.
    """
    settings = {key: cfg[key] for key in READ if cfg.get(key) is not None}
    settings['load_from'] = cfg.get('started_from', cfg.get('load_from'))
    model = settings.get('model') or {}
    if 'module' in model:  # tested with TTA
        settings.update(model=model['module'], tta_model={k: v for k, v in model.items() if k != 'module'})
    else:
        settings.pop('tta_model', None)
    settings['default_hooks'] = {
        name: hook for name, hook in (cfg.get('default_hooks') or {}).items() if name not in LOGGING}
    settings['custom_hooks'] = [
        hook for hook in cfg.get('custom_hooks') or [] if hook['type'] not in WRITERS]
    found = dict(_flat(settings))
    if cfg.get('effective_batch_size') is not None:
        found.pop('train_dataloader.batch_size', None)  # follows from the number of processes
    return found


def _flat(value: Any, key: str = '', name: Any = '') -> Iterator[tuple[str, str]]:
    """Pairs of dotted key and JSON."""
    if name in LEFT_OUT or value is None:
        return
    if name in FILES and isinstance(value, str):
        value = _file_name(value)
    if isinstance(value, dict):
        children: Any = value.items()
    elif isinstance(value, (list, tuple)) and any(isinstance(v, (dict, list, tuple)) for v in value):
        children = enumerate(value)
    else:
        yield key, json.dumps(value, default=repr)
        return
    for child, inner in children:
        yield from _flat(inner, f'{key}.{child}' if key else child, child)


def _file_name(text: str) -> str:
    scheme, separator, path = text.rpartition('://')
    return scheme + separator + Path(path).name


def differences(first: dict[str, str], second: dict[str, str]) -> list[tuple[str, str, str]]:
    """The settings in which two experiments differ.

    Args:
        first, second (dict[str, str]): of :func:`experiment`.

    Returns:
        list[tuple[str, str, str]]: key and both values as JSON, ``'none'`` where there is none.
    """
    return [(key, first.get(key, 'none'), second.get(key, 'none')) for key in sorted({*first, *second})
            if first.get(key) != second.get(key)]


def kind(cfg: Mapping[str, Any]) -> str:
    """Which row of a table a run is about: decode head, kind of backbone, data sets; as a text.

    Files in which the head's weights are count by their names, as in :func:`experiment`.
    """
    model = cfg.get('model') or {}
    model = model.get('module', model)  # of a test with TTA
    backbone = model.get('backbone') or {}
    parts = [dict(_flat(model.get('decode_head'), 'decode_head')),
             [backbone.get(key) for key in ('type', 'arch')],
             *(_describe((cfg.get(f'{split}_dataloader') or {}).get('dataset') or {})
               for split in ('train', 'test'))]
    return json.dumps(parts, sort_keys=True, default=repr)  # lists and tuples alike


def _describe(dataset: Mapping[str, Any]) -> list[Any]:
    kept = {key: dataset[key] for key in ('type', 'split', 'shots') if key in dataset}
    if dataset.get('ann_file'):
        kept['ann_file'] = Path(dataset['ann_file']).name
    inner = dataset.get('datasets') or ([dataset['dataset']] if 'dataset' in dataset else [])
    return [kept, *map(_describe, inner)]
