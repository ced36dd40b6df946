"""Few-shot training sets, drawn with a seed."""
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np
from mmengine.logging import print_log
from mmseg.registry import DATASETS

from mmpartseg.datasets.part_seg_dataset import READERS, PartSegDataset
from mmpartseg.printable import counted


@DATASETS.register_module(name='KShotDataset')
def k_shot_dataset(dataset: dict[str, Any], shots: int, seed: int = 0) -> Any:
    """A data set reduced to few images of each class, the same on every machine.

    Args:
        dataset (dict): config of a :class:`PartSegDataset`.
        shots (int): each class occurs in at least so many images, or in all that have it.
        seed (int): which images. With the same seed fewer shots are a subset of more.

    Returns:
        PartSegDataset: the data set with the drawn images, in their order.

    Raises:
        ValueError: another type of data set, or no shots.
    """
    if shots < 1:
        raise ValueError(f'shots={shots}; at least 1 image of each class is needed')
    dataset = DATASETS.build(dataset)
    if not isinstance(dataset, PartSegDataset):
        raise ValueError('KShotDataset reads the part maps of a PartSegDataset, got a '
                         f'{type(dataset).__name__}')
    dataset.full_init()
    present = class_presence(dataset)
    drawn = draw_shots(present, shots, seed)
    scarce = present[drawn].sum(0) < shots
    print_log(f"{type(dataset).__name__}: drew {len(drawn)} of {counted(len(dataset), 'image')}, {shots} or "
              f'more of each class; fewer of {np.count_nonzero(scarce)} of the {len(scarce)}',
              logger='current')
    dataset.get_subset_(drawn.tolist())
    return dataset


def class_presence(dataset: Any) -> np.ndarray:
    """(n, K) bool: which classes each image of a PartSegDataset shows; reads every part map."""
    def presence(index):
        return np.bincount(dataset.read_parts(index), minlength=len(dataset.taxonomy)) > 0
    with ThreadPoolExecutor(READERS) as pool:
        return np.stack(list(pool.map(presence, range(len(dataset)))))


def draw_shots(present: np.ndarray, shots: int, seed: int) -> np.ndarray:
    """Images that are, in a random order, among the first ``shots`` of any of their classes.

    Args:
        present (ndarray): (n, K) bool.
        shots (int): images of each class.
        seed (int): of the random order.

    Returns:
        ndarray: sorted indices into the n images.
    """
    order = np.random.default_rng(seed).permutation(len(present))
    shuffled = present[order]
    rank = shuffled.cumsum(axis=0)
    return np.sort(order[(shuffled & (rank <= shots)).any(axis=1)])
