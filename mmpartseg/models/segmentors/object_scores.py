"""The scores of both stages of ZSSeg+ for the parts of some objects of an image.

.. code-block:: text

    object_scores(): head.decode() -> pixel_scores() -> head.region_logits() -> region_scores() -> ensemble()
"""
from typing import NamedTuple

import torch
import torch.nn.functional as F

from .region_scores import ensemble, pixel_scores, region_scores


class Picture(NamedTuple):
    """One image of a batch.

    Attributes:
        features (list[Tensor]): (1, C, h, w), the backbone's.
        padded (tuple[int, int]): (H, W) of what the backbone saw; padding is right and below.
        pixels (Tensor): (3, H, W) without padding, RGB, 0 to 255.
        size (tuple[int, int]): (H, W) of the image itself.
        text (Tensor): (K + 1, D) of the vocabulary.
    """
    features: list
    padded: tuple
    pixels: torch.Tensor
    size: tuple
    text: torch.Tensor


def object_scores(head, picture, masks, classes, piece_bytes=None):
    """Scores of the classes that each object may have.

    Args:
        head (ZSSegHead): with the test vocabulary of the picture's text.
        picture (Picture): the image.
        masks (list[Tensor]): (H, W) bool, of each object, at the network's size.
        classes (list[Tensor]): (n,) those of each object.
        piece_bytes (int, optional): see :func:`pixel_scores`.

    Yields:
        Tensor: (n, H, W), of one object after the other.
    """
    if not masks:
        return
    proposed = propose(head, picture, masks, classes, piece_bytes)
    regions = [proposals for proposals, _ in proposed]
    logits = head.region_logits([picture.pixels] * len(masks), masks, regions, len(head.test_taxonomy),
                                picture.text).float()
    for mask, own, (proposals, scores), logit in zip(masks, classes, proposed, logits):
        distribution = logit[:, own].softmax(-1)  # "no object" and classes of others left out
        region = region_scores(proposals, mask, distribution)
        yield ensemble(scores, region, head.is_seen[own], head.ensemble_weight)


def propose(head, picture, masks, classes, piece_bytes):
    """For each object its proposal map and the scores of its classes, see :func:`pixel_scores`."""
    size, none = picture.pixels.shape[1:], len(head.test_taxonomy.objects)
    padding = (0, picture.padded[1] - size[1], 0, picture.padded[0] - size[0])
    objects = F.pad(torch.where(torch.stack(masks), 0, none), padding, value=none)
    output = head.decode([*picture.features, objects], head.test_index, text=picture.text)
    last = (logits[-1].float() for logits in output)
    with torch.autocast(objects.device.type, enabled=False):  # half precision would tie the scores
        return [pixel_scores(*each, picture.padded, tuple(size), own, piece_bytes)
                for *each, own in zip(*last, classes)]


def resized_mask(mask, size):
    """A mask (H, W) bool at another size, nearest; one that would vanish is max-pooled instead."""
    mask = mask[None, None].float()
    resized = F.interpolate(mask, size, mode='nearest')[0, 0] > 0
    return resized if resized.any() else F.adaptive_max_pool2d(mask, size)[0, 0] > 0
