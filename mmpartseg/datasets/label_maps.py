"""Label maps as files: exact reading, and stored ids to dataset ids by table lookup."""
import io

import numpy as np
from mmengine import fileio
from PIL import Image

# Pillow's modes with one channel of whole numbers. A 1-bit gray PNG ('1') holds 0 and 255: lossless
# optimisers store an 8-bit map of those two values so. 'I' is what older Pillow makes of 16 bits.
SINGLE_CHANNEL_MODES = ('1', 'L', 'P', 'I;16', 'I;16B', 'I')
STORED_DTYPES = (np.dtype('uint8'), np.dtype('uint16'))
NOT_AN_ID = -1


def read_label_map(path, backend_args=None):
    """The stored ids of an 8- or 16-bit PNG, gray or palette, unchanged.

    Returns:
        ndarray: (H, W), uint8 or uint16 as stored.

    Raises:
        FileNotFoundError: no such file.
        ValueError: names the file: it cannot be decoded, or has more than one channel.
    """
    content = fileio.get(path, backend_args=backend_args)
    try:
        with Image.open(io.BytesIO(content)) as image:
            mode = image.mode
            ids = np.asarray(image.convert('L') if mode == '1' else image)
    except Exception as error:  # decoders raise whatever a broken byte makes of their state
        raise ValueError(f'label map {path} cannot be read ({type(error).__name__}: {error}); '
                         'write it again as an 8- or 16-bit PNG') from error
    if mode not in SINGLE_CHANNEL_MODES:
        raise ValueError(f'label map {path} has mode {mode}; expected one channel of ids: '
                         'an 8- or 16-bit gray PNG, or a palette PNG')
    if mode.startswith('I'):
        if ids.min() < 0 or ids.max() > np.iinfo(np.uint16).max:
            raise ValueError(f'label map {path} holds values from {ids.min()} to {ids.max()}; '
                             'expected ids of 8 or 16 bits')
        ids = ids.astype(np.uint16)
    return ids


class IdTable:
    """Stored ids -> dataset ids, by one lookup.

    The highest value of the stored type (255 of 8 bits, 65535 of 16) means "ignore".

    Args:
        targets (Sequence[int]): dataset id of each stored id; ``ignore_index`` drops one.
        ignore_index (int): what ignored pixels become.
        first_id (int): stored id of the first target; ids below it are ignored.
    """

    def __init__(self, targets, ignore_index, first_id=0):
        self.first_id = first_id
        self.targets = tuple(targets)
        self.dtype = np.min_scalar_type(ignore_index)
        self.tables = {d: self._table(d, np.asarray(targets), ignore_index) for d in STORED_DTYPES}

    def as_label_map(self):
        """The same relabelling in mmseg's form: ``{old: new}``, None where nothing changes."""
        same = self.targets == tuple(range(len(self.targets)))
        return None if same else dict(enumerate(self.targets))

    def _table(self, dtype, targets, ignore_index):
        stored_ignore = np.iinfo(dtype).max
        table = np.full(stored_ignore + 1, NOT_AN_ID, dtype=np.int32)
        table[:self.first_id] = ignore_index
        room = table[self.first_id:stored_ignore]
        room[:len(targets)] = targets[:len(room)]
        table[stored_ignore] = ignore_index
        return table

    def __call__(self, stored, path):
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
            last = self.first_id + len(self.targets) - 1
            raise ValueError(
                f'label map {path} holds id {outside[0]} ({len(outside)} such ids), outside the '
                f'{len(self.targets)} classes (ids {self.first_id} to {last}, and '
                f'{np.iinfo(stored.dtype).max} for ignored pixels); was it made for another '
                'class list?')
        return ids.astype(self.dtype)


class LabelTables:
    """The lookups of a dataset: part ids, object ids, and the object of each part.

    Args:
        stored (PartTaxonomy): the order of ids in the part maps.
        kept (PartTaxonomy): the dataset's classes, some or all of the stored ones; the others
            become ``ignore_index``.
        object_classes (Sequence[str]): the order of ids in the object maps.
        ignore_index (int): of the dataset, 1 to 65535.
        first_id (int): stored id of the first class and the first object.

    Attributes:
        parts (IdTable): part map -> ids in the order of ``kept.object_parts``.
        num_classes, num_objects (int): of ``kept``.
        objects (IdTable): object map -> index into ``kept.objects``; their number for an object
            without any class in ``stored``; ``ignore_index`` for one whose classes are dropped.
        object_of (ndarray): dataset part id (or ``ignore_index``) -> object id.

    Raises:
        ValueError: the ignore index is among the ids; an object is missing in ``object_classes``.
    """

    def __init__(self, stored, kept, object_classes, ignore_index, first_id=0):
        _check_ignore_index(kept, ignore_index)
        unlisted = sorted(set(stored.objects) - set(object_classes))
        if unlisted:
            raise ValueError(f'objects {unlisted} have classes but are not among the '
                             f'object_classes {tuple(object_classes)}')
        self.ignore_index = ignore_index
        self.num_classes, self.num_objects = len(kept), len(kept.objects)
        new_part = {name: i for i, name in enumerate(kept.object_parts)}
        new_object = {name: i for i, name in enumerate(kept.objects)}
        dropped = dict.fromkeys(set(stored.objects) - set(kept.objects), ignore_index)
        self.parts = IdTable([new_part.get(name, ignore_index) for name in stored.object_parts],
                             ignore_index, first_id)
        self.objects = IdTable([{**dropped, **new_object}.get(name, len(new_object))
                                for name in object_classes], ignore_index, first_id)
        self.object_of = np.full(ignore_index + 1, ignore_index, dtype=self.parts.dtype)
        self.object_of[:len(kept)] = kept.object_of


def _check_ignore_index(taxonomy, ignore_index):
    """Ids 0..K-1 and object ids 0..O must differ from the ignore index, all within 16 bits."""
    ids = max(len(taxonomy), len(taxonomy.objects) + 1)
    largest = np.iinfo(np.uint16).max
    if not ids <= ignore_index <= largest:
        raise ValueError(f'ignore_index={ignore_index} cannot mark ignored pixels beside {ids} ids '
                         f'({len(taxonomy)} classes); use ignore_index={largest}')
