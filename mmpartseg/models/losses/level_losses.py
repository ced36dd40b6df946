"""The mask losses of one level of Eq. 5: this package's, mmseg's, or several side by side."""
from mmseg.registry import MODELS
from torch import nn

from ..layers.tiles import tiled, to_maps
from .ignoring import mask_ignored, name_of
from .part_mask_loss import PartMaskLoss


class LevelLosses(nn.ModuleList):
    """Loss terms of one level by name.

    A :class:`PartMaskLoss` gives ``loss_<level>``; on the level ``object_part``, where the pixels of
    classes and of background, if there is one, have a mean each unless unlabelled ones count as something,
    ``loss_object_part_background`` besides. A loss of mmseg (``CrossEntropyLoss``,
    ``DiceLoss``, …) or of your own is called as by mmseg's heads, see :func:`mask_ignored`, and gives
    ``loss_<level>_<its name>``. Terms of the same name are added.

    Args:
        level (str): ``object_part``, ``object`` or ``part``.
        losses (dict | list[dict]): configs.
    """

    def __init__(self, level, losses):
        super().__init__(MODELS.build(cfg) for cfg in ([losses] if isinstance(losses, dict) else losses))
        self.level = level
        mask_ignored(self)
        for loss in self:
            if isinstance(loss, PartMaskLoss):
                loss.check_background(level != 'part')

    def forward(self, logits, target, ignore_index, has_background=True):
        """
        Args:
            logits (Tensor): (N, C, H, W) maps, or tiles of them, see :func:`to_maps`; background
                last if there is one.
            target (Tensor): (N, H, W) channel of each pixel, int64.
            ignore_index (int): pixels with this target count nowhere.
            has_background (bool): never on the level ``part``.

        Returns:
            dict[str, Tensor]: scalars; zero in a batch of no image.

        Raises:
            ValueError: ``unlabelled_as_background`` without a background.
        """
        terms = {}
        has_background = has_background and self.level != 'part'
        for loss in self:
            for name, value in self._terms(loss, logits, target, ignore_index, has_background).items():
                terms[name] = terms.get(name, 0) + value
        return terms

    def _terms(self, loss, logits, target, ignore_index, has_background):
        name = f'loss_{self.level}'
        if not isinstance(loss, PartMaskLoss):
            maps = to_maps(logits)
            value = loss(maps, target, ignore_index=ignore_index) if len(maps) else maps.sum()
            return {f'{name}_{name_of(loss)}': value}
        # a mean over pixels, in whatever order
        logits, target = logits.flatten(2), tiled(target, logits).flatten(1)
        loss.check_background(has_background)
        if self.level == 'object_part' and has_background and not loss.one_mean:
            foreground, background = loss.split(logits, target, ignore_index)
            return {name: foreground, f'{name}_background': background}
        return {name: loss(logits, target, None, ignore_index, has_background)}
