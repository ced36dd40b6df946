"""One picture of many: what it is, what was found on it, and how that compares with the truth."""
from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np
import torch
from mmengine.structures import PixelData

from ..orientation import orientation_of
from ..pictures import opened
from ..printable import counted, printable
from ..taxonomy import ANYTHING, SEPARATOR, PartTaxonomy, object_and_part, shown_name
from ..visualization import sample_grid
from .id_images import read_ids

FIGURE_SIDE = 640  # pixels, of a panel
IGNORED = (255, 65535)  # of 8 and 16 bits


class Picture(NamedTuple):
    """One picture to predict.

    Attributes:
        label (str): what a message calls it.
        name (str): of its output files.
        stem (str): of the files that belong to it, such as masks.
        read (Callable): returns its pixels, (H, W, 3) uint8 BGR.
        file (str, optional): that it is read from, if it is not a frame of a video.
    """
    label: str
    name: str
    stem: str
    read: Callable
    file: str | None = None


def say(picture: Picture, sample: Any, instances: list[dict] | None) -> None:
    """A line on what was found, the largest part first; one on connected regions."""
    shares, scores = sample.shares, sample.scores
    parts = [f'{name} {shares[name]:.1%} (score {scores[name]:.2f})'
             for name in sorted(shares, key=shares.get, reverse=True)]
    print(f"{printable(picture.label)}: {', '.join(parts) or 'nothing found'}")
    if instances:
        print('  connected regions:', ', '.join(f"{each['object']} {each['number']} at {each['box']}"
                                                for each in instances))


def comparison(inferencer: Any, ground_truth: str, picture: Picture, image: np.ndarray,
               sample: Any) -> np.ndarray:
    """Input, ground truth and predictions side by side, parts put together in all as in the prediction."""
    turning: tuple = ()
    if picture.file is not None:
        with opened(picture.file) as file:
            turning = picture.file, orientation_of(file), image.shape[:2]
    truth = read_ids(ground_truth, picture.stem, 'ground truth', *turning).astype(np.int64)
    if truth.shape == image.shape[:2]:  # else the drawing says so
        check_truth(truth, len(inferencer.taxonomy))
        truth = np.where(np.isin(truth, IGNORED), truth, _regrouped(truth, sample.words))
    sample.gt_sem_seg = PixelData(data=torch.from_numpy(truth)[None])
    taxonomy = PartTaxonomy([f'{obj or ANYTHING}{SEPARATOR}{part}'
                             for obj, part in map(object_and_part, sample.names)])
    return sample_grid([(image[..., ::-1], sample)], taxonomy, width=FIGURE_SIDE, unseen=sample.words.unseen)


def _regrouped(truth, words):
    """Ids, or the number of classes, after parts are put together."""
    return np.append(words.new_id, len(words.names))[truth.clip(0, len(words.new_id))]


def found_in(explanation: Any, sample: Any) -> list[str]:
    """Classes that an explanation shows and the prediction has found, as they are or put together."""
    called = dict(zip(map(shown_name, explanation.taxonomy.object_parts), sample.words.new_id))
    return [name for name in explanation.found() if sample.names[called[name]] in sample.found]


def check_truth(truth: np.ndarray, count: int) -> None:
    """ValueError for ids that no part, background or ignored pixel has."""
    odd = np.unique(truth[(truth < 0) | (truth > count)])
    odd = odd[~np.isin(odd, IGNORED)].tolist()
    if odd:
        raise ValueError(f'the ground truth has the values {odd[:5]}, and the vocabulary of '
                         f"{counted(count, 'part')} has the ids 0 to {count - 1}; {count} is background, "
                         f'{IGNORED[0]} is ignored')


def intact(frame: np.ndarray | None) -> np.ndarray:
    """The frame of a video; ValueError for one that is damaged."""
    if frame is None:
        raise ValueError('it cannot be decoded')
    return frame
