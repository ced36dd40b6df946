"""What files that belong to a sample are called: its path below the image folder."""
from collections.abc import Sequence
from pathlib import Path
from typing import Any


def leaves(dataset: Any) -> list:
    """The data sets inside mmengine's wrappers (``ConcatDataset``, ``RepeatDataset``, …)."""
    inner = getattr(dataset, 'datasets', None) or ([dataset.dataset] if hasattr(dataset, 'dataset') else [])
    return [leaf for each in inner for leaf in leaves(each)] if inner else [dataset]


def output_name(sample: Any) -> str:
    """``a/1`` for the image ``a/1.jpg`` below the image folder of a ``PartSegDataset``.

    Args:
        sample (SegDataSample | dict): of other data sets, which do not say it, the file's name alone.
    """
    return sample.get('sample_name') or Path(sample.get('img_path')).stem


def check_output_names(datasets: Sequence) -> None:
    """Two images must not write one file.

    Args:
        datasets (Sequence): data sets, maybe wrapped, whose outputs go into one folder.

    Raises:
        ValueError: names two images of one name, and the name.
    """
    paths: dict[str, str] = {}
    for dataset in (leaf for each in datasets for leaf in leaves(each) if hasattr(leaf, 'get_data_info')):
        for i in range(len(dataset)):
            info = dataset.get_data_info(i)
            other = paths.setdefault(output_name(info), info['img_path'])
            if other != info['img_path']:
                raise ValueError(f"the outputs of '{other}' and '{info['img_path']}' would both be called "
                                 f"'{output_name(info)}': test their data sets one after the other, each "
                                 'with an output folder of its own')
