"""The parts that shipped vocabularies know of an object, so that nobody must know them."""
from collections.abc import Sequence

from ..spelling import clean, each_once, fold
from ..taxonomy import PartTaxonomy, few, object_and_part
from .suggestions import did_you_mean
from .typed import typed_names
from .vocabulary import shipped_names


def parts_of_objects(objects: str | Sequence[str]) -> tuple[PartTaxonomy, dict[str, list[str]]]:
    """A vocabulary from objects alone: the union of what the shipped vocabularies say of them.

    Args:
        objects (str | Sequence[str]): ``'cat, bus'``, in any form of :func:`typed_names`, or a list of names.

    Returns:
        tuple[PartTaxonomy, dict[str, list[str]]]: the vocabulary, and from which of the shipped ones each
        object's parts come.

    Raises:
        ValueError: no object, or one that no shipped vocabulary has.
    """
    given = typed_names(objects) if isinstance(objects, str) else map(clean, objects)
    names = each_once(filter(None, given))
    if not names:
        raise ValueError("no object is named; write 'cat, bus'")
    shipped = {name: PartTaxonomy.named(name).object_parts for name in shipped_names()}
    pairs = {name: [object_and_part(each) for each in parts] for name, parts in shipped.items()}
    classes, sources = {}, {}
    for obj in names:
        own = {name: [part for other, part in known if fold(other) == fold(obj)]
               for name, known in pairs.items()}
        sources[obj] = [name for name, parts in own.items() if parts]
        classes.update(dict.fromkeys(f"{obj}'s {part}" for parts in own.values() for part in parts))
    unknown = [obj for obj, found in sources.items() if not found]
    if unknown:
        known = {other for each in pairs.values() for other, _ in each if other is not None}
        raise ValueError(f'no shipped vocabulary has parts of {few(unknown)}; write them: --parts '
                         f'"{unknown[0]}: …"' + did_you_mean(unknown[0], known))
    return PartTaxonomy(list(classes)), sources
