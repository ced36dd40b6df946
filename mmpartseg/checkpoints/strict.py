"""No weight is silently missing, left over, or of another shape."""
import logging
import re
from collections import Counter
from collections.abc import Iterable
from typing import Any

import torch
from mmengine.logging import print_log
from torch import nn

from ..printable import counted, printable


def check_state_dict(model: nn.Module, state: dict[str, torch.Tensor], prefix: str = '',
                     metadata: dict[str, Any] | None = None) -> list[str]:
    """Compare a state dict with a model before it is loaded; entries without a place are removed.

    mmengine loads leniently and logs what did not fit. A model that starts from half of its weights
    gives numbers that look plausible, so this refuses it.

    Args:
        model (nn.Module): the model.
        state (dict[str, Tensor]): the state dict; spare entries are taken out, and what it lacks by
            design is filled in with the model's own values.
        prefix (str): before the model's names in ``state``.
        metadata (dict, optional): of :func:`to_mmpartseg`: ``source``, ``fresh`` (may be missing),
            ``spare`` (may be left over); what is both may be of another shape; ``whole``, those of which
            nothing is used in part: where one of a ``spare`` beginning has no place, none of them is taken,
            and of a ``fresh`` one either nothing is missing or nothing fits.

    Returns:
        list[str]: the entries that it lacks by design.

    Raises:
        ValueError: names the source and the first offending entries.
    """
    metadata = metadata or {}
    own = {prefix + name: value for name, value in model.state_dict().items()}
    spare, fresh, whole = (tuple(prefix + p for p in metadata.get(key, ()))
                           for key in ('spare', 'fresh', 'whole'))
    placeless = tuple(p for p in spare if p in whole and any(k.startswith(p) and k not in own for k in state))
    misfits = [k for k, v in state.items() if k.startswith(placeless) or k.startswith(prefix) and
               k.startswith(spare) and (k not in own or k.startswith(fresh) and v.shape != own[k].shape)]
    for name in misfits:
        del state[name]
    fresh = tuple(p for p in fresh if p not in whole or any(name.startswith(p) for name in misfits)
                  or not any(name.startswith(p) for name in state))
    missing = [k for k in own if k not in state and not k.startswith(fresh)]
    kept = {k: v for k, v in own.items() if k not in state and k.startswith(fresh)}
    unexpected = [k for k in state if k.startswith(prefix) and k not in own]
    shapes = [f'{k} is {tuple(state[k].shape)}, the model has {tuple(v.shape)}'
              for k, v in own.items() if k in state and state[k].shape != v.shape]
    kinds = [f'{k} is {state[k].dtype}, the model has {v.dtype}' for k, v in own.items()
             if k in state and v.is_floating_point() and not state[k].is_floating_point()]
    problems = [f"{counted(len(found), 'entry', 'entries')} {what}: {found[:5]}" for found, what in
                ((missing, 'missing'), (unexpected, 'unexpected'), (shapes, 'of another shape'),
                                (kinds, 'of another type'))
                if found]
    source = printable(metadata.get('source', 'the checkpoint'))
    if problems:
        raise ValueError(f'{source} does not fit the model. ' + '; '.join(problems)
                         + '. Take the config that the checkpoint was trained with')
    state.update(kept)
    if kept:
        print_log(f"{source} lacks {len(kept)} of {len(own)} weights, which keep their start: "
                  f'{module_names(kept)}', 'current')
    return list(kept)


def module_names(names: Iterable[str]) -> str:
    """The modules of entries of a model, each with its number of entries.

    >>> module_names(['backbone.a.weight', 'backbone.a.bias', 'decode_head.b'])
    'backbone.a (2), decode_head.b'

    Args:
        names (Iterable[str]): of the entries.
    """
    counts = Counter('.'.join(name.split('.')[:2]) for name in names)
    return ', '.join(module if count == 1 else f'{module} ({count})' for module, count in counts.items())


def check_closed_head(model: Any, checkpoint: dict[str, Any], source: str = 'the checkpoint') -> None:
    """Before a closed head predicts, every weight that it predicts with must be there.

    mmengine logs what is missing and predicts with random weights. In training that is meant: a head
    starts at random on a pretrained backbone. Auxiliary heads are for training only.

    Args:
        model (PartSegmentor): whose head knows a fixed number of classes.
        checkpoint (dict): as it was read.
        source (str): names it in errors.

    Raises:
        ValueError: a weight is missing or of another shape, or the classes are others or in another
            order; names them.
    """
    source = printable(source)
    state = {re.sub(r'^module\.', '', name): value
             for name, value in checkpoint.get('state_dict', checkpoint).items()}
    own = {name: value for name, value in model.state_dict().items()
           if not name.startswith('auxiliary_head.') and not name.endswith('num_batches_tracked')}
    wrong = [name for name, value in own.items() if name not in state or state[name].shape != value.shape]
    if wrong:
        raise ValueError(f'{source} lacks {len(wrong)} of {len(own)} weights that the model predicts with, '
                         f'or has them in another shape: {wrong[:5]}. Take the config it was trained with')
    classes, expected = classes_of(checkpoint), model.taxonomy.object_parts
    if classes is None:
        print_log(f'{source} does not say which classes it was trained on; whether they are those of '
                  'model.taxonomy, in this order, cannot be checked', 'current', logging.WARNING)
    elif classes != expected:
        first = next((i for i, pair in enumerate(zip(classes, expected)) if pair[0] != pair[1]),
                     min(len(classes), len(expected)))
        raise ValueError(
            f"{source} was trained on {counted(len(classes), 'class', 'classes')}, the model has "
            f'{len(expected)}; they first differ at class {first}: {classes[first:first + 1]} and '
            f'{expected[first:first + 1]}. '
            'Set model.taxonomy to the classes it was trained on')


def classes_of(checkpoint: dict[str, Any]) -> tuple[str, ...] | None:
    """The classes that a checkpoint was trained on, as mmengine or older mmsegs note them; None if not."""
    meta = checkpoint.get('meta')
    meta = meta if isinstance(meta, dict) else {}
    noted = meta.get('dataset_meta')
    classes = (noted if isinstance(noted, dict) else {}).get('classes', meta.get('CLASSES'))
    return tuple(classes) if isinstance(classes, (list, tuple)) else None
