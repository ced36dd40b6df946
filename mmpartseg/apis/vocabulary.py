"""Vocabularies as people write them."""
import json
import os
import re
from collections import Counter
from pathlib import Path
from typing import Any

import yaml

from ..printable import printable
from ..spelling import LONGEST, clean, fold, shortened
from ..taxonomy import ANYTHING, METAINFO_DIR, SEPARATOR, PartTaxonomy, few, split_name
from .plain_yaml import load_plain_yaml
from .suggestions import are_familiar, did_you_mean
from .typed import record, typed_entries
from .typed_signs import is_strange, unquoted, with_usual_signs

# of anything: no name of a file or vocabulary, and nothing between an object and its parts but the colon
PART = re.compile(r'(?!.*\s[-–—]\s)[^\W\d_][^_/\\.=()\[\]{}<>]*')
INSIDE = re.compile(r'(?<=\w)[._](?=\w)')  # "cat.head", "cat_head"
FILE_TYPES = ('.yaml', '.yml', '.json', '.txt')
EXAMPLE = "write 'cat: head, tail; dog: head'"
SYNTAX = f"{EXAMPLE}, name a file ({', '.join(FILE_TYPES)}), or one of the shipped vocabularies"
TYPED = f'{EXAMPLE}, or name one of the shipped vocabularies'  # where no file is read


def read_vocabulary(parts: Any) -> PartTaxonomy:
    """A vocabulary from any of the forms in which one is written.

    Args:
        parts (str | Path | dict | Sequence[str] | PartTaxonomy): ``'cat: head, tail; dog: head'``;
            a shipped name such as ``'pascal_part_116'`` or ``'pascal_part_116:seen'``; a YAML,
            JSON or text file; ``{'cat': ['head', 'tail']}``; a list of ``"cat's head"``; the
            arguments of :class:`PartTaxonomy`; or a taxonomy. Typed text, and that of a text file, is read as
            by :func:`~mmpartseg.apis.typed.typed_entries`.

    Returns:
        PartTaxonomy: with the classes in the order in which they are written.

    Raises:
        ValueError: nothing in it, an empty or repeated name (upper and lower case are the same to
            CLIP), or a form that is none of these; the message names the value.
        FileNotFoundError: a file of that name does not exist.
    """
    if isinstance(parts, PartTaxonomy):
        return parts
    if isinstance(parts, (str, Path)) and _is_file(str(parts).strip()):
        return _read_file(Path(str(parts).strip()))
    return _vocabulary(_typed(str(parts).strip()) if isinstance(parts, (str, Path)) else parts)


def _vocabulary(parts):
    """A vocabulary from what was typed or read."""
    if isinstance(parts, dict) and 'object_parts' in parts:
        taxonomy = PartTaxonomy(**parts)
        _check_shown(taxonomy.object_parts)
        _check_repeated(taxonomy.object_parts, 'part')
        return taxonomy
    if isinstance(parts, PartTaxonomy):
        return parts
    if isinstance(parts, dict):
        parts = list(parts.items())
    if not isinstance(parts, (list, tuple)) or not parts:
        raise ValueError(f'the vocabulary is {shortened(parts)}; {SYNTAX}')
    names = [name for entry in parts for name in _class_names(entry)]
    _check_repeated(names, 'part')
    return PartTaxonomy(names)


def parse_vocabulary(text: str) -> PartTaxonomy:
    """A vocabulary from typed text: as :func:`read_vocabulary`, but never from a file."""
    return read_vocabulary(_typed(text, TYPED))


def shipped_names() -> list[str]:
    """Names of the vocabularies that come with the package, sorted."""
    return sorted(path.stem for path in METAINFO_DIR.glob('*.json'))


def _is_file(text):
    return os.path.isfile(text) or (Path(text).suffix.lower() in FILE_TYPES and ':' not in text)


def _typed(text, advice=SYNTAX):
    """A shipped taxonomy, or the entries of a text."""
    name, colon, subset = unquoted(text).partition(':')
    shipped = {_squeezed(each): each for each in shipped_names()}.get(_squeezed(name))
    if shipped is not None:
        return PartTaxonomy.named(shipped + colon + subset.strip())
    entries = typed_entries(text)
    if not entries or _strange_names(entries):
        raise ValueError(f'the vocabulary is {shortened(text)}; {advice}: {shipped_names()}'
                         + (did_you_mean(unquoted(text), shipped_names()) or _usually(text)))
    return [(ANYTHING if obj is None else obj, parts) for obj, parts in entries]


def _squeezed(name):
    """A shipped name as people write it: Pascal-Part-116."""
    return re.sub(r'[\W_]', '', name).lower()


def _strange_names(entries):
    """Names that no person means: parts of anything that look like files, signs between names inside them."""
    return ([part for obj, parts in entries if obj is None for part in parts
             if len(part) > LONGEST or not PART.fullmatch(part)]
            or [name for obj, parts in entries for name in (obj or '', *parts) if is_strange(name)])


def _usually(text):
    """A line that would do, if other signs stand between the names."""
    for line in (with_usual_signs(text), with_usual_signs(INSIDE.sub(': ', text))):
        try:
            entries = typed_entries(line) if ':' in line else []
        except ValueError:
            continue
        if entries and not _strange_names(entries) and (':' in text or INSIDE.search(text) is None
                                                        or are_familiar(entries)):
            return f'; did you mean {shortened(line)}?'
    return ''


def _read_file(path):
    shown = printable(path)
    if not path.is_file():
        raise FileNotFoundError(f"there is no vocabulary file '{shown}'")
    kind = path.suffix.lower()
    try:
        text = path.read_text(encoding='utf-8-sig')
        if kind == '.json':
            content = json.loads(text, object_pairs_hook=_unique_dict)
        else:
            content = (load_plain_yaml(text, _check_objects) if kind in ('.yaml', '.yml')
                       else typed_entries(text) and _typed(text))
    except (ValueError, yaml.YAMLError, RecursionError) as error:
        raise ValueError(f"vocabulary file '{shown}' cannot be read: {printable(error)}") from error
    if not content:
        raise ValueError(f"vocabulary file '{shown}' is empty")
    try:
        return _vocabulary(content)
    except (ValueError, TypeError) as error:
        raise ValueError(f"vocabulary file '{shown}': {printable(error)}") from error


def _unique_dict(pairs):
    _check_objects([key for key, _ in pairs])
    return dict(pairs)


def _check_objects(names):
    """JSON and YAML keep the last of two equal keys; here they are an error."""
    _check_repeated(names, 'object')


def _class_names(entry):
    """Class names of one entry: ``(object, parts)``, ``{object: parts}``, ``"object's part"`` or typed."""
    if isinstance(entry, dict):
        return [name for item in record(tuple(entry.items())) for name in _class_names(item)]
    if isinstance(entry, str) and ':' in entry:
        return [name for pair in typed_entries(entry) for name in _class_names(pair)]
    if isinstance(entry, str):
        obj, part = split_name(clean(entry))
        return [_class_name(obj, part, entry)]
    if not isinstance(entry, (list, tuple)) or len(entry) != 2:
        raise ValueError(f'an entry is {shortened(entry)}; {EXAMPLE}')
    obj, parts = entry
    parts = parts.split(',') if isinstance(parts, str) else parts
    if not isinstance(parts, (list, tuple)) or not parts:
        raise ValueError(f'object {shortened(obj)} has no list of part names, but {shortened(parts)}')
    return [_class_name(obj, part, f'{obj}: {part}') for part in parts]


def _class_name(obj, part, source):
    if {type(obj), type(part)} != {str}:
        raise ValueError(f'names must be text, got {shortened(source)}; put numbers and words such as '
                         'yes and no in quotes')
    obj, part = clean(obj), clean(part)
    if not obj or not part:
        raise ValueError(f'empty name in {shortened(source.strip())}: every object needs a name, and every '
                         'comma a part name on both sides')
    name = f'{obj}{SEPARATOR}{part}'
    _check_shown([name])
    if split_name(name) != (obj, part):
        raise ValueError(f"object name {obj!r} holds {SEPARATOR!r}, which separates object and part; "
                         'choose another name')
    return name


def _check_shown(names):
    for name in names:
        if not name.isprintable():
            raise ValueError(f'{shortened(name)} holds characters that cannot be shown; type the name anew')


def _check_repeated(names, kind):
    counts = Counter(fold(str(name)) for name in names)
    repeated = sorted(name for name, count in counts.items() if count > 1)
    if repeated:
        raise ValueError(f'repeated in the vocabulary: {few(repeated)}; list every {kind} once')
