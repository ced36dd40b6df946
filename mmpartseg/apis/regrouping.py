"""Coarser parts, parts left out, objects apart: what is made of a prediction afterwards."""
import re
from collections import Counter
from collections.abc import Sequence
from typing import Any

import cv2
import numpy as np

from ..spelling import fold
from ..taxonomy import SEPARATOR, few, object_and_part
from .suggestions import did_you_mean
from .typed import typed_entries
from .typed_signs import name_in, tidied


def read_groups(groups: str | dict[str, Any]) -> dict[str, list[str]]:
    """Parts that are to be one.

    Args:
        groups (str | dict): ``'head = head, eye, ear; body = torso, tail'``, of every object, or
            ``'cat: face = head, eye'`` of one; or ``{'head': ['eye', …]}``.

    Returns:
        dict[str, list[str]]: the parts of each group.

    Raises:
        ValueError: no ``=`` in a group or two, nothing on one side of it, a part in two groups.
    """
    read: dict[str, list[str]] = _typed_groups(groups) if isinstance(groups, str) else groups
    members = Counter(part for parts in read.values() for part in set(map(_owner_and_part, parts)))
    twice = sorted(part for (_, part), count in members.items() if count > 1)
    if twice and not any(_owner_and_part(group)[0] for group in read):
        raise ValueError(f'{few(twice)} are in more than one group; each part can be in one')
    return read


def _typed_groups(text: str) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    spelling: dict[str, str] = {}
    for group in filter(str.strip, re.split(r'[;\n]', tidied(text))):
        name, equals, parts = group.partition('=')
        if not equals or '=' in parts or not name_in(name) or not name_in(parts):
            raise ValueError(f"{group.strip()!r} is no group of parts; write 'head = head, eye, ear', with ; "
                             'between groups')
        name = spelling.setdefault(fold(name), name_in(name))
        found.setdefault(name, []).extend(part if obj is None else f'{obj}{SEPARATOR}{part}'
                                          for obj, parts in typed_entries(parts) for part in parts)
    return found


def _owner_and_part(name: str) -> tuple[str | None, str]:
    """Of ``'cat: head'`` or ``"cat's head"`` the object and the part, folded; None and the part of others."""
    for sign in (':', SEPARATOR):
        obj, between, part = fold(name).partition(sign)
        if between and obj.strip() and part.strip():
            return obj.strip(), part.strip()
    return None, fold(name)


def grouped_names(names: Sequence[str], groups: dict[str, list[str]]) -> list[str]:
    """The name of each class after its part has gone into a group.

    Args:
        names (Sequence[str]): of the classes.
        groups (dict[str, list[str]]): of :func:`read_groups`.

    Returns:
        list[str]: as many, with repeated ones.

    Raises:
        ValueError: a part that no class has, or that two groups have; a group of one object with parts of
            another.
    """
    pairs = [object_and_part(name) for name in names]
    called: dict[tuple, list[int]] = {}
    for i, (obj, part) in enumerate(pairs):
        for owner in {None, obj and fold(obj)}:
            called.setdefault((owner, fold(part)), []).append(i)
    spelled: dict[str, str] = {fold(name): name for name in names}
    new: dict[int, str] = {}
    for group, parts in groups.items():
        owner, _ = _owner_and_part(group)
        for part in parts:
            chosen = called.get(_member(part, owner, group), [])
            if not chosen:
                known = {part for _, part in pairs}
                raise ValueError(f"no part is called '{part}'; there are {sorted(known)}"
                                 + did_you_mean(part, known))
            for i in chosen:
                obj = pairs[i][0]
                name = _part_of(group) if obj is None else f'{obj}{SEPARATOR}{_part_of(group)}'
                if new.setdefault(i, name) != name:
                    raise ValueError(f'{names[i]} is in more than one group; each part can be in one')
    merged = [new.get(i, name) for i, name in enumerate(names)]
    return [spelled.setdefault(fold(name), name) for name in merged]


def _member(part: str, owner: str | None, group: str) -> tuple[str | None, str]:
    """Object, None for every, and part that are meant in a group of an owner."""
    obj, part = _owner_and_part(part)
    if obj and owner and obj != owner:
        raise ValueError(f"the group '{group}' is of one object, and '{obj}: {part}' of another; name it "
                         'without an object')
    return obj or owner, part


def _part_of(group: str) -> str:
    """The part in a group's name, as it is spelled."""
    return group.strip()[-len(_owner_and_part(group)[1]):]


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
