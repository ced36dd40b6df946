"""Published state dicts into ours and back, every entry accounted for."""
import re
from collections import OrderedDict
from typing import Any

import torch

from ..printable import counted
from .names import COPIED, DROPPED, FRESH, RENAMED, SPARE, TRANSPOSED

QKV = '{q,k,v}_proj.'


def to_mmpartseg(published: dict[str, torch.Tensor], source: str) -> 'OrderedDict[str, torch.Tensor]':
    """Rename the entries of a CLIPSeg or PartCLIPSeg state dict.

    Args:
        published (dict[str, Tensor]): names as in ``transformers``, behind any prefix.
        source (str): where it comes from, for error messages.

    Returns:
        OrderedDict: our names. Its metadata tells :class:`PartSegmentor` the source, which entries
        keep their random start (``fresh``) and which may go unused (``spare``).

    Raises:
        ValueError: entries that the table does not know, or projections without their siblings.
    """
    published = _without_prefix(published, source)
    state: Any = OrderedDict()  # with an attribute, torch's metadata
    unknown = []
    for name, value in published.items():
        if name.startswith(DROPPED) or '.k_proj.' in name or '.v_proj.' in name:
            continue
        ours = _rename(name)
        if ours is None:
            unknown.append(name)
        elif '.q_proj.' in name:
            state[ours] = _merge(name, published, source)
        else:
            state[ours] = value.T.contiguous() if ours in TRANSPOSED else value
    if unknown:
        raise ValueError(f"{source}: {counted(len(unknown), 'entry is', 'entries are')} not of "
                         f'CLIPSeg or PartCLIPSeg with a three-step mask branch: {unknown[:5]}')
    for target, original in COPIED:
        if not any(key.startswith(target) for key in state):
            state.update({target + key[len(original):]: value.clone()
                          for key, value in list(state.items()) if key.startswith(original)})
    fresh = [p for p in FRESH if not any(key.startswith(p) for key in state)]
    state._metadata = OrderedDict({'': dict(source=source, fresh=fresh, spare=list(SPARE))})
    return state


def to_transformers(state: dict[str, torch.Tensor]) -> 'OrderedDict[str, torch.Tensor]':
    """Our state dict of a CLIPSeg baseline under the names of ``transformers``.

    Entries with no counterpart there (the learned background) are left out.
    """
    published = OrderedDict()
    for name, value in state.items():
        original = _rename(name, reverse=True)
        if original is None or original == 'non_object_embedding':
            continue
        if QKV in original:
            for letter, part in zip('qkv', value.chunk(3)):
                published[original.replace(QKV, f'{letter}_proj.')] = part.contiguous()
        else:
            published[original] = value.T.contiguous() if name in TRANSPOSED else value
    return published


def _without_prefix(published, source):
    anchor = 'decoder.film_mul.weight'
    prefix = next((k[:-len(anchor)] for k in published if k.endswith(anchor)), None)
    if prefix is None:
        raise ValueError(f"{source}: no entry '{anchor}', so these are not weights of CLIPSeg or "
                         f'PartCLIPSeg; it holds {list(published)[:3]}, …')
    return {k[len(prefix):] if k.startswith(prefix) else k: v for k, v in published.items()}


def _merge(name, published, source):
    """Query, key and value projection as one entry."""
    names = [name.replace('.q_proj.', f'.{letter}_proj.') for letter in 'qkv']
    missing = [n for n in names if n not in published]
    if missing:
        raise ValueError(f'{source}: {missing} missing beside {name}')
    return torch.cat([published[n] for n in names])


def _rename(name, reverse=False):
    """The counterpart of an entry, or None."""
    for published, ours in RENAMED:
        if reverse:
            pattern, target = re.escape(ours), published
        else:
            pattern, target = re.escape(published).replace(re.escape(QKV), r'q_proj\.'), ours
        match = re.match(pattern.replace(r'\{\}', r'(\d+)'), name)
        if match and (match.end() == len(name) or pattern.endswith(('.', '_'))):
            if match.groups():
                target = target.replace('{}', match.group(1))
            return target + name[match.end():]
    return None
