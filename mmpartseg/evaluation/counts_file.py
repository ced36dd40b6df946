"""The counts of one evaluation as a file, from which every analysis starts."""
import io
import zipfile
from pathlib import Path
from typing import Any

import numpy as np

from ..atomic import write_atomic
from ..printable import printable
from ..taxonomy import PartTaxonomy

MOST_BYTES = 2**30  # of counts; those of 3,000 classes with boundaries take half of it


def save_counts(path: str | Path, counts: dict[str, Any], taxonomy: PartTaxonomy) -> None:
    """Write counts and class names to ``path`` (.npz), whole or not at all.

    Args:
        path (str | Path): its folder is made when missing.
        counts (dict[str, ndarray]): see ``RunningCounts.reduce``.
        taxonomy (PartTaxonomy): the K classes.
    """
    content = io.BytesIO()
    np.savez_compressed(
        content, object_parts=np.array(taxonomy.object_parts, dtype=str),
        unseen_objects=np.array(taxonomy.unseen_objects, dtype=str), **counts)
    write_atomic(path, content.getvalue())


def load_counts(path: str | Path) -> tuple[dict[str, np.ndarray], PartTaxonomy]:
    """Read what :func:`save_counts` wrote.

    Returns:
        tuple[dict[str, ndarray], PartTaxonomy]: counts and their K classes.

    Raises:
        FileNotFoundError: no such file.
        ValueError: a damaged file, one that holds Python objects, or one without class names.
    """
    if not Path(path).is_file():
        raise FileNotFoundError(f"no counts at '{printable(path)}'; out_file of OpenVocabPartIoU writes them")
    try:
        with zipfile.ZipFile(path) as file:
            size = sum(entry.file_size for entry in file.infolist())
        if size > MOST_BYTES:
            raise ValueError(f'its content takes {size} bytes, more than {MOST_BYTES}')
        with np.load(path, allow_pickle=False) as file:
            counts = dict(file)
    except Exception as error:  # readers raise whatever a broken byte makes of their state
        raise ValueError(f"counts '{printable(path)}' cannot be read ({type(error).__name__}: {error}); it "
                         'may be damaged: evaluate again') from error
    missing = {'object_parts', 'unseen_objects'} - set(counts)
    if missing:
        raise ValueError(f"'{printable(path)}' has no {sorted(missing)}: not written by OpenVocabPartIoU")
    taxonomy = PartTaxonomy(counts.pop('object_parts').tolist(),
                            counts.pop('unseen_objects').tolist())
    return counts, taxonomy
