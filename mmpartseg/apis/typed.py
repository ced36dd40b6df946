"""Vocabularies as people type and paste them: taken as meant, or refused with the line that would do."""
import ast
import json
import re
from collections import Counter
from collections.abc import Iterable

from ..spelling import clean, fold, shortened
from ..taxonomy import SEPARATOR

QUOTES = {'"': '"', "'": "'", '`': '`', '\u201c': '\u201d', '\u2018': '\u2019', '\u00ab': '\u00bb'}
BETWEEN = re.compile(r'[;|\n]|\.(?=\s|$)')
PASTED, DEEPEST = '{"cat": ["head", "tail"]}', 20
LAST_COMMA = re.compile(r',(\s*[}\]])')


def typed_entries(text: str) -> list[tuple[str | None, list[str]]]:
    """Objects and their parts in typed text.

    Objects are followed by a colon, all else are parts of the object before them; ``;``, ``|``, ``.``, commas
    and new lines are between, and where nothing is between two of them is no matter. ``dog's ear`` names both
    at once. An object named twice is one; quotes may be around everything, and JSON may be pasted. ``#``
    begins a comment.

    Args:
        text (str): such as ``'cat: head, tail; dog: head'``.

    Returns:
        list[tuple[str | None, list[str]]]: objects with their parts; None for parts without an object.

    Raises:
        ValueError: an object without a name or part; a part that an object has twice; pasted JSON that is
            damaged. Messages end with a line that would do.
    """
    text = unquoted('\n'.join(line.partition('#')[0] for line in text.splitlines()))
    pairs = _pasted(text) if text[:1] in ('{', '[') and text else _pairs(text)
    listed: dict[str | None, list[str]] = {}
    spelling: dict[str, str] = {}
    for obj, part in pairs:
        name = None if obj is None else spelling.setdefault(fold(obj), obj)
        parts = listed.setdefault(name, [])
        parts += [part] if part else []
    entries = list(listed.items())
    _check(entries)
    return entries


def unquoted(text: str) -> str:
    """Text without space and quotes around it."""
    text = text.strip()
    if len(text) < 2 or QUOTES.get(text[0]) != text[-1]:
        return text
    inside = text[1:-1]
    if text[0] in inside.replace(SEPARATOR, ''):  # they are around names, not around everything
        return text
    return unquoted(inside)


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
            obj, colon, part = (unquoted(x) for x in item.partition(':'))
            if colon:
                if not obj:
                    raise ValueError(f"empty name in {item.strip()!r}: every object needs a name, as in "
                                     f"'cat: {part or 'head'}'")
                current, listed = clean(obj), True
                yield current, clean(part)
                continue
            name = clean(obj)
            own, separator, part = name.partition(SEPARATOR)
            if separator and not listed:
                yield own, part
            elif name:
                yield current, name


def _pasted(text):
    """Pairs of object and part of JSON, or of a dictionary of Python."""
    try:
        content = json.loads(LAST_COMMA.sub(r'\1', text), object_pairs_hook=tuple)
    except (ValueError, RecursionError) as error:
        try:
            content = ast.literal_eval(text)
        except (ValueError, SyntaxError, MemoryError, RecursionError):
            raise ValueError(f'what was pasted begins like JSON and cannot be read: {error}; expected '
                             f'{PASTED}') from error
    yield from _flat(content)


def _flat(content, depth=0):
    if depth > DEEPEST:
        raise ValueError(f'lists within lists, more than {DEEPEST} of them; expected {PASTED}')
    if isinstance(content, dict):
        content = tuple(content.items())
    if isinstance(content, str):
        yield from _pairs(content)
    elif isinstance(content, tuple):  # of an object's pairs
        for pair in content:
            obj, parts = pair if isinstance(pair, tuple) and len(pair) == 2 else (None, pair)
            parts = parts.split(',') if isinstance(parts, str) else parts
            if not isinstance(obj, str) or not isinstance(parts, list) or not all(
                    isinstance(part, str) for part in parts):
                raise ValueError(f'object {shortened(obj)} has no list of part names, but '
                                 f'{shortened(parts)}; expected {PASTED}')
            yield from ((clean(obj), clean(part)) for part in parts or [''])
    elif isinstance(content, list):
        for entry in content:
            yield from _flat(entry, depth + 1)
    else:
        raise ValueError(f'names must be text, got {shortened(content)}; put it in quotes')


def _check(entries):
    for obj, parts in entries:
        if not parts:
            raise ValueError(f"object {obj!r} has no part: every object needs parts behind its colon, as in "
                             f"'{obj}: head, tail'")
    once = [(obj, list({fold(part): part for part in parts[::-1]}.values())[::-1]) for obj, parts in entries]
    repeated = []
    for obj, parts in entries:
        counts = Counter(map(fold, parts))
        repeated += [part if obj is None else f'{obj}{SEPARATOR}{part}'
                     for part, count in counts.items() if count > 1]
    if repeated:
        raise ValueError(f"repeated in the vocabulary: {repeated}; list every part once: '{as_typed(once)}'")
