"""Label maps as the released evaluators see them: resized and back, which moves labels by a pixel."""
from typing import NamedTuple

import torch.nn.functional as F
from torch import Tensor, float32


class ReleasedEvaluator(NamedTuple):
    """What a released evaluator does to the annotation before it counts.

    Attributes:
        short, long (int): sides in pixels to which the network's input, and the maps with it, are
            resized: the shorter one, unless the longer one would exceed its bound.
        stored_objects (bool): the object of a pixel is that of the object map as it is stored, and
            pixels without one do not count; else it is the object of the pixel's part.
    """
    short: int
    long: int
    stored_objects: bool


EVALUATORS = {
    True: ReleasedEvaluator(800, 1333, stored_objects=True),  # PartCLIPSeg, CLIPSeg
    'catseg': ReleasedEvaluator(640, 768, stored_objects=False),  # of OV-PARTS, and PartCATSeg
    'zsseg': ReleasedEvaluator(512, 768, stored_objects=False),  # of OV-PARTS
}


def released_evaluator(value: bool | str) -> ReleasedEvaluator | None:
    """What the value of ``released_ground_truth`` stands for; None for the plain ground truth.

    Raises:
        ValueError: it stands for nothing.
    """
    if value is False:
        return None
    if value not in EVALUATORS:
        raise ValueError(f'released_ground_truth is {value!r}; take False (the label maps as they are), True '
                         "(PartCLIPSeg's and CLIPSeg's evaluator), 'catseg' (CATSeg's and PartCATSeg's) or "
                         "'zsseg' (ZSSeg+'s)")
    return EVALUATORS[value]


def resized_and_back(label_map: Tensor, evaluator: ReleasedEvaluator = EVALUATORS[True]) -> Tensor:
    """Resize to the evaluator's sides, then back; both nearest, floor.

    Of a 375×500 map and shorter side 800, 14 of 15 rows come from the row before, because 800/375 is no
    whole number.

    Args:
        label_map (Tensor): (H, W) integers of up to 16 bits, of any size.
        evaluator (ReleasedEvaluator): whose sides.

    Returns:
        Tensor: (H, W), the same type.

    Example:
        >>> import torch
        >>> rows = torch.arange(375)[:, None].expand(375, 500)
        >>> resized_and_back(rows)[:4, 0]
        tensor([0, 0, 1, 2])
        >>> resized_and_back(rows, EVALUATORS['catseg'])[4:8, 0]
        tensor([3, 4, 5, 6])
    """
    height, width = label_map.shape
    size = (height, width)
    maps = label_map[None, None].to(float32)  # exact for 16 bits
    for each in (working_size(size, evaluator), size):
        maps = F.interpolate(maps, each, mode='nearest')
    return maps[0, 0].to(label_map.dtype)


def working_size(size: tuple[int, int],
                 evaluator: ReleasedEvaluator = EVALUATORS[True]) -> tuple[int, int]:
    """(height, width) at which a released evaluator reads a picture of that size."""
    scale = min(evaluator.short / min(size), evaluator.long / max(size))
    height, width = (max(1, int(side * scale + 0.5)) for side in size)
    return height, width


def released_part_map(part_map: Tensor, object_map: Tensor, num_objects: int, ignore_index: int,
                      evaluator: ReleasedEvaluator = EVALUATORS[True]) -> Tensor:
    """The ground truth that a released evaluator counts on.

    PartCLIPSeg's goes through the objects of the *object map*, so a pixel counts where that map shows an
    object, with whatever part its part map shows; CATSeg's goes by the part map alone.

    Args:
        part_map, object_map (Tensor): (H, W) integers of up to 16 bits; the object map as it is stored.
        num_objects (int): O; other values of the object map are no objects.
        ignore_index (int): of the part map.
        evaluator (ReleasedEvaluator): whose.

    Returns:
        Tensor: (H, W), the part map's type.
    """
    parts = resized_and_back(part_map, evaluator)
    if not evaluator.stored_objects:
        return parts
    objects = resized_and_back(object_map, evaluator)
    is_object = (objects >= 0) & (objects < num_objects)
    return parts.masked_fill(~is_object, ignore_index)
