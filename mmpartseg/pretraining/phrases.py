"""Phrases that come with pictures, and where each of them points."""
from functools import lru_cache

import numpy as np
import torch

from ..datasets.shapes.canvas import NONE
from ..datasets.shapes.kind import KINDS
from ..datasets.shapes.scene import Thing, load_vocabulary
from ..datasets.shapes.words import Phrase, noun_for
from ..models.decode_heads.targets import resized
from ..taxonomy import split_name

BACKGROUND = Phrase('background', ground='background')  # where no kind's word points
ABOVE, BELOW = 254, 255  # in the instance map: where no thing is, above and below the horizon


def words_for_kinds():
    """list[Phrase]: each kind by its name or, as often as in captions, a synonym."""
    rng = np.random.default_rng(int(torch.randint(2**31, ())))
    return [Phrase(noun_for(rng, kind), kind=kind) for kind in KINDS]


@lru_cache
def part_names():
    """list[str]: of all objects, sorted."""
    return sorted({split_name(name)[1] for name in load_vocabulary().class_index})


def class_maps(samples):
    """The kind and the part of each pixel, (N, H, W) int64: positions in ``KINDS`` and
    :func:`part_names`, ``NONE`` where there is no thing, and no part that is known."""
    instances, parts = (
        torch.stack([sample.get(key).data[0] for sample in samples]).long()
        for key in ('gt_instance', 'gt_part'))
    kind_of = np.full((len(samples), 256), NONE)
    for row, sample in zip(kind_of, samples):
        row[:len(sample.things)] = [list(KINDS).index(thing['kind']) for thing in sample.things]
    part_of = np.full(256, NONE)
    for k, part in enumerate(part_names()):
        part_of[np.flatnonzero(classes_meant(part))] = k
    kind_of, part_of = (torch.from_numpy(table).to(instances.device) for table in (kind_of, part_of))
    return kind_of.gather(1, instances.flatten(1)).view_as(instances), part_of[parts]


def phrase_masks(samples, phrases, size):
    """Where each phrase points in each picture.

    Args:
        samples (list[SegDataSample]): with ``things``, ``background``, ``gt_instance``, whose values
            are positions in ``things``, and ``gt_part``.
        phrases (list[Phrase]): n phrases.
        size (tuple[int, int]): of the masks.

    Returns:
        tuple: bool tensors (N, n, *size), the masks; and where they are known: nobody says where the
        parts of unseen objects are.
    """
    instances, parts = (
        resized(torch.stack([sample.get(key).data[0] for sample in samples]).long(), size)
        for key in ('gt_instance', 'gt_part'))
    device = instances.device
    rows = (torch.arange(size[0], device=device) + 0.5) / size[0]
    horizon = torch.tensor([sample.background[2] for sample in samples], device=device)
    ground = torch.where(rows < horizon[:, None], ABOVE, BELOW)[:, :, None]
    places = torch.where(instances == NONE, ground, instances)
    pairs = [things_meant(sample, phrases) for sample in samples]
    meant, hidden = (torch.from_numpy(np.stack(each)).to(device) for each in zip(*pairs))
    named = torch.from_numpy(np.stack([classes_meant(phrase.part) for phrase in phrases])).to(device)
    masks = torch.stack([each[:, place] & named[:, part] for each, place, part
                         in zip(meant, places, parts)])
    known = torch.stack([~each[:, place] for each, place in zip(hidden, places)])
    return masks, known


@lru_cache
def classes_meant(part):
    """(256,) bool: the classes of a part, of whatever object; all values if it is None."""
    meant = np.full(256, part is None)
    for name, k in load_vocabulary().class_index.items():
        meant[k] |= split_name(name)[1] == part
    return meant


def things_meant(sample, phrases):
    """By the value in the instance map, (n, 256) bool: whether it is meant; whether its parts are unknown."""
    of_part = np.array([phrase.part is not None for phrase in phrases])
    meant, hidden = np.zeros((2, len(phrases), 256), bool)
    for position, thing in enumerate(sample.things):
        thing = Thing(**thing)
        meant[:, position] = [phrase.means(thing) for phrase in phrases]
        if thing.kind in load_vocabulary().unseen:
            hidden[:, position] = meant[:, position] & of_part
    for value, ground in zip((ABOVE, BELOW), sample.background):
        meant[:, value] = [phrase.ground == ground for phrase in phrases]
    return meant, hidden
