"""One sample for every object of an image."""
from typing import Any

import numpy as np
from mmseg.registry import DATASETS
from torch.utils.data import Dataset

from mmpartseg.datasets.draws import random_numbers_of
from mmpartseg.datasets.k_shot import class_presence
from mmpartseg.datasets.part_seg_dataset import PartSegDataset

MAX_DRAWS = 1000  # as mmengine's max_refetch


@DATASETS.register_module()
class PerObjectDataset(Dataset):
    """The (image, object) pairs of a data set: each object of which an image shows a labelled part.

    ``KeepObject`` in the pipeline leaves the pair's object alone in the label maps. A pair of which
    the pipeline makes nothing (:class:`RequirePart`) is replaced by another one at random.

    Args:
        dataset (dict): config of a :class:`PartSegDataset`, or of a :class:`KShotDataset` of one.
        lazy_init (bool): leave the files unread until they are needed.

    Raises:
        ValueError: another type of data set; a pipeline that makes nothing of any pair.
    """

    def __init__(self, dataset: dict[str, Any], lazy_init: bool = False) -> None:
        self.dataset = DATASETS.build(dataset)
        if not isinstance(self.dataset, PartSegDataset):
            raise ValueError('PerObjectDataset reads the part maps of a PartSegDataset, got a '
                             f'{type(self.dataset).__name__}')
        self.pairs: Any = None  # (n, 2) of :meth:`full_init`
        if not lazy_init:
            self.full_init()

    @property
    def metainfo(self) -> dict[str, Any]:
        """dict: of the data set inside."""
        return self.dataset.metainfo

    def full_init(self) -> None:
        """Read every part map once."""
        if self.pairs is None:
            self.dataset.full_init()
            taxonomy = self.dataset.taxonomy
            is_part_of = np.eye(len(taxonomy.objects), dtype=bool)[list(taxonomy.object_of)]  # K x O
            self.pairs = np.argwhere(class_presence(self.dataset) @ is_part_of)

    def __len__(self):
        self.full_init()
        return len(self.pairs)

    def get_data_info(self, idx: int) -> dict[str, Any]:
        """The image's sample, with ``object_id``, an index into the taxonomy's objects."""
        self.full_init()
        image, obj = self.pairs[idx].tolist()
        return dict(self.dataset.get_data_info(image), sample_idx=idx, object_id=obj)

    def __getitem__(self, idx: Any) -> Any:
        with random_numbers_of(idx):
            return self._sample(int(idx))

    def _sample(self, idx):
        drawn = idx
        for _ in range(MAX_DRAWS):
            data = self.dataset.pipeline(self.get_data_info(drawn))
            if data is not None:
                return data
            drawn = np.random.randint(len(self))
        raise ValueError(f'the pipeline made nothing of what was drawn {MAX_DRAWS} times after sample {idx} '
                         f"({self.get_data_info(idx)['img_path']}); is its crop too small for RequirePart?")
