"""Coarser parts, parts left out, objects apart: what is made of a prediction afterwards."""
from collections import Counter
from collections.abc import Sequence
from typing import Any

import cv2
import numpy as np

from ..spelling import clean, fold
from ..taxonomy import SEPARATOR, few, object_and_part
from .suggestions import did_you_mean
from .typed import typed_entries


def read_groups(groups: str | dict[str, Any]) -> dict[str, list[str]]:
    """Parts that are to be one.

    Args:
        groups (str | dict): ``'head = head, eye, ear; body = torso, tail'``, or ``{'head': ['eye', …]}``.

    Returns:
        dict[str, list[str]]: the parts of each group.

    Raises:
        ValueError: no ``=`` in a group, nothing on one side of it, a part in two groups.
    """
    if isinstance(groups, str):
        found = {}
        for group in groups.split(';') if groups.strip() else ():
            name, equals, parts = group.partition('=')
            names = [clean(part) for part in parts.split(',') if part.strip()]
            if group.strip() and not (equals and name.strip() and names):
                raise ValueError(f"{group.strip()!r} is no group of parts; write 'head = head, eye, ear'")
            if group.strip():
                found[clean(name)] = names
        groups = found
    members = Counter(fold(part) for parts in groups.values() for part in parts)
    twice = sorted(part for part, count in members.items() if count > 1)
    if twice:
        raise ValueError(f'{few(twice)} are in more than one group; each part can be in one')
    return groups


def grouped_names(names: Sequence[str], groups: dict[str, list[str]]) -> list[str]:
    """The name of each class after its part has gone into a group.

    Args:
        names (Sequence[str]): of the classes.
        groups (dict[str, list[str]]): of :func:`read_groups`.

    Returns:
        list[str]: as many, with repeated ones.

    Raises:
        ValueError: a part that no class has.
    """
    pairs = [object_and_part(name) for name in names]
    group_of = {fold(part): group for group, parts in groups.items() for part in parts}
    parts = {fold(part): part for _, part in pairs}
    for part in group_of:
        if part not in parts:
            raise ValueError(f"no part is called '{part}'; there are {sorted(parts.values())}"
                             + did_you_mean(part, parts.values()))
    merged = [(obj, group_of.get(fold(part), part)) for obj, part in pairs]
    return [part if obj is None else f'{obj}{SEPARATOR}{part}' for obj, part in merged]


def named_classes(names: Sequence[str], words: Sequence[str]) -> list[str]:
    """Classes that typed text names: "cat: ear", "cat's ear", or "ear" of every object.

    Args:
        names (Sequence[str]): of the classes.
        words (Sequence[str]): texts of :func:`typed_entries`.

    Returns:
        list[str]: each once.

    Raises:
        ValueError: names what is not among the classes.
    """
    found: list[str] = []
    unknown: list[str] = []
    called: dict[str, list[str]] = {}
    for name in names:
        for word in {fold(name), fold(object_and_part(name)[1])}:
            called.setdefault(word, []).append(name)
    for obj, part in ((obj, part) for word in words for obj, parts in typed_entries(word) for part in parts):
        wanted = part if obj is None else f'{obj}{SEPARATOR}{part}'
        chosen = called.get(fold(wanted), [])
        found += chosen
        unknown += [] if chosen else [wanted]
    if unknown:
        parts = [object_and_part(name)[1] for name in names]
        raise ValueError(f'not in the vocabulary: {few(unknown)}; it has {few(names)}'
                         + did_you_mean(unknown[0], [*parts, *names]))
    return list(dict.fromkeys(found))


def instances_of(label_map: np.ndarray, names: Sequence[str]) -> list[dict]:
    """Connected regions of each object: its parts, with no pixel between them.

    They are no instances of a model: two cats that touch are one, and one cat behind a pole is two.

    Args:
        label_map (ndarray): (H, W) int64, 0…K-1; all else is background.
        names (Sequence[str]): of the K classes.

    Returns:
        list[dict]: ``object``, ``number`` (from 1, the largest first), ``pixels``, ``box`` (x, y, width,
        height) and ``parts``, the names of the classes in it.
    """
    objects = [object_and_part(name)[0] for name in names]
    found = []
    for obj in dict.fromkeys(filter(None, objects)):
        ids = [i for i, other in enumerate(objects) if other == obj]
        _, regions, stats, _ = cv2.connectedComponentsWithStats(
            np.isin(label_map, ids).astype(np.uint8), connectivity=8)
        order = np.argsort(-stats[1:, cv2.CC_STAT_AREA], kind='stable') + 1
        for number, region in enumerate(order.tolist(), 1):
            x, y, width, height, pixels = stats[region].tolist()
            box = slice(y, y + height), slice(x, x + width)
            inside = np.unique(label_map[box][regions[box] == region])
            found.append({'object': obj, 'number': number, 'pixels': pixels, 'box': [x, y, width, height],
                          'parts': [names[i] for i in inside.tolist()]})
    return found
