"""What all image towers share: chosen maps of pictures of any size, frozen or not."""
import contextlib

import torch
import torch.nn.functional as F
from mmengine.model import BaseModule

from .features import features_of

FEW = 6  # maps of a tower that has stages, not blocks


def default_indices(depth):
    """The last three stages, or blocks as deep as CLIPSeg's 3, 6 and 9 of 12.

    >>> default_indices(12), default_indices(24), default_indices(4)
    ((3, 6, 9), (7, 13, 19), (1, 2, 3))
    """
    if depth < FEW:
        return tuple(range(depth)[-3:])
    return tuple(round(depth * share / 12) - 1 for share in (4, 7, 10))


class ImageTower(BaseModule):
    """An image tower as an mmseg backbone: maps of its blocks or stages.

    What comes after the last index is not kept. Pictures of any size are taken: one that is no multiple of
    the coarsest map's stride is resized up to the next multiple, bilinearly, and position embeddings are
    resized as the tower's library does. A tower whose library takes one size only gets every picture
    resized to it.

    A subclass builds the tower and calls :meth:`choose`.

    Attributes:
        out_channels, out_strides (tuple[int]): of each map.
        patch_size (tuple[int, int]): pictures of whole multiples of it are not resized.
        pixel_statistics (tuple, optional): mean and std of RGB values of 0…255 that the weights know.
        interpolation (str, optional): by which pictures were resized for the weights.
        text_space (callable, optional): makes the last map of one of the tower's, see :mod:`.text_space`.
    """
    pixel_statistics = interpolation = text_space = None

    @property
    def dense(self):
        """Whether the last map is in the space of text."""
        return self.text_space is not None

    def choose(self, tower, out_indices, frozen, with_cls_token, name):
        """Set which maps of a tower are given, and how.

        Raises:
            ValueError: an index without a block, or indices that do not ascend.
        """
        self.features = features_of(tower)
        depth = len(self.features.widths)
        self.out_indices = default_indices(depth) if out_indices is None else tuple(out_indices)
        wanted = self.out_indices or self.text_space
        if not wanted or not all(0 <= i < depth for i in self.out_indices) or list(
                self.out_indices) != sorted(set(self.out_indices)):
            raise ValueError(f'out_indices must ascend within 0…{depth - 1} for {name!r}, which has {depth} '
                             f'maps; got {self.out_indices}')
        self.read = self.out_indices
        if self.text_space is None:
            self.features.keep(self.out_indices)
        else:
            self.features.keep_all()
            self.read = tuple(sorted({*self.out_indices, self.text_space.index}))
        self.out_channels, self.out_strides = (tuple(each[i] for i in self.out_indices) for each in (
            self.features.widths, self.features.strides))
        if self.text_space is not None:
            self.out_channels += (self.text_dims, )
            self.out_strides += (self.features.strides[self.text_space.index], )
        self.embed_dims, self.patch_size = self.out_channels[-1], (max(self.out_strides), ) * 2
        self.frozen, self.with_cls_token = frozen, with_cls_token
        if frozen:
            self.requires_grad_(False)
        self.train()

    def train(self, mode=True):
        super().train(mode)
        if self.frozen:
            for tower in self.children():
                tower.eval()
        return self

    def forward(self, x):
        """
        Args:
            x (Tensor): (N, 3, H, W), normalised.

        Returns:
            tuple: one (N, C, h, w) map per index; where there is a CLS token and it is asked for, each is a
            pair ``[map, (N, C) CLS token]``. Where there is a ``text_space``, its map follows.
        """
        with torch.no_grad() if self.frozen else contextlib.nullcontext():
            found = dict(zip(self.read, self.features(self._fitted(x), self.read, self.with_cls_token)))
            last = () if self.text_space is None else (self.text_space(found[self.text_space.index][0]), )
        chosen = (found[i] for i in self.out_indices)
        return (*([maps, token] if self.with_cls_token and token is not None else maps
                  for maps, token in chosen), *last)

    def _fitted(self, x):
        size = self.features.fixed_size or tuple(
            -(-side // patch) * patch for side, patch in zip(x.shape[2:], self.patch_size))
        return x if tuple(x.shape[2:]) == size else F.interpolate(x, size, mode='bilinear')


def load_tower(tower, state, source):
    """Load the weights that a tower has kept from those of a whole one.

    Raises:
        ValueError: weights are missing or of another shape; names ``source`` and the first of them.
    """
    own = tower.state_dict()
    wrong = [name for name, value in own.items() if name not in state or state[name].shape != value.shape]
    if wrong:
        raise ValueError(f'{source} lacks {len(wrong)} of the {len(own)} weights of the image tower, or has '
                         f'them in another shape, such as {wrong[0]!r}: they are of another architecture')
    tower.load_state_dict({name: state[name] for name in own})
