"""The files of a data set: images, part maps and object maps in folders of their own."""
import logging
import os
from collections.abc import Sequence
from typing import Any

from mmengine import fileio
from mmengine.logging import print_log

from mmpartseg.datasets.file_lists import check_complete, check_no_strays, list_stems, listed_stems
from mmpartseg.datasets.label_survey import MapFacts, facts_of_some, finding

PREFIX_KEYS = ('img_path', 'seg_map_path', 'object_map_path')
SEE_ALSO = 'data/README.md of the source shows the expected folders'


class FoldersOfMaps:
    """Of a data set: the list of its samples, by stems that the folders of ``data_prefix`` share."""
    # of mmseg's data set, whose bases it stands among
    ann_file: str
    data_root: str
    data_prefix: dict[str, Any]
    img_suffix: str | Sequence[str]
    seg_map_suffix: str
    backend_args: dict[str, Any] | None
    reduce_zero_label: bool
    label_tables: Any
    _stored: Any
    _metainfo: dict[str, Any]
    MADE_BY: str = ''  # the command; braces stand for the folder

    def load_data_list(self) -> list[dict[str, Any]]:
        """One dict a sample: the paths of image, part map and object map."""
        images = self._folder_files('img_path', self.img_suffix)
        if not images:
            raise ValueError(f"{self.data_prefix['img_path']} holds no image that ends with "
                             f'{self.img_suffix}; {SEE_ALSO}')
        stems = list(images)
        if self.ann_file:
            stems = listed_stems(self.ann_file, images, self.img_suffix, self.backend_args)
        paths = {'img_path': images}
        for key in PREFIX_KEYS[1:]:
            if self._has_maps(key):
                paths[key] = self._folder_files(key, self.seg_map_suffix)
                check_complete(stems, paths[key], self.data_prefix[key], self.seg_map_suffix)
                check_no_strays(images, paths[key], self.data_prefix[key], self.data_prefix['img_path'])
        samples = [{**{key: os.path.join(self.data_prefix[key], files[stem])
                       for key, files in paths.items()}, 'sample_name': stem,
                    'reduce_zero_label': self.reduce_zero_label, 'seg_fields': []} for stem in stems]
        self._look_at_maps(samples)
        return samples

    def _look_at_maps(self, samples):
        """Warn if some of the maps, evenly spread, seem to be meant otherwise than they are read."""
        for key in PREFIX_KEYS[1:]:
            paths = [sample[key] for sample in samples if key in sample]
            found = self.odd_values(key, facts_of_some(paths, self.backend_args))
            if found:
                print_log(f'{self.data_prefix[key]}: {found}', logger='current', level=logging.WARNING)

    def odd_values(self, key: str, facts: Sequence[MapFacts]) -> str | None:
        """What :func:`finding` says of some maps, those of ``data_prefix[key]``; None if all is clear.

        Args:
            key (str): ``'seg_map_path'`` or ``'object_map_path'``.
            facts (list[MapFacts]): of the maps.
        """
        table, name = self.label_tables.parts, self._stored.object_parts[0]
        if key == 'object_map_path':
            table, name = self.label_tables.objects, self._metainfo['object_classes'][0]
        return None if table.values is not None else finding(facts, name, table.setting, table.first_id)

    def _folder_files(self, key, suffixes):
        """Stem -> file of one folder of ``data_prefix``."""
        folder = self.data_prefix.get(key, '')
        if not fileio.isdir(folder, backend_args=self.backend_args):
            raise FileNotFoundError(f'{key} of {type(self).__name__}: {self.no_folder(folder)}')
        return list_stems(folder, suffixes, self.backend_args)

    def no_folder(self, folder: str) -> str:
        """What is said of a folder that is not there, with the command that makes it."""
        made = f'`{self.MADE_BY.format(self.data_root)}` makes it; ' if self.MADE_BY else ''
        return f"there is no folder '{folder}'; {made}{SEE_ALSO}"

    def _has_maps(self, key):
        folder = self.data_prefix.get(key)
        if folder is None or key == 'seg_map_path':
            return folder is not None
        found = fileio.isdir(folder, backend_args=self.backend_args)
        if not found:
            print_log(f"{type(self).__name__}: there is no folder '{folder}'; object maps are "
                      'derived from the part maps', logger='current', level=logging.WARNING)
        return found
