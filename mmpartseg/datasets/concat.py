"""Several data sets as one."""
from collections.abc import Sequence

import numpy as np
from mmengine import dataset as mmengine_dataset
from mmseg.registry import DATASETS


@DATASETS.register_module()
class ConcatDataset(mmengine_dataset.ConcatDataset):
    """mmengine's ``ConcatDataset``, which says what keeps data sets apart; it takes its place in configs.

    The arguments are those of mmengine's.

    Raises:
        ValueError: the metainfo of the members differs; names the keys and ``ignore_keys``.
    """

    def __init__(self, datasets: Sequence, lazy_init: bool = False,
                 ignore_keys: str | list[str] | None = None) -> None:
        try:
            super().__init__(datasets, lazy_init, ignore_keys)
        except (KeyError, TypeError, ValueError) as error:
            members = getattr(self, 'datasets', [])
            ignored = [ignore_keys] if isinstance(ignore_keys, str) else list(ignore_keys or ())
            keys = [key for key in differing_keys(members) if key not in ignored]
            if not keys:
                raise
            names = ', '.join(type(member).__name__ for member in members)
            raise ValueError(f'ConcatDataset of {names}: their metainfo differs in {keys}. Give them one '
                             'vocabulary; or, where each is to keep its own (joint training), set '
                             f'ignore_keys={ignored + keys}') from error


def differing_keys(datasets: Sequence) -> list[str]:
    """The keys of ``metainfo`` that are not the same in all data sets, in alphabetical order."""
    metas = [dataset.metainfo for dataset in datasets]
    return [key for key in sorted({key for meta in metas for key in meta})
            if not all(_same(metas[0].get(key), meta.get(key)) for meta in metas)]


def _same(first, second):
    if type(first) is not type(second):
        return False
    return np.array_equal(first, second) if isinstance(first, np.ndarray) else first == second
