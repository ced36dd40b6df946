"""The base class of all part segmentation datasets."""
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np
from mmengine.logging import print_log
from mmseg.datasets import BaseSegDataset
from mmseg.registry import DATASETS

from mmpartseg.datasets.draws import random_numbers_of
from mmpartseg.datasets.folders_of_maps import PREFIX_KEYS, FoldersOfMaps
from mmpartseg.datasets.label_files import read_label_map
from mmpartseg.datasets.label_maps import LabelTables
from mmpartseg.palette import part_palette
from mmpartseg.printable import counted
from mmpartseg.taxonomy import PartTaxonomy, load_metainfo

READERS = 8  # threads; Pillow decodes without Python's lock, but more of them only wait for it


def shipped_metainfo(name: str) -> dict[str, Any]:
    """METAINFO of a shipped vocabulary; KeyError if there is none of that name."""
    meta = load_metainfo(name)
    return {'classes': tuple(meta['object_part_classes']),
            'palette': part_palette(PartTaxonomy(meta['object_part_classes'])).tolist(),
            'object_classes': tuple(meta['object_classes']), 'taxonomy': name}


@DATASETS.register_module()
class PartSegDataset(FoldersOfMaps, BaseSegDataset):
    """Images with part label maps and, where there are any, object label maps.

    A subclass states its vocabulary in ``METAINFO`` and its layout in ``IMG_SUFFIX`` and
    ``FOLDERS`` (images, part maps, object maps). For other data ``taxonomy`` names the classes::

        dict(type='PartSegDataset', taxonomy=["cat's head", "cat's tail"], data_root='data/mine',
             data_prefix=dict(img_path='images', seg_map_path='labels'))

    The pipeline gets ``label_tables`` (:class:`LabelTables`) beside the paths, which
    ``LoadPartAnnotations`` applies. Without ``object_map_path`` in ``data_prefix``, or where that
    folder does not exist, each object map is derived from its part map: object pixels that carry
    no part label then belong to no object.

    Args:
        split (str): ``'all'`` keeps every class. ``'seen'`` keeps those of seen objects (paper,
            Sec. 3.1): the others become ``ignore_index``, images without a seen part are dropped.
        taxonomy (str | Sequence[str] | dict | PartTaxonomy, optional): the classes in the order
            of ids in the part maps; a shipped name brings its palette and object classes.
        metainfo (dict, optional): may replace ``palette``, ``object_classes`` (the order of ids
            in the object maps; else the taxonomy's objects) and, in a subclass, ``classes`` by
            some of them.
        img_suffix (str | Sequence[str], optional): endings of image names.
        data_prefix (dict, optional): folders ``img_path``, ``seg_map_path``, ``object_map_path``.
        part_values, object_values (dict, optional): what the stored values of part and object maps
            mean: ``{0: None, 255: "cat's head"}``, None for ignored pixels.
        lazy_init (bool): leave the files unread until they are needed.
        kwargs: as of ``BaseSegDataset``. ``ann_file`` lists stems, one a line, or is a JSON list
            of ``{"file_name": …}``. With ``reduce_zero_label`` the stored part and object ids
            count from 1, and 0 is ignored. Without these two, a warning says so if the maps seem to
            be meant otherwise.

    Raises:
        ValueError: an unknown split or folder key, no or two vocabularies, too many classes
            for ``ignore_index``, an empty split, a label map without an image; the message names the
            value, the folder or the file.
        FileNotFoundError: a folder, a list, or the label map of an image is missing.
    """
    IMG_SUFFIX: str | tuple[str, ...] = ('.jpg', '.jpeg', '.png', '.JPG', '.JPEG', '.PNG')
    FOLDERS: tuple[str, ...] = ('', '')

    def __init__(self, split: str = 'all', taxonomy: Any = None, metainfo: dict[str, Any] | None = None,
                 img_suffix: str | Sequence[str] | None = None,
                 data_prefix: dict[str, Any] | None = None, part_values: dict[int, str | None] | None = None,
                 object_values: dict[int, str | None] | None = None, lazy_init: bool = False,
                 **kwargs: Any) -> None:
        if split not in ('all', 'seen'):
            raise ValueError(f"split is {split!r}; expected 'all' or 'seen'")
        unknown = sorted(set(data_prefix or ()) - set(PREFIX_KEYS))
        if unknown:
            raise ValueError(f'data_prefix has {unknown}; its keys are {PREFIX_KEYS}')
        if kwargs.get('reduce_zero_label') and (part_values is not None or object_values is not None):
            raise ValueError('reduce_zero_label=True and part_values or object_values both say what stored '
                             'values mean; give one of them')
        self.split = split
        self.values = {'seg_map_path': part_values, 'object_map_path': object_values}
        source = self._vocabulary_source(taxonomy)
        stored = PartTaxonomy.build(source)
        if taxonomy is not None:
            shipped = shipped_metainfo(taxonomy) if isinstance(taxonomy, str) else {}
            shipped.pop('taxonomy', None)  # mmengine takes a string in metainfo for a file name
            metainfo = {'classes': stored.object_parts, **shipped, **(metainfo or {})}
        super().__init__(
            metainfo=metainfo, img_suffix=img_suffix or self.IMG_SUFFIX,
            data_prefix=data_prefix or dict(zip(PREFIX_KEYS, self.FOLDERS)), lazy_init=True,
            **kwargs)
        self._set_vocabulary(source, stored)
        if not lazy_init:
            self.full_init()

    @property
    def taxonomy(self) -> PartTaxonomy:
        """PartTaxonomy: of this dataset's classes, the seen ones where ``split='seen'``."""
        return self._taxonomy

    def _vocabulary_source(self, taxonomy):
        own = self.METAINFO.get('taxonomy', self.METAINFO.get('classes'))
        name = type(self).__name__
        if own is not None and taxonomy is not None:
            raise ValueError(f"{name} states its own classes; taxonomy goes with 'PartSegDataset'")
        if own is None and taxonomy is None:
            raise ValueError(f'{name} needs taxonomy: class names in the order of ids, or the '
                             'name of a shipped vocabulary')
        if isinstance(taxonomy, str) and ':' in taxonomy:
            raise ValueError(f"taxonomy='{taxonomy}': name the whole vocabulary, and set "
                             "split='seen' for its seen classes")
        return taxonomy if own is None else own

    def _set_vocabulary(self, source, stored):
        classes, palette = self._metainfo['classes'], self._metainfo['palette']
        kept, name = stored, source
        if tuple(classes) != stored.object_parts:
            objects = PartTaxonomy(classes).objects
            kept = PartTaxonomy(classes, set(stored.unseen_objects) & set(objects))
            name = None
        if self.split == 'seen':
            kept = kept.seen()
        colour = dict(zip(classes, palette))
        object_classes = tuple(self._metainfo.get('object_classes', stored.objects))
        self._taxonomy, self._stored = kept, stored
        self.label_tables = LabelTables(stored, kept, object_classes, self.ignore_index,
                                        int(self.reduce_zero_label), *self.values.values())
        self.label_map = self.label_tables.parts.as_label_map()  # for mmseg's LoadAnnotations
        self._metainfo.update(
            label_map=self.label_map, classes=kept.object_parts,
            palette=[colour[n] for n in kept.object_parts], object_classes=object_classes,
            taxonomy=self._describe(name, kept))

    def _describe(self, name, kept):
        """What ``PartTaxonomy.build`` makes this dataset's taxonomy of: a name if it has one."""
        if isinstance(name, str):
            return f'{name}:seen' if self.split == 'seen' else name
        return {'object_parts': list(kept.object_parts),
                'unseen_objects': list(kept.unseen_objects)}

    def filter_data(self) -> list[dict[str, Any]]:
        """Drop images without a seen part; reads every part map once, in threads."""
        if self.split == 'all':
            return self.data_list
        if 'seg_map_path' not in self.data_prefix:
            raise ValueError("split='seen' reads the part maps; state seg_map_path in data_prefix")
        with ThreadPoolExecutor(READERS) as pool:
            has_part = list(pool.map(self._has_part, self.data_list))
        kept = [info for info, keep in zip(self.data_list, has_part) if keep]
        print_log(f"{type(self).__name__}: kept {len(kept)} of {counted(len(has_part), 'image')} with a "
                  'seen part', logger='current')
        if not kept:
            raise ValueError(f'none of the {len(has_part)} part maps in '
                             f"{self.data_prefix['seg_map_path']} holds a seen part")
        return kept

    def _has_part(self, info):
        path = info['seg_map_path']
        stored = read_label_map(path, self.backend_args)
        return bool((self.label_tables.parts(stored, path) != self.ignore_index).any())

    def __getitem__(self, idx: Any) -> Any:
        """A sample through the pipeline, whose random numbers are those of a :class:`Draw`."""
        with random_numbers_of(idx):
            return super().__getitem__(int(idx))

    def get_data_info(self, idx: int) -> dict[str, Any]:
        """The sample's paths, its name below the image folder (``sample_name``), the lookups that turn
        its stored ids into the dataset's, and the dataset's ``taxonomy``, by which joint training knows
        the sample's classes."""
        info = super().get_data_info(idx)
        info.update(label_tables=self.label_tables, label_map=self.label_map,
                    taxonomy=self._metainfo['taxonomy'])
        return info

    def get_cat_ids(self, idx: int) -> list[int]:
        """list[int]: the classes in an image's part map, for mmengine's ``ClassBalancedDataset``."""
        return np.unique(self.read_parts(idx)).tolist()

    def read_parts(self, idx: int) -> np.ndarray:
        """The labelled pixels of an image's part map, in the dataset's ids; reads the file."""
        path = self.get_data_info(idx)['seg_map_path']
        ids = self.label_tables.parts(read_label_map(path, self.backend_args), path)
        return ids[ids != self.ignore_index]
