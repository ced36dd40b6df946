"""The `.mat` files of Pascal-Part: masks of objects and parts, with the names they get here."""
import re
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from scipy.io import loadmat

from mmpartseg.taxonomy import SEPARATOR

from .mat_files import check_packed
from .pascal_part_codes import OBJECT_ALIASES, WORD_OF_CODE


class Region(NamedTuple):
    """A mask, the id of its object or class, and a name of the entry."""
    mask: np.ndarray
    label: int
    where: str


def class_name(object_name: str, code: str) -> str | None:
    """``('cat', 'lfpa')`` -> ``"cat's paw"``; None if Pascal-Part has no such code."""
    word = WORD_OF_CODE.get(re.sub(r'_\d+$', '', code))
    return word and f'{object_name}{SEPARATOR}{word}'


def read_annotation(path: Path, shape: tuple[int, ...], metainfo: dict[str, Any]) -> tuple[list[Region],
                    list[Region]]:
    """The objects and the parts in a `.mat` file.

    Args:
        path (Path): a file of Pascal-Part's folder Annotations_Part.
        shape (tuple[int]): (H, W) that every mask must have.
        metainfo (dict): the class lists of Pascal-Part-116.

    Returns:
        tuple[list[Region], list[Region]]: objects and parts in the order of the file.

    Raises:
        FileNotFoundError: no such file.
        ValueError: names file, object and part: not readable, an unknown object or part, a mask
            of another size.
    """
    objects, parts = [], []
    for number, entry in enumerate(_read_objects(path), 1):
        where = f"'{path}': object {number}"
        name, mask, its_parts = _fields(entry, ('class', 'mask', 'parts'), where)
        name = OBJECT_ALIASES.get(name, name)
        where = f"{where} ('{name}')"
        if name not in metainfo['object_classes']:
            raise ValueError(f'{where}: unknown object, expected one of '
                             f"{metainfo['object_classes']}")
        objects.append(Region(_mask(mask, shape, where), metainfo['object_classes'].index(name),
                              where))
        for part in _as_list(its_parts):
            code, mask = _fields(part, ('part_name', 'mask'), f'{where}, a part')
            here = f"{where}, part '{code}'"
            full_name = class_name(name, code)
            if full_name not in metainfo['object_part_classes']:
                raise ValueError(f'{here}: unknown part code of this object; '
                                 'pascal_part_codes.py lists those there are')
            parts.append(Region(_mask(mask, shape, here),
                                metainfo['object_part_classes'].index(full_name), here))
    return objects, parts


def _read_objects(path):
    try:
        check_packed(path)
        return _as_list(loadmat(path, simplify_cells=True)['anno']['objects'])
    except FileNotFoundError:
        raise
    except NotImplementedError as error:
        raise ValueError(f"'{path}' is a MATLAB file of version 7.3, Pascal-Part's own are older: "
                         "extract it again, or save it with MATLAB's option '-v7'") from error
    except Exception as error:  # scipy raises whatever a broken byte makes of its state
        raise ValueError(f"'{path}' is damaged or holds no Pascal-Part annotation ({error!r}); "
                         'extract it again') from error


def _as_list(entries):
    """MATLAB has no lists: a struct array of length one reads as a dict, of zero as an array."""
    return [entries] if isinstance(entries, dict) else list(np.atleast_1d(entries))


def _fields(entry, names, where):
    missing = [name for name in names if not isinstance(entry, dict) or name not in entry]
    if missing:
        raise ValueError(f'{where} without {missing}: {str(entry)[:80]}')
    if not isinstance(entry[names[0]], str):
        raise ValueError(f'{where}: {names[0]} should be a name, got {str(entry[names[0]])[:80]}')
    return [entry[name] for name in names]


def _mask(mask, shape, where):
    mask = np.asarray(mask)
    if mask.shape != shape:
        raise ValueError(f'{where}: mask of shape {mask.shape}, its image has {shape}')
    return mask.astype(bool)
