"""A second, closer look: each object's own crop of the picture, decoded for its own parts."""
from typing import NamedTuple

import cv2
import numpy as np
import torch
import torch.nn.functional as F
from mmseg.structures import SegDataSample

from .decide import decide_known, mean_scores

CONTEXT = 0.25  # of a region's box, on each side of it
WORTHWHILE = 0.75  # a crop that is longer shows little more than the whole picture did
SPECK = 0.1  # of an object's largest region: smaller ones are not looked at again


class Region(NamedTuple):
    """A connected region of one object, and where to look at it.

    Attributes:
        object (int): its index.
        area (tuple[slice, slice]): rows and columns of the crop.
        mask (ndarray): of the crop, (h, w) bool: the region's pixels.
    """
    object: int
    area: tuple
    mask: np.ndarray


def regions_of(objects, num_objects):
    """What is worth a closer look.

    Args:
        objects (ndarray): (H, W) object of each pixel; values outside 0…O-1 mean none.
        num_objects (int): O.

    Returns:
        list[Region]: connected regions of objects. Crops have the shape of the picture, so that the network
        sees them distorted as it sees pictures.
    """
    found = []
    for obj in np.unique(objects[(objects >= 0) & (objects < num_objects)]).tolist():
        _, labels, stats, _ = cv2.connectedComponentsWithStats((objects == obj).astype(np.uint8))
        sizes = stats[1:, cv2.CC_STAT_AREA]
        for region in np.flatnonzero(sizes >= SPECK * sizes.max()) + 1:
            area = crop_around(stats[region, :4], objects.shape)
            if area is not None:
                found.append(Region(obj, area, labels[area] == region))
    return found


def crop_around(box, shape):
    """Rows and columns of a crop around a box (x, y, width, height); None where it is not worthwhile."""
    x, y, width, height = box.tolist()
    share = max(width / shape[1], height / shape[0]) * (1 + 2 * CONTEXT)
    if share > WORTHWHILE:
        return None
    middle = y + height / 2, x + width / 2
    return tuple(_span(centre, max(1, round(share * side)), side) for centre, side in zip(middle, shape))


def _span(centre, length, side):
    start = min(max(round(centre - length / 2), 0), side - length)
    return slice(start, start + length)


def zoom_in(model, sample, picture, size):
    """Decide the parts of each object again, from a crop of the picture around it.

    Which pixels are an object's stays as it was decided from the whole picture, or is known. Each connected
    region costs one more pass through the network; in every setting those of its own object map.

    Args:
        model (PartSegmentor): that decided.
        sample (SegDataSample): its label maps and ``part_scores`` change.
        picture (ndarray): (H, W, 3) uint8 BGR, of their size.
        size (tuple[int, int]): (h, w) of what the network sees.

    Raises:
        ValueError: see :func:`check_zoom`.
    """
    check_zoom(model.test_cfg)
    known, predicted = model.objects_of(sample)
    object_of = F.pad(model.index.object_of, (0, 1), value=len(model.taxonomy.objects))
    maps = dict(pred_sem_seg=object_of[sample.pred_sem_seg.data[0]], pred_oracle_sem_seg=known,
                pred_obj_sem_seg=predicted)
    scored = 'pred_sem_seg' if known is None else 'pred_oracle_sem_seg'
    for name, objects in maps.items():
        if objects is not None:
            scores = sample.get('part_scores') if name == scored else None
            CloserLook(model, picture, size).decide(sample.get(name).data[0], objects, scores)


def check_zoom(cfg):
    """ValueError for settings that zoom cannot keep."""
    if cfg.get('return_logits', False):
        raise ValueError('zoom decides label maps, and has no scores of the whole picture: leave out '
                         'test_cfg.return_logits')
    if cfg.get('oracle_objects', 'pixel') != 'pixel':
        raise ValueError("zoom looks at the parts of a pixel's own object; with test_cfg.oracle_objects="
                         f"'{cfg.oracle_objects}' those of others compete: leave one of them out")


class CloserLook:
    """At the objects of one picture, for one of its label maps.

    Args:
        model (PartSegmentor), picture (ndarray), size (tuple[int, int]): as of :func:`zoom_in`.
    """

    def __init__(self, model, picture, size):
        self.model, self.picture, self.size = model, picture, size
        self.index, self.num_classes = model.index, len(model.taxonomy)

    def decide(self, labels, objects, part_scores=None):
        """Change a label map, and the mean scores of its classes.

        Args:
            labels (Tensor): (H, W) int64, changed in place.
            objects (Tensor): (H, W) object of each pixel.
            part_scores (Tensor, optional): (K,), changed in place: where a part of a class's pixels is seen
                in crops, the mean over what was seen there and, of the others, in the whole.
        """
        regions = regions_of(objects.cpu().numpy(), len(self.model.taxonomy.objects))
        pixels, total = self._seen_in_crops(labels, regions)
        if part_scores is not None and regions:
            own = labels.flatten().bincount(minlength=self.num_classes)[:self.num_classes]
            others = own - pixels
            total += torch.where(others > 0, part_scores.double() * others, 0)
            part_scores.copy_(total / own)

    def _seen_in_crops(self, labels, regions):
        """(K,) of each class: its pixels in all regions, and the sum of their scores."""
        pixels, total = (torch.zeros(self.num_classes, dtype=dtype, device=labels.device)
                         for dtype in (torch.long, torch.double))
        for region in regions:
            mask = torch.from_numpy(region.mask).to(labels.device)
            found, scores = self._decided(region, mask)
            labels[region.area] = torch.where(mask, found, labels[region.area])
            counts = found.flatten().bincount(minlength=self.num_classes)[:self.num_classes]
            pixels += counts
            total += torch.where(counts > 0, scores.double() * counts, 0)
        return pixels, total

    def _decided(self, region, mask):
        """Of a region: (h, w) the class of each of its pixels, K elsewhere; (K,) the classes' mean scores."""
        model, object_of = self.model, self.index.object_of
        classes = (object_of == region.object).nonzero()[:, 0]
        scores, = model.scores_of(self._inputs(region.area), [{}]).classes(classes)
        objects = torch.where(mask, region.object, -1)
        names = F.pad(classes, (0, 1), value=self.num_classes)
        found = decide_known(scores, tuple(mask.shape), object_of[classes], objects,
                             model.test_cfg.get('piece_bytes'), names)
        channel_of = torch.zeros_like(object_of)
        channel_of[classes] = torch.arange(len(classes), device=classes.device)
        return found, mean_scores(scores, found, self.num_classes, model.test_cfg.get('piece_bytes'),
                                  model.scores_are_probabilities, channel_of)

    def _inputs(self, area):
        """(1, 3, h, w): the crop as the network sees pictures, resized as Pillow does it."""
        crop = torch.from_numpy(np.ascontiguousarray(self.picture[area])).permute(2, 0, 1)[None].float()
        crop = F.interpolate(crop, self.size, mode='bilinear', antialias=True).round().byte()
        data = dict(inputs=list(crop), data_samples=[SegDataSample()])
        return self.model.data_preprocessor(data, False)['inputs']
