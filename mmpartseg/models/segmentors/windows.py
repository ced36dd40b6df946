"""What of an image the network sees at a time, and how the scores of that become the image's."""
from functools import partial

import torch.nn.functional as F

from ..layers.evenly import each_resized
from ..options import are_sizes, expect, is_size


class Whole:
    """The image itself."""

    def cut(self, image):
        """[(N, 3, H, W)]: the one window."""
        return [image]

    def joined(self, scores, size):
        """The scores of the one window, at their own size."""
        scores, = scores
        return scores


class Sliding:
    """Overlapping windows; scores are averaged where they overlap. As mmseg's ``slide_inference``.

    Args:
        crop_size, stride (tuple[int, int]): of a window, and from one to the next; the last ones end
            where the image ends.
    """

    def __init__(self, crop_size, stride):
        self.crop_size, self.stride = tuple(crop_size), tuple(stride)

    def areas(self, size):
        """Index of each window in an image of ``size`` (H, W)."""
        rows, columns = map(self._spans, size, self.crop_size, self.stride)
        return [(..., row, column) for row in rows for column in columns]

    @staticmethod
    def _spans(side, crop, stride):
        stops = [min(i * stride + crop, side) for i in range(max(side - crop + stride - 1, 0) // stride + 1)]
        return [slice(max(stop - crop, 0), stop) for stop in stops]

    def cut(self, image):
        """list[Tensor]: the windows, views of the image (N, 3, H, W)."""
        return [image[area] for area in self.areas(image.shape[2:])]

    def joined(self, scores, size):
        """(N, C, H, W): the mean of scores (N, C, ·, ·) of the windows, an iterable in their order."""
        total = count = None
        for area, each in zip(self.areas(size), scores):
            if total is None:
                total, count = each.new_zeros(*each.shape[:2], *size), each.new_zeros(size)
            total[area] += each_resized(each, count[area].shape)
            count[area] += 1
        return total / count


class TilesAndWhole:
    """CAT-Seg's sliding inference: the image as a whole, and tiles of it enlarged.

    Args:
        size (tuple[int, int]): to which the image is resized before it is cut.
        tile, stride (int): side of a tile, and from one to the next; they must cover ``size``.

    Raises:
        ValueError: the tiles do not end where the image ends.
    """

    def __init__(self, size, tile, stride):
        if any((side - tile) % stride for side in size):
            raise ValueError(f'tiles of {tile} at a stride of {stride} do not cover {tuple(size)}: each side '
                             'must be the tile and a whole number of strides')
        self.size, self.tile = tuple(size), tile
        self.tiles = Sliding((tile, tile), (stride, stride))

    def cut(self, image):
        """list[Tensor]: the image at a tile's size, then the tiles."""
        small, large = (F.interpolate(image, size, mode='bilinear')
                        for size in ((self.tile, self.tile), self.size))
        return [small, *self.tiles.cut(large)]

    def joined(self, scores, size):
        """(N, C, *self.size): the mean of the tiles' scores and those of the whole."""
        scores = iter(scores)
        whole = each_resized(next(scores), self.size)
        return (self.tiles.joined(scores, self.size) + whole) / 2


PAIR, SIDE = (partial(are_sizes, count=2), 'two positive integers'), (is_size, 'a positive integer')
MODES = {'whole': (Whole, {}), 'slide': (Sliding, dict(crop_size=PAIR, stride=PAIR)),
         'tiles_and_whole': (TilesAndWhole, dict(size=PAIR, tile=SIDE, stride=SIDE))}


def windows_of(test_cfg):
    """The windows that ``test_cfg.mode`` names, with its options.

    Raises:
        ValueError: no such mode; an option of it that is missing or no size.
    """
    mode = test_cfg.get('mode', 'whole')
    if mode not in MODES:
        raise ValueError(f'test_cfg.mode must be one of {list(MODES)}, got {mode!r}')
    kind, options = MODES[mode]
    for name, (fits, expected) in options.items():
        expect(fits(test_cfg.get(name)), f'test_cfg.{name}', test_cfg.get(name),
               f'{expected}, as mode={mode!r} takes {", ".join(options)}')
    return kind(*(test_cfg[name] for name in options))
