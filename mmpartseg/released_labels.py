"""Label maps as the released evaluator sees them: resized and back, which moves labels by a pixel."""
import torch
import torch.nn.functional as F

SHORT, LONG = 800, 1333


def resized_and_back(label_map):
    """Resize so that the shorter side is 800 and the longer at most 1333, then back; both nearest, floor.

    Of a 375×500 map 14 of 15 rows come from the row before, because 800/375 is no whole number.

    Args:
        label_map (Tensor): (H, W) integers of up to 16 bits, of any size.

    Returns:
        Tensor: (H, W), the same type.

    Example:
        >>> import torch
        >>> resized_and_back(torch.arange(375)[:, None].expand(375, 500))[:4, 0]
        tensor([0, 0, 1, 2])
    """
    size = tuple(label_map.shape)
    maps = label_map[None, None].to(torch.float32)  # exact for 16 bits
    for each in (working_size(size), size):
        maps = F.interpolate(maps, each, mode='nearest')
    return maps[0, 0].to(label_map.dtype)


def working_size(size):
    """(height, width) at which the released evaluator reads a picture of that size."""
    scale = SHORT / min(size)
    scale = min(scale, LONG / max(size))
    return tuple(max(1, int(side * scale + 0.5)) for side in size)


def released_part_map(part_map, object_map, num_objects, ignore_index):
    """The ground truth that the released evaluator counts on.

    It goes through the objects of the *object map*, so a pixel counts where that map shows an object,
    with whatever part its part map shows.

    Args:
        part_map, object_map (Tensor): (H, W) integers of up to 16 bits; the object map as it is stored.
        num_objects (int): O; other values of the object map are no objects.
        ignore_index (int): of the part map.

    Returns:
        Tensor: (H, W), the part map's type.
    """
    objects = resized_and_back(object_map)
    is_object = (objects >= 0) & (objects < num_objects)
    return resized_and_back(part_map).masked_fill(~is_object, ignore_index)
