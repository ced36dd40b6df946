"""Which files a split consists of."""
import json
import os.path as osp
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any

from mmengine import fileio

from ..printable import counted, printable


def list_stems(folder: str, suffixes: str | Sequence[str],
               backend_args: dict[str, Any] | None = None) -> dict[str, str]:
    """Files below a folder, hidden ones (such as the ``._*`` of macOS archives) left out.

    Args:
        folder (str): searched with its subfolders.
        suffixes (str | Sequence[str]): endings of file names, with the dot.

    Returns:
        dict[str, str]: path without its suffix -> path, both relative to the folder, sorted.

    Raises:
        ValueError: two files differ in their suffix only.
    """
    suffixes = (suffixes,) if isinstance(suffixes, str) else tuple(suffixes)
    found: dict[str, str] = {}
    for name in sorted(fileio.list_dir_or_file(
            folder, list_dir=False, suffix=suffixes, recursive=True, backend_args=backend_args)):
        if any(part.startswith('.') for part in name.split('/')):
            continue
        stem = strip_suffix(name, suffixes)
        if stem in found:
            raise ValueError(f"'{found[stem]}' and '{name}' in {folder} differ in their suffix "
                             'only, so they share a label map; give one img_suffix')
        found[stem] = name
    return found


def strip_suffix(name: str, suffixes: str | Sequence[str]) -> str:
    """``name`` without the first of ``suffixes`` that it ends with."""
    suffix = next((s for s in suffixes if name.endswith(s)), '')
    return name[:len(name) - len(suffix)]


def listed_stems(ann_file: str, stems: Mapping[str, str], suffixes: str | Sequence[str],
                 backend_args: dict[str, Any] | None = None) -> list[str]:
    """The stems that a list names, in its order.

    A name may carry a suffix and leading folders (the published few-shot lists state paths from
    their authors' working folder): its longest tail that is among ``stems`` counts.

    Args:
        ann_file (str): the list, see :func:`read_names`.
        stems (Mapping[str, str]): those there are, see :func:`list_stems`.
        suffixes (str | Sequence[str]): endings of file names.

    Raises:
        FileNotFoundError: no such list, or the first name that is not among ``stems``.
        ValueError: a text that names one image twice; see also :func:`read_names`.
    """
    suffixes = (suffixes,) if isinstance(suffixes, str) else tuple(suffixes)
    names = read_names(ann_file, backend_args)
    found = [_find_stem(name, stems, suffixes) for name in names]
    missing = [name for name, stem in zip(names, found) if stem is None]
    if missing:
        raise FileNotFoundError(f"ann_file {printable(ann_file)} names '{printable(missing[0])}', which is "
                                f'not in the image folder ({len(missing)} such names of {len(names)})')
    named: dict[str, str] = {}
    for name, stem in zip(names, found):
        other = named.setdefault(stem, name)
        if other != name and not ann_file.endswith('.json'):
            raise ValueError(f"ann_file {printable(ann_file)} names '{other}' and '{name}', which are "
                             f'both the image {printable(stems[stem])}; name each image once')
    return list(named)


def _find_stem(name, stems, suffixes):
    parts = osp.normpath(name).split('/')
    tails = ['/'.join(parts[i:]) for i in range(len(parts))]
    candidates = [c for tail in tails for c in (tail, strip_suffix(tail, suffixes))]
    return next((c for c in candidates if c in stems), None)


def check_complete(stems: Collection[str], maps: Mapping[str, str], folder: str, suffix: str) -> None:
    """FileNotFoundError unless every image of ``stems`` is among the label maps of a folder."""
    missing = [stem for stem in stems if stem not in maps]
    if missing:
        raise FileNotFoundError(
            f"image '{missing[0]}' has no label map {osp.join(folder, missing[0] + suffix)} "
            f'({len(missing)} of {counted(len(stems), "image")} in all)')


def check_no_strays(images: Iterable[str], maps: Mapping[str, str], folder: str, image_folder: str) -> None:
    """ValueError unless every label map of a folder has its image: one was lost, or its name changed."""
    strays = [name for stem, name in maps.items() if stem not in images]
    if strays:
        raise ValueError(f"label map {osp.join(folder, strays[0])} has no image in {image_folder} "
                         f'({len(strays)} of {len(maps)} have none); bring the images back, or move the '
                         'map away')


def read_names(ann_file: str, backend_args: dict[str, Any] | None = None) -> list[str]:
    """The names in a list: one a line, or a JSON list of ``{"file_name": …}``.

    The published few-shot lists are JSON and name an image once for each of its classes: there it counts
    once. A text that names one twice is damaged, or would train on it twice.

    Raises:
        FileNotFoundError: no such list.
        ValueError: names the file and the entry that has another form or, in a text, is there already;
            or says that it is empty.
    """
    if not fileio.isfile(ann_file, backend_args=backend_args):
        raise FileNotFoundError(f'ann_file {printable(ann_file)} does not exist; it should list the images')
    try:
        text = fileio.get_text(ann_file, backend_args=backend_args)
    except UnicodeDecodeError as error:
        raise ValueError(f'ann_file {printable(ann_file)} is not a text in UTF-8: {error}') from error
    if ann_file.endswith('.json'):
        names = _names_of_json(text, ann_file)
    else:
        names = _names_of_text(text, ann_file)
    if not names:
        raise ValueError(f'ann_file {printable(ann_file)} lists no image')
    return names


def _names_of_text(text, ann_file):
    lines = {}
    for number, line in enumerate(text.splitlines(), 1):
        name = line.strip()
        first = lines.setdefault(name, number)
        if name and first != number:
            raise ValueError(f"ann_file {printable(ann_file)} names '{printable(name)}' in lines {first} and "
                             f'{number}; name each image once (RepeatDataset and ClassBalancedDataset show '
                             'images more often)')
    return [name for name in lines if name]


def _names_of_json(text, ann_file):
    try:
        entries = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise ValueError(f'ann_file {printable(ann_file)} is not valid JSON: {error}') from error
    entries = entries if isinstance(entries, list) else [entries]
    names = [e.get('file_name') if isinstance(e, dict) else None for e in entries]
    bad = next((i for i, name in enumerate(names) if not isinstance(name, str)), None)
    if bad is not None:
        raise ValueError(f'ann_file {printable(ann_file)}: entry {bad} is {str(entries[bad])[:80]}; '
                         'expected a list of {"file_name": "…"}')
    return list(dict.fromkeys(names))
