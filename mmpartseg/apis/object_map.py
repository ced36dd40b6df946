"""Where an object is, as a person says it: what Oracle-Obj needs to know."""
import numpy as np

from ..spelling import fold, shortened
from ..taxonomy import ANYTHING, PartTaxonomy
from .suggestions import did_you_mean

SEE = "its values are 0 for no object and otherwise the object's number"


def object_map(taxonomy: PartTaxonomy, size: tuple[int, int], name: str | None = None,
               mask: np.ndarray | None = None) -> np.ndarray | None:
    """The object of each pixel from a name, a mask, or both.

    Args:
        taxonomy (PartTaxonomy): O objects.
        size (tuple[int]): (H, W) of the image.
        name (str, optional): an object of the vocabulary, in any case. Without a mask all pixels are its.
        mask (ndarray, optional): (H, W) integers or bool. Where the object is named, or the
            vocabulary has one alone, every value but 0 is that object; else value i is the i-th
            object of the vocabulary in alphabetical order, counted from 1, and 0 none.

    Returns:
        ndarray: (H, W) int64, 0..O-1 in the order of ``taxonomy.objects`` and O for none; or None
        without name and mask.

    Raises:
        ValueError: an object that the vocabulary does not have, a mask of another size or type.
    """
    objects = taxonomy.objects
    name = None if name is None else object_called(taxonomy, name)
    if mask is None:
        return None if name is None else np.full(size, objects.index(name), np.int64)
    mask = _checked(np.asarray(mask), size)
    if name is not None or len(objects) == 1:
        return np.where(mask != 0, objects.index(name or objects[0]), len(objects))
    if mask.min() < 0 or mask.max() > len(objects):
        raise ValueError(f'the object mask has values {mask.min()}..{mask.max()}; {SEE}, 1 to '
                         f'{len(objects)}, of {list(objects)}. For a mask of one object, name it')
    return np.where(mask > 0, mask.astype(np.int64) - 1, len(objects))


def object_called(taxonomy: PartTaxonomy, name: str) -> str:
    """An object of the vocabulary, in whatever case it was typed.

    Raises:
        ValueError: there is none; names those there are.
    """
    if not isinstance(name, str):
        raise ValueError(f'object={shortened(name)}: expected the name of one object')
    spelled = {fold(obj): obj for obj in taxonomy.objects}
    named = [obj for obj in taxonomy.objects if obj != ANYTHING]
    if fold(name) not in spelled and not named:
        raise ValueError(f"object '{name}': the vocabulary names no object, only parts of whatever object "
                         f'({", ".join(taxonomy.parts)}). Leave the object out, or name it with its parts, '
                         f"as in 'OBJECT: {taxonomy.parts[0]}'")
    if fold(name) not in spelled:
        raise ValueError(f"object '{name}' is not in the vocabulary; its objects: {named}"
                         + did_you_mean(name, named))
    return spelled[fold(name)]


def _checked(mask, size):
    if mask.shape != tuple(size):
        raise ValueError(f'the object mask has shape {mask.shape}, its image {tuple(size)}; a mask '
                         'has one value per pixel of the upright image')
    if mask.dtype.kind not in 'iub':
        raise ValueError(f'an object mask holds integers or bool, got {mask.dtype}')
    return mask
