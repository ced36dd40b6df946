"""A second, closer look: each object's own crop of the picture, decoded for its own parts."""
import cv2
import numpy as np
import torch
import torch.nn.functional as F
from mmseg.structures import SegDataSample

from .decide import decide_known, mean_scores, objects_present, winners
from .object_regions import regions_of

MARGIN = 0.1  # of a crop's longer side: as far as an object's border may move outwards


def zoom_in(model, decision, picture, size):
    """Decide the parts of objects again, from the mean scores of the whole picture and crops around them.

    A crop costs one more pass through the network. Where objects are known or given there is one for each of
    their connected regions, and no pixel changes its object. In Pred-All, where the guess may split one
    object into several, there is one for each region of whatever is no background, and its objects are
    decided again, too, among those of the picture.

    Args:
        model (PartSegmentor): that decided.
        decision (Decision): of a sample, whose label maps and ``part_scores`` change.
        picture (ndarray): (H, W, 3) uint8 BGR, of their size.
        size (tuple[int, int]): (h, w) of what the network sees.

    Raises:
        ValueError: see :func:`check_zoom`.
    """
    check_zoom(model.test_cfg, decision.competing)
    sample = decision.sample
    object_of = F.pad(model.index.object_of, (0, 1), value=len(model.taxonomy.objects))
    maps = dict(pred_sem_seg=object_of[sample.pred_sem_seg.data[0]], pred_oracle_sem_seg=decision.known,
                pred_obj_sem_seg=decision.predicted)
    scored = 'pred_sem_seg' if decision.known is None else 'pred_oracle_sem_seg'
    for name, objects in maps.items():
        if objects is not None:
            look = CloserLook(model, decision, picture, size, doubted=name == 'pred_sem_seg')
            look.decide(sample.get(name).data[0], objects,
                        sample.get('part_scores') if name == scored else None)


def check_zoom(cfg, competing=None):
    """ValueError for settings that zoom cannot keep."""
    if cfg.get('return_logits', False):
        raise ValueError('zoom decides label maps, and has no scores of the whole picture: leave out '
                         'test_cfg.return_logits')
    rule = cfg.get('oracle_objects', 'pixel')
    if rule != 'pixel' or competing is not None:
        setting = f"test_cfg.oracle_objects='{rule}'" if rule != 'pixel' else 'released_substring_match'
        raise ValueError(f"zoom looks at the parts of a pixel's own object; with {setting} those of others "
                         'compete: leave one of them out')


def cut_out(scores, area, shape, size):
    """Score maps of an area, on another grid.

    Args:
        scores (Tensor): (C, h, w) of a whole picture.
        area (tuple[slice, slice]): rows and columns of it.
        shape (tuple[int, int]): (H, W) of the picture.
        size (tuple[int, int]): of the grid.

    Returns:
        Tensor: (C, *size), bilinear; float32 at least, as places in a picture need.
    """
    scores = scores.to(torch.promote_types(scores.dtype, torch.float32))
    (rows, columns), (height, width) = area, shape
    theta = scores.new_tensor([
        [(columns.stop - columns.start) / width, 0, (columns.stop + columns.start) / width - 1],
        [0, (rows.stop - rows.start) / height, (rows.stop + rows.start) / height - 1]])
    grid = F.affine_grid(theta[None], (1, 1, *size), align_corners=False)
    return F.grid_sample(scores[None], grid, padding_mode='border', align_corners=False)[0]


class CloserLook:
    """At the objects of one picture, for one of its label maps.

    Args:
        model (PartSegmentor), decision (Decision), picture (ndarray), size (tuple[int, int]): as of
            :func:`zoom_in`.
        doubted (bool): whether the objects are the model's own guess.
    """

    def __init__(self, model, decision, picture, size, doubted=False):
        self.model, self.decision, self.picture, self.size = model, decision, picture, size
        self.index, self.num_classes = model.index, len(model.taxonomy)
        self.doubted = doubted and decision.object_scores is not None

    def decide(self, labels, objects, part_scores=None):
        """Change a label map, and the mean scores of its classes.

        Args:
            labels (Tensor): (H, W) int64, changed in place.
            objects (Tensor): (H, W) object of each pixel.
            part_scores (Tensor, optional): (K,), changed in place: where a part of a class's pixels is seen
                in crops, the mean over what was seen there and, of the others, in the whole.
        """
        count = len(self.model.taxonomy.objects)
        if self.doubted:  # all are one, and whatever it is
            objects, count = torch.where((objects >= 0) & (objects < count), 0, -1), 1
        regions = regions_of(objects.cpu().numpy(), count)
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
            own = labels[region.area]
            found, scores = self._decided(region, own)
            mask = torch.from_numpy(region.mask).to(labels.device)
            labels[region.area] = torch.where(mask | (found < self.num_classes), found, own)
            counts = found.flatten().bincount(minlength=self.num_classes)[:self.num_classes]
            pixels += counts
            total += torch.where(counts > 0, scores.double() * counts, 0)
        return pixels, total

    def _decided(self, region, labels):
        """Of a region: (h, w) the class of each of its pixels, K elsewhere; (K,) the classes' mean scores."""
        model, object_of = self.model, self.index.object_of
        piece_bytes = model.test_cfg.get('piece_bytes')
        seen = model.scores_of(self._inputs(region.area), [{}])
        mask = torch.from_numpy(region.mask).to(labels.device)
        objects = self._objects(seen, region, mask, labels) if self.doubted else torch.where(
            mask, region.object, -1)
        classes = objects_present(objects, len(model.taxonomy.objects))[object_of].nonzero()[:, 0]
        if len(classes) == 0:
            return torch.full_like(labels, self.num_classes), torch.zeros_like(object_of, dtype=torch.float)
        closer, = seen.classes(classes)
        scores = self._with_whole(closer, self.decision.scores_of(classes), region.area)
        names = F.pad(classes, (0, 1), value=self.num_classes)
        found = decide_known(scores, tuple(mask.shape), object_of[classes], objects, piece_bytes, names)
        channel_of = torch.zeros_like(object_of)
        channel_of[classes] = torch.arange(len(classes), device=classes.device)
        return found, mean_scores(scores, found, self.num_classes, piece_bytes,
                                  model.scores_are_probabilities, channel_of)

    def _objects(self, seen, region, mask, labels):
        """(h, w): the object of each pixel of a region, and of the background near to it; O for none."""
        closer, = seen.objects()
        scores = self._with_whole(closer, self.decision.object_scores, region.area)
        count = len(scores) - 1
        possible = objects_present(self.decision.won, count + 1).nonzero()[:, 0]  # with the background, last
        reach = 2 * max(1, round(MARGIN * max(mask.shape))) + 1
        near = cv2.dilate(region.mask.astype(np.uint8), np.ones((reach, reach), np.uint8))
        near = torch.from_numpy(near).to(labels.device).bool() & (labels == self.num_classes)
        best = winners(scores[possible], tuple(mask.shape), self.model.test_cfg.get('piece_bytes'))
        return torch.where(mask | near, possible[best], count)

    def _with_whole(self, closer, whole, area):
        """(n, h, w): the mean of scores in the crop and in the whole."""
        return (closer + cut_out(whole, area, self.decision.size, closer.shape[1:])) / 2

    def _inputs(self, area):
        """(1, 3, h, w): the crop as the network sees pictures, resized as Pillow does it."""
        crop = torch.from_numpy(np.ascontiguousarray(self.picture[area])).permute(2, 0, 1)[None].float()
        crop = F.interpolate(crop, self.size, mode='bilinear', antialias=True).round().byte()
        data = dict(inputs=list(crop), data_samples=[SegDataSample()])
        return self.model.data_preprocessor(data, False)['inputs']
