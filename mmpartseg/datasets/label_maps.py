"""From the ids stored in label maps to the ids of a data set, by table lookup."""
from collections.abc import Iterable, Mapping, Sequence

import numpy as np

from ..printable import counted, printable
from ..structures import IGNORE_SETTINGS
from ..taxonomy import PartTaxonomy
from .label_files import STORED_DTYPES, read_label_map

__all__ = ['IdTable', 'LabelTables', 'read_label_map']

NOT_AN_ID = -1
MANY = 16  # ids without a class in one file: those of a picture, not of a mistaken list


class IdTable:
    """Stored ids -> dataset ids, by one lookup.

    The highest value of the stored type (255 of 8 bits, 65535 of 16) means "ignore".

    Args:
        targets (Sequence[int]): dataset id of each stored id; ``ignore_index`` drops one.
        ignore_index (int): what ignored pixels become.
        first_id (int): stored id of the first target; ids below it are ignored.
        values (Mapping[int, int], optional): the target of each stored value, in place of all of the
            above; the type's highest value is still ignored where it is not among them.
        setting (str): the data set's option for ``values``, for messages.
    """

    def __init__(self, targets: Iterable[int], ignore_index: int, first_id: int = 0,
                 values: Mapping[int, int] | None = None, setting: str = 'part_values') -> None:
        self.first_id, self.values, self.setting = first_id, values, setting
        self.targets = tuple(targets)
        self.dtype = np.min_scalar_type(ignore_index)
        self.tables = {d: self._table(d, np.asarray(self.targets), ignore_index) for d in STORED_DTYPES}

    def as_label_map(self) -> dict[int, int] | None:
        """The same relabelling in mmseg's form: ``{old: new}``, None where nothing changes."""
        if self.values is not None:
            return dict(self.values)
        same = self.targets == tuple(range(len(self.targets)))
        return None if same else dict(enumerate(self.targets))

    def _table(self, dtype, targets, ignore_index):
        stored_ignore = np.iinfo(dtype).max
        table = np.full(stored_ignore + 1, NOT_AN_ID, dtype=np.int32)
        if self.values is not None:
            table[stored_ignore] = ignore_index
            for value, target in self.values.items():
                table[value:value + 1] = target  # none where the type ends before the value
            return table
        table[:self.first_id] = ignore_index
        room = table[self.first_id:stored_ignore]
        room[:len(targets)] = targets[:len(room)]
        table[stored_ignore] = ignore_index
        return table

    def __call__(self, stored: np.ndarray, path: str) -> np.ndarray:
        """Look every pixel up.

        Args:
            stored (ndarray): ids of any shape, uint8 or uint16.
            path (str): their file, for the error.

        Returns:
            ndarray: of the same shape, in the smallest unsigned type that holds ``ignore_index``.

        Raises:
            ValueError: an id without a target; names it and the file.
        """
        ids = self.tables[stored.dtype].take(stored)
        if ids.min() == NOT_AN_ID:
            outside = np.unique(stored[ids == NOT_AN_ID]).tolist()
            known = f'ids {self.first_id} to {self.first_id + len(self.targets) - 1}'
            if self.values is not None:
                known = f'{self.setting}: {sorted(self.values)}'
            top = np.iinfo(stored.dtype).max
            raise ValueError(
                f'label map {printable(path)} holds {_ids_of(outside)}, outside the '
                f'{counted(len(self.targets), "class", "classes")} ({known}, and {top} for ignored pixels); '
                + self._hint(outside, stored.dtype))
        return ids.astype(self.dtype)

    def _hint(self, outside, dtype):
        """What ids without a class are likely to mean, and the line for the config."""
        eight_bits = np.iinfo(np.uint8).max
        if len(outside) > MANY:
            return ('so many look like a picture: colours turned to gray, or a lossy file (JPEG) saved as '
                    'PNG. Make the map again from its annotations')
        if dtype != np.uint8 and outside == [eight_bits]:
            return (f'{eight_bits} is an id like any other in a file of 16 bits. If it marks ignored pixels, '
                    f'put {self.setting}={{**dict(enumerate(names)), {eight_bits}: None}} into the data set; '
                    f'if it marks the part, {self.setting}={{0: None, {eight_bits}: "<its name>"}}')
        if self.values is None and self.first_id == 0 and outside == [len(self.targets)]:
            return ('if 0 is the background there and classes count from 1, put reduce_zero_label=True into '
                    'the data set')
        return ('was it made for another class list? '
                f'{self.setting}={{value: name, …}} states what values mean')


class LabelTables:
    """The lookups of a dataset: part ids, object ids, and the object of each part.

    Args:
        stored (PartTaxonomy): the order of ids in the part maps.
        kept (PartTaxonomy): the dataset's classes, some or all of the stored ones; the others
            become ``ignore_index``.
        object_classes (Sequence[str]): the order of ids in the object maps.
        ignore_index (int): of the dataset, 1 to 65535.
        first_id (int): stored id of the first class and the first object.
        part_values, object_values (Mapping[int, str | None], optional): the name that each stored value
            means, None for ignored pixels, in place of counting.

    Attributes:
        parts (IdTable): part map -> ids in the order of ``kept.object_parts``.
        num_classes, num_objects (int): of ``kept``.
        objects (IdTable): object map -> index into ``kept.objects``; their number for an object
            without any class in ``stored``; ``ignore_index`` for one whose classes are dropped.
        object_of (ndarray): dataset part id (or ``ignore_index``) -> object id.

    Raises:
        ValueError: the ignore index is among the ids; an object is missing in ``object_classes``;
            values of an unknown name, or that no label map can hold.
    """

    def __init__(self, stored: PartTaxonomy, kept: PartTaxonomy, object_classes: Sequence[str],
                 ignore_index: int, first_id: int = 0, part_values: Mapping[int, str | None] | None = None,
                 object_values: Mapping[int, str | None] | None = None) -> None:
        _check_ignore_index(kept, ignore_index)
        unlisted = sorted(set(stored.objects) - set(object_classes))
        if unlisted:
            raise ValueError(f'objects {unlisted} are of classes, but not among the object_classes '
                             f'{tuple(object_classes)}')
        self.ignore_index = ignore_index
        self.num_classes, self.num_objects = len(kept), len(kept.objects)
        new_part = {name: i for i, name in enumerate(kept.object_parts)}
        new_object = {name: i for i, name in enumerate(kept.objects)}
        dropped = dict.fromkeys(set(stored.objects) - set(kept.objects), ignore_index)
        parts = {name: new_part.get(name, ignore_index) for name in stored.object_parts}
        objects = {name: {**dropped, **new_object}.get(name, len(new_object)) for name in object_classes}
        self.parts, self.objects = (
            IdTable(targets.values(), ignore_index, first_id,
                    _targets_of(values, targets, ignore_index, setting), setting)
            for targets, values, setting in ((parts, part_values, 'part_values'),
                                             (objects, object_values, 'object_values')))
        self.object_of = np.full(ignore_index + 1, ignore_index, dtype=self.parts.dtype)
        self.object_of[:len(kept)] = kept.object_of


def _targets_of(values, targets, ignore_index, setting):
    """{stored value: dataset id} of {stored value: name}."""
    if values is None:
        return None
    largest = np.iinfo(np.uint16).max
    for value, name in values.items():
        if not isinstance(value, int) or not 0 <= value <= largest:
            raise ValueError(f'{setting} has the value {value!r}; expected whole numbers from 0 to {largest}')
        if name is not None and name not in targets:
            raise ValueError(f"{setting} names {name!r} for {value}, which is not in the data set's "
                             f'vocabulary; expected one of {list(targets)[:5]}…, or None for ignored pixels')
    return {value: ignore_index if name is None else targets[name] for value, name in values.items()}


def _check_ignore_index(taxonomy, ignore_index):
    """Ids 0..K-1 and object ids 0..O must differ from the ignore index, all within 16 bits."""
    ids = max(len(taxonomy), len(taxonomy.objects) + 1)
    largest = np.iinfo(np.uint16).max
    if not ids <= ignore_index <= largest:
        raise ValueError(f'ignore_index={ignore_index} cannot mark ignored pixels beside {ids} ids '
                         f'({counted(len(taxonomy), "class", "classes")}); use ignore_index={largest}: set '
                         f'{IGNORE_SETTINGS}')


def _ids_of(values):
    """``'id 5'``, ``'id 5 and 3 others'``."""
    return f'id {values[0]}' + (f" and {counted(len(values) - 1, 'other')}" if len(values) > 1 else '')
