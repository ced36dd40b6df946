"""Names of object-specific parts, parsed once: the one place that splits "cat's head"."""
import hashlib
import json
from collections import Counter
from collections.abc import Iterable
from functools import lru_cache
from pathlib import Path
from typing import Any

from .printable import counted
from .spelling import shortened

METAINFO_DIR = Path(__file__).parent / 'datasets' / 'metainfo'
SEPARATOR = "'s "
ANYTHING = 'anything'  # the object of a part that is looked for on whatever object: "anything's handle"


def load_metainfo(name: str) -> dict[str, Any]:
    """The class lists of a shipped vocabulary.

    Args:
        name (str): of a file in ``mmpartseg/datasets/metainfo``, such as ``pascal_part_116``.

    Returns:
        dict: ``object_classes``, ``unseen_objects``, ``object_part_classes``, …

    Raises:
        KeyError: no such vocabulary; lists those there are.
        ValueError: the file is not as it was shipped.
    """
    path = METAINFO_DIR / f'{name}.json'
    if not path.is_file():
        known = sorted(p.stem for p in METAINFO_DIR.glob('*.json'))
        raise KeyError(f"unknown vocabulary '{name}'; there are {known}, each also as '<name>:seen'")
    try:
        meta = json.loads(path.read_text(encoding='utf-8'))
        stated, found = meta.pop('sha256', None), metainfo_hash(meta)
    except (ValueError, AttributeError, TypeError, RecursionError) as error:
        raise ValueError(f'{path} is damaged ({type(error).__name__}: {error}); install mmpartseg '
                         'again') from error
    if stated != found:
        raise ValueError(f'{path} is not as it was shipped: its content has the SHA-256 {found}, and it '
                         f'states {stated}. Install mmpartseg again; or, if the change is meant, write the '
                         'former as "sha256" into it')
    return meta


def metainfo_hash(meta: dict[str, Any]) -> str:
    """SHA-256 of class lists, whatever the form in which the file writes them."""
    return hashlib.sha256(json.dumps(meta, sort_keys=True).encode()).hexdigest()


def few(names: Iterable[str], shown: int = 5) -> str:
    """A list of names for a message, cut where it gets long."""
    names = list(names)
    return f'{names}' if len(names) <= shown + 1 else f"{str(names[:shown])[:-1]}, … {len(names)} in all]"


def split_name(name: str) -> tuple[str, str]:
    """``"cat's head"`` -> ``('cat', 'head')``, at the first ``'s``.

    Raises:
        ValueError: no ``'s``, or nothing on one side of it.
    """
    if not isinstance(name, str):
        raise ValueError(f'a class name must be a string, got {name!r}')
    obj, separator, part = name.partition(SEPARATOR)
    if not separator or not obj.strip() or not part.strip():
        raise ValueError(
            f"class name {shortened(name)} must read \"<object>'s <part>\", as in \"cat's head\"")
    return obj, part


def shown_name(name: str) -> str:
    """A class name as people typed it: ``"anything's handle"`` -> ``'handle'``, others as they are."""
    return name.removeprefix(ANYTHING + SEPARATOR)


def object_and_part(name: str) -> tuple[str | None, str]:
    """Of a class name as it is shown: ``('cat', 'head')``; ``(None, 'handle')`` for a part of anything."""
    return split_name(name) if SEPARATOR in name else (None, name)


class PartTaxonomy:
    """The vocabulary of a part segmentation task: K classes over O objects and P parts.

    Dataset, model, metric and tools share it, so that a class index means one thing everywhere.

    Args:
        object_parts (Sequence[str]): K class names ``"<object>'s <part>"``, in the order of class indices.
        unseen_objects (Sequence[str]): objects left out of training (paper, Sec. 3.1).

    Attributes:
        object_parts (tuple[str]): the K names.
        objects (tuple[str]): sorted unique names, length O; ``parts`` likewise, length P.
        object_of (tuple[int]): index of each class's object, length K; ``part_of`` that of its part.
        unseen_objects (tuple[str]): sorted.
        is_seen (tuple[bool]): whether each class may be trained on, length K.

    Raises:
        ValueError: names the value: a name without ``'s``, an empty or repeated name, an unseen
            object without a class.
    """

    def __init__(self, object_parts: Iterable[str], unseen_objects: Iterable[str] = ()) -> None:
        if isinstance(object_parts, str) or isinstance(unseen_objects, str):
            raise ValueError('object_parts and unseen_objects are lists of names, got a string; '
                             "PartTaxonomy.named('…') builds a shipped vocabulary")
        self.object_parts = tuple(object_parts)
        self.unseen_objects = tuple(sorted(set(unseen_objects)))
        if not self.object_parts:
            raise ValueError('a taxonomy needs at least one class name, got none')
        pairs = [split_name(name) for name in self.object_parts]
        repeated = sorted(n for n, count in Counter(self.object_parts).items() if count > 1)
        if repeated:
            raise ValueError(f'class names appear more than once: {few(repeated)}')
        self.objects = tuple(sorted({obj for obj, _ in pairs}))
        self.parts = tuple(sorted({part for _, part in pairs}))
        classless = sorted(set(self.unseen_objects) - set(self.objects))
        if classless:
            raise ValueError(f'unseen objects {few(classless)} have no class; objects: {few(self.objects)}')
        place_of_object, place_of_part = ({name: i for i, name in enumerate(names)}
                                          for names in (self.objects, self.parts))
        self.object_of = tuple(place_of_object[obj] for obj, _ in pairs)
        self.part_of = tuple(place_of_part[part] for _, part in pairs)
        unseen = set(self.unseen_objects)
        self.is_seen = tuple(obj not in unseen for obj, _ in pairs)

    @classmethod
    @lru_cache(maxsize=32)
    def named(cls, name: str) -> 'PartTaxonomy':
        """A shipped vocabulary by name; ``':seen'`` appended gives its training vocabulary."""
        base, _, subset = name.partition(':')
        if subset not in ('', 'seen'):
            raise ValueError(f"'{name}': only ':seen' may follow a vocabulary's name")
        meta = load_metainfo(base)
        taxonomy = cls(meta['object_part_classes'], meta['unseen_objects'])
        return taxonomy.seen() if subset else taxonomy

    @classmethod
    def build(cls, value: Any) -> 'PartTaxonomy':
        """A taxonomy from itself, a shipped name, a list of class names, or keyword arguments."""
        if isinstance(value, cls):
            return value
        if isinstance(value, str):
            return cls.named(value)
        return cls(**value) if isinstance(value, dict) else cls(value)

    @classmethod
    def build_joint(cls, value: Any) -> tuple['PartTaxonomy', ...]:
        """The vocabularies of a training run: several for ``dict(joint=[…])``, else one.

        Args:
            value: as of :meth:`build`, or ``dict(joint=[…])`` with a list of such values.

        Returns:
            tuple[PartTaxonomy]: in the order given.

        Raises:
            ValueError: nothing to join, or two vocabularies with the same classes.
        """
        if not (isinstance(value, dict) and 'joint' in value):
            return (cls.build(value), )
        if set(value) != {'joint'} or isinstance(value['joint'], str) or not value['joint']:
            raise ValueError("joint training takes dict(joint=['pascal_part_116:seen', …]), a list of "
                             f'vocabularies and nothing else; got {value!r}')
        taxonomies = tuple(cls.build(each) for each in value['joint'])
        if len({taxonomy.object_parts for taxonomy in taxonomies}) < len(taxonomies):
            raise ValueError('two of the vocabularies to join have the same classes; list each once: '
                             f'{value["joint"]!r}')
        return taxonomies

    @property
    def general_parts(self) -> list[str]:
        """list[str]: parts that are looked for on whatever object, see ``ANYTHING``."""
        return [self.parts[p] for p, o in zip(self.part_of, self.object_of) if self.objects[o] == ANYTHING]

    def union(self, *others: 'PartTaxonomy') -> 'PartTaxonomy':
        """The classes of this taxonomy and of others, each once, in order of appearance."""
        names = (name for taxonomy in (self, *others) for name in taxonomy.object_parts)
        return PartTaxonomy(dict.fromkeys(names))

    def seen(self) -> 'PartTaxonomy':
        """The taxonomy of the seen classes, in their order; ValueError if there is none."""
        return PartTaxonomy([n for n, seen in zip(self.object_parts, self.is_seen) if seen])

    def __len__(self) -> int:
        return len(self.object_parts)

    def __eq__(self, other: object) -> bool:
        return (isinstance(other, PartTaxonomy) and self.object_parts == other.object_parts
                and self.unseen_objects == other.unseen_objects)

    def __hash__(self) -> int:
        return hash((self.object_parts, self.unseen_objects))

    def __repr__(self) -> str:
        return (f"PartTaxonomy({counted(len(self), 'class', 'classes')}, "
                f"{counted(len(self.objects), 'object')} "
                f"({len(self.unseen_objects)} unseen), {counted(len(self.parts), 'part')})")
