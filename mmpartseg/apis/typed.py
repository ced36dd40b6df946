"""Vocabularies as people type and paste them: taken as meant, or refused with the line that would do."""
import ast
import json
import re
from collections import Counter
from collections.abc import Collection, Iterable
from typing import Any

from ..spelling import LONGEST, clean, each_once, fold, shortened
from ..taxonomy import ANYTHING, SEPARATOR
from .typed_signs import AROUND, BETWEEN, LISTED, name_in, tidied, unquoted, with_usual_signs

PASTED, DEEPEST = '{"cat": ["head", "tail"]}', 20
OWNERS, PARTS = ('object', 'name', 'class', 'category', 'label'), 'parts'  # keys of a record
LAST_COMMA = re.compile(r',(\s*[}\]])')


def typed_entries(text: str) -> list[tuple[str | None, list[str]]]:
    """Objects and their parts in typed text.

    Objects are followed by a colon, all else are parts of the object before them; ``;``, ``|``, ``.``, commas
    and new lines are between, and where nothing is between two of them is no matter. ``dog's ear`` names both
    at once. An object named twice is one; quotes may be around everything or around each, and JSON or YAML
    may be pasted. ``#`` begins a comment.

    Args:
        text (str): such as ``'cat: head, tail; dog: head'``.

    Returns:
        list[tuple[str | None, list[str]]]: objects with their parts; None for parts without an object.

    Raises:
        ValueError: an object without a name or part; a part that an object has twice; pasted JSON that is
            damaged. Messages end with a line that would do.
    """
    text = tidied(text)
    pairs = _pasted(text) if text[:1] in LISTED and text else _pairs(text)
    listed: dict[str | None, list[str]] = {}
    spelling: dict[str, str] = {}
    for obj, part in pairs:
        name = None if obj is None or fold(obj) == ANYTHING else spelling.setdefault(fold(obj), obj)
        parts = listed.setdefault(name, [])
        parts += [part] if part else []
    entries = list(listed.items())
    _check(entries)
    return entries


def typed_names(text: str) -> list[str]:
    """Names alone, in any of these forms: ``'cat, bus'``; each once, in whatever case it is repeated.

    Raises:
        ValueError: a name with parts, or as of :func:`typed_entries`.
    """
    text = tidied(text)
    pairs = list(_pasted(text, paired=False) if text[:1] in LISTED and text else _pairs(text))
    owners = [obj for obj, _ in pairs if obj is not None]
    if owners:
        raise ValueError(f"names alone are expected here, and '{owners[0]}' has parts")
    return each_once(name for _, name in pairs)


def as_typed(entries: Iterable[tuple[str | None, list[str]]]) -> str:
    """The line that :func:`typed_entries` reads as these entries."""
    return '; '.join(', '.join(parts) if obj is None else f"{obj}: {', '.join(parts)}"
                     for obj, parts in entries)


def _pairs(text):
    """Pairs of object and part of plain text, '' for an object's missing part."""
    current = None
    for piece in BETWEEN.split(text):
        listed = False  # whether an object of this piece is being listed
        for item in piece.split(','):
            obj, colon, part = unquoted(item.strip('[]{} ')).partition(':')
            if colon:
                current, listed = name_in(obj), True
                if not current:
                    raise ValueError(f"empty name in {item.strip()!r}: every object needs a name, as in "
                                     f"'cat: {name_in(part) or 'head'}'")
                yield current, _own_part(current, name_in(part))
                continue
            name = name_in(obj)
            own, separator, part = name.partition(SEPARATOR)
            if separator and not listed:
                yield own, part
            elif name:
                yield current, _own_part(current, name)


def _own_part(obj, name):
    """A part's name, of an object that it may state once more: ``'cat: cat's head'``."""
    own, separator, part = name.partition(SEPARATOR)
    return part if separator and obj is not None and fold(own) == fold(obj) else name


def _pasted(text, paired=True):
    """Pairs of object and part of JSON, of a dictionary of Python, or of YAML without quotes."""
    try:
        content = json.loads(LAST_COMMA.sub(r'\1', text), object_pairs_hook=tuple)
    except (ValueError, RecursionError) as error:
        try:
            content = ast.literal_eval(text)
        except (ValueError, SyntaxError, MemoryError, RecursionError):
            if ':' in text and not {'"', "'"} & set(text):
                yield from _pairs(text)
                return
            raise ValueError(f'what was pasted begins like JSON and cannot be read: {error}; expected '
                             f'{PASTED}{_without_signs(text)}') from error
    yield from _flat(content, paired)


def _without_signs(text):
    """The line that damaged JSON may mean."""
    if len(text) > LONGEST:
        return ''
    try:
        line = as_typed(typed_entries(with_usual_signs(re.sub('["\']', '', text).strip(AROUND))))
    except ValueError:
        return ''
    return f'; did you mean {line!r}?' if ':' in line else ''


def record(pairs: Collection[Any]) -> Collection[Any]:
    """Pairs of object and parts of ``{"object": "cat", "parts": ["head"]}``; others as they are."""
    keys = [str(pair[0]) for pair in pairs if isinstance(pair, tuple) and len(pair) == 2]
    owner = next((key for key in keys if key in OWNERS), None)
    if len(pairs) != 2 or set(keys) != {owner, PARTS}:
        return pairs
    return [(dict(pairs)[owner], dict(pairs)[PARTS])]


def _flat(content, paired, depth=0):
    if depth > DEEPEST:
        raise ValueError(f'lists within lists, more than {DEEPEST} of them; expected {PASTED}')
    if isinstance(content, dict):
        content = tuple(content.items())
    if isinstance(content, str):
        yield from _pairs(content)
    elif isinstance(content, tuple):  # of an object's pairs
        for pair in record(content):
            obj, parts = pair if isinstance(pair, tuple) and len(pair) == 2 else (None, pair)
            parts = parts.split(',') if isinstance(parts, str) else parts
            if not isinstance(obj, str) or not isinstance(parts, list) or not all(
                    isinstance(part, str) for part in parts):
                raise ValueError(f'object {shortened(obj)} has no list of part names, but '
                                 f'{shortened(parts)}; expected {PASTED}')
            yield from ((clean(obj), clean(part)) for part in parts or [''])
    elif isinstance(content, list):
        if len(content) == 2 and isinstance(content[0], str) and isinstance(content[1], list):
            content = [(tuple(content), )]
        if paired and content and all(map(_is_pair, content)) and (
                len(content) > 1 or isinstance(content[0], tuple)):
            content = [(tuple(pair), ) for pair in content]
        for entry in content:
            yield from _flat(entry, paired, depth + 1)
    else:
        raise ValueError(f'names must be text, got {shortened(content)}; put it in quotes')


def _is_pair(entry):
    """Whether it may be an object and its part or parts: ``["cat", "head"]``, ``["cat", ["head"]]``."""
    kinds = [type(each) for each in entry] if isinstance(entry, (list, tuple)) else []
    return kinds in ([str, str], [str, list]) and not (':' in entry[0] or SEPARATOR in entry[0])


def _check(entries):
    for obj, parts in entries:
        if obj == '':
            raise ValueError(f"empty name: every object needs a name, as in 'cat: {(parts or ['head'])[0]}'")
        if not parts:
            raise ValueError(f"object {obj!r} has no part: every object needs parts behind its colon, as in "
                             f"'{obj}: head, tail'")
    once = [(obj, each_once(parts)) for obj, parts in entries]
    repeated = []
    for obj, parts in entries:
        counts = Counter(map(fold, parts))
        repeated += [part if obj is None else f'{obj}{SEPARATOR}{part}'
                     for part, count in counts.items() if count > 1]
    if repeated:
        raise ValueError(f"repeated in the vocabulary: {repeated}; list every part once: '{as_typed(once)}'")
