"""Scores of tiles of an enlarged image, and of the whole image, averaged."""
import torch.nn.functional as F


def tiles_and_whole(scores_of, image, size, tile, stride):
    """CAT-Seg's sliding inference.

    Args:
        scores_of (Callable): (N, 3, *tile) -> (N, C, *tile), at the tile's own resolution.
        image (Tensor): (N, 3, H, W).
        size (tuple[int, int]): to which the image is resized before it is cut.
        tile, stride (int): side of a tile, and from one to the next; they must cover ``size``.

    Returns:
        Tensor: (N, C, *size): the mean of the tiles' scores (where they overlap, the mean of those) and
        the whole image's.

    Raises:
        ValueError: the tiles do not end where the image ends.
    """
    if any((side - tile) % stride for side in size):
        raise ValueError(f'tiles of {tile} at a stride of {stride} do not cover {tuple(size)}: each side '
                         'must be the tile and a whole number of strides')
    large = F.interpolate(image, size, mode='bilinear')
    whole = scores_of(F.interpolate(image, (tile, tile), mode='bilinear'))
    total, count = whole.new_zeros(*whole.shape[:2], *size), whole.new_zeros(size)
    for top in range(0, size[0] - tile + 1, stride):
        for left in range(0, size[1] - tile + 1, stride):
            area = (..., slice(top, top + tile), slice(left, left + tile))
            total[area] += scores_of(large[area])
            count[area] += 1
    return (total / count + F.interpolate(whole, size, mode='bilinear')) / 2
