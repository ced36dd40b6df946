"""What label maps mean, where only many of them together tell."""
import contextlib
from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np

from .label_files import StoredMap, read_stored

LOOKED_AT = 16  # maps of a data set, by its loader; check.py reads all


class MapFacts(NamedTuple):
    """What the values of one label file say about how they count.

    Attributes:
        top (int): the highest value of its type, which means "ignored".
        zero, ignored, others (bool): whether 0, ``top`` and any other value occur.
        zero_around (bool): whether 0 covers more than half of the outermost pixels.
        black_zero (bool): whether it is a palette file that shows 0 in black and others in colours.
    """
    top: int
    zero: bool
    ignored: bool
    others: bool
    zero_around: bool
    black_zero: bool


def facts_of(stored: StoredMap) -> MapFacts:
    """The :class:`MapFacts` of a :class:`StoredMap`."""
    top = int(np.iinfo(stored.ids.dtype).max)
    present = np.flatnonzero(np.bincount(stored.ids.ravel(), minlength=top + 1))
    others = present[(present > 0) & (present < top)]
    black_zero = False
    if stored.palette is not None:
        shown = stored.palette[others[others < len(stored.palette)]]
        black_zero = not stored.palette[0].any() and bool((shown != shown[:, :1]).any())
    ids = stored.ids
    zero_around = np.concatenate([ids[0], ids[-1], ids[:, 0], ids[:, -1]]) == 0
    return MapFacts(top, present[0] == 0, present[-1] == top, len(others) > 0, zero_around.mean() > 0.5,
                    black_zero)


def facts_of_some(paths: Sequence[str], backend_args: dict[str, Any] | None = None) -> list[MapFacts]:
    """The :class:`MapFacts` of a few of some label files, evenly spread."""
    facts = []
    for path in paths[::-(-len(paths) // LOOKED_AT) or 1]:
        with contextlib.suppress(ValueError, OSError):  # an error where the map is needed
            facts.append(facts_of(read_stored(path, backend_args)))
    return facts


def finding(facts: Sequence[MapFacts], name: str, setting: str, first_id: int) -> str | None:
    """How the values of label maps seem to be meant otherwise than they are read.

    Args:
        facts (Sequence[MapFacts]): of maps that were labelled in the same way.
        name (str): of the first class.
        setting (str): the data set's option that states the values: ``'part_values'``, …
        first_id (int): the value read as the first class.

    Returns:
        str | None: what was found and the line for the config; None where nothing is odd.
    """
    if not facts:
        return None
    found, top = f'all {len(facts)} label maps looked at', facts[0].top
    if not any(each.others for each in facts):
        if not any(each.zero and each.ignored for each in facts):
            return None
        read = f"0 is read as '{name}'" if first_id == 0 else '0 is ignored'
        sure = '' if first_id else f'; if not, {setting}={{0: "{name}", {top}: None}} says so'
        return (f'{found} hold 0 and {top} alone: {read}, and {top} is ignored. If {top} marks the part, put '
                f'{setting}={{0: None, {top}: "{name}"}} into the data set (or store another value than {top}'
                f' there: 1, with reduce_zero_label=True){sure}')
    if first_id or not all(each.zero for each in facts):
        return None
    if not any(each.ignored for each in facts):
        reason = f'hold 0, and none the value {top} for ignored pixels'
    elif all(each.black_zero for each in facts):
        reason = 'are palette files that show 0 in black'
    elif all(each.zero_around for each in facts):
        reason = 'have 0 along most of their edges'
    else:
        return None
    return (f"{found} {reason}: 0 seems to be background there, and is read as '{name}'. If classes count "
            f'from 1, put reduce_zero_label=True into the data set; if not, {setting}=dict(enumerate(names)) '
            'with all class names says so')
