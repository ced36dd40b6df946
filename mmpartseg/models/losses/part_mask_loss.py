"""Mask supervision of parts, objects and object-specific parts (Eq. 5)."""
import torch
import torch.nn.functional as F
from mmengine.dist import all_reduce
from mmseg.registry import MODELS
from torch import nn
from torch.autograd import Function
from torch.autograd.function import once_differentiable

CHANNELS = 4  # scored at a time


def pixel_bce(logits, target, background_weight=None):
    """Binary cross-entropy of each pixel, summed over channels; no one-hot target is built.

    Args:
        logits (Tensor): (N, C, …), pixels in any order.
        target (Tensor): (N, …) the channel that is 1, int64 in 0…C-1; -1 where none is.
        background_weight (float, optional): weight of the last channel; the others weigh 1.

    Returns:
        Tensor: (N, …).
    """
    return PixelBCE.apply(logits, target, 1. if background_weight is None else background_weight)


class PixelBCE(Function):
    """:func:`pixel_bce`: its gradient is written at once, where autograd's needs several tensors as
    large as the logits."""

    @staticmethod
    def forward(ctx, logits, target, background_weight):
        ctx.save_for_backward(logits, target)
        ctx.background_weight = background_weight
        precise = torch.promote_types(logits.dtype, torch.float32)
        # BCE(x, t) = softplus(x) - x·t, and t is 1 in one channel at most
        total = torch.zeros_like(target, dtype=precise)
        for channels in logits.split(CHANNELS, dim=1):
            total += F.softplus(channels.to(precise)).sum(1)
        total += (background_weight - 1) * F.softplus(logits[:, -1].to(precise))
        positive = logits.gather(1, target.clamp(min=0)[:, None])[:, 0] * (target >= 0)
        is_background = target == logits.shape[1] - 1
        return total - positive * (1 + (background_weight - 1) * is_background)

    @staticmethod
    @once_differentiable
    def backward(ctx, grad):
        logits, target = ctx.saved_tensors
        grad, target, result = grad[:, None], target[:, None], torch.empty_like(logits)
        for channels, out in zip(logits.split(CHANNELS, dim=1), result.split(CHANNELS, dim=1)):
            torch.mul(channels.to(grad.dtype).sigmoid(), grad, out=out)
        channel = target.clamp(min=0)
        own = logits.gather(1, channel).to(grad.dtype)
        # sigmoid(x) - 1 without cancellation
        own = torch.where(target >= 0, -(-own).sigmoid(), own.sigmoid())
        result.scatter_(1, channel, (own * grad).to(result.dtype))
        result[:, -1] *= ctx.background_weight
        return result, None, None


def masked_mean(values, mask, num_channels):
    """Mean of per-pixel sums (N, …) over the mask's pixels and all channels; zero if empty.

    The pixels of all processes count together, so that a batch spread over several gives the
    gradient that it gives in one.
    """
    count = (mask.sum() * num_channels).to(values.dtype)
    all_reduce(count, op='mean')
    return (values * mask).sum() / count.clamp(min=1)


def part_mask_loss(logits, target, background_weight=None, ignore_index=255, weight=None):
    """Binary cross-entropy, averaged over labelled pixels and channels.

    Eq. 5 writes "1 - BCE"; the BCE is what is minimised.

    Args:
        logits (Tensor): (N, C, …), pixels in any order.
        target (Tensor): (N, …) channel of each pixel, int64.
        background_weight (float, optional): weight of the last channel, which then means
            background; the others weigh 1.
        ignore_index (int): pixels with this target count nowhere.
        weight (Tensor, optional): (N, …) of each pixel's term; the mean is still over all
            labelled pixels.

    Returns:
        Tensor: scalar; zero (with a graph) if no pixel is labelled.
    """
    labelled = target != ignore_index
    values = pixel_bce(logits, target.masked_fill(~labelled, 0), background_weight)
    if weight is not None:
        values = values * weight
    return masked_mean(values, labelled, logits.shape[1])


@MODELS.register_module()
class PartMaskLoss(nn.Module):
    """:func:`part_mask_loss` for one level of Eq. 5, or in ``loss_decode`` of a head of mmseg.

    Args:
        loss_weight (float): 1, λ1 or λ2 of Eq. 5.
        background_weight (float, optional): weight of the background channel, where the level has
            one. In a head of mmseg the last channel is background; None if it has none.
        unlabelled_as_background (bool): the loss of the released CLIPSeg baseline: ignored pixels
            are background, also inside an object, and one mean goes over all pixels.
        unlabelled_as_negative (bool): the loss of CAT-Seg: ignored pixels are of no class, and one mean
            goes over all pixels.
        loss_name (str): its key in the log of a head of mmseg.

    Raises:
        ValueError: ``unlabelled_as_background`` where there is no background channel.
    """

    def __init__(self, loss_weight=1.0, background_weight=0.05, unlabelled_as_background=False,
                 unlabelled_as_negative=False, loss_name='loss_part_mask'):
        super().__init__()
        self.loss_name = loss_name
        self.loss_weight = loss_weight
        self.background_weight = background_weight
        self.unlabelled_as_background = unlabelled_as_background
        self.unlabelled_as_negative = unlabelled_as_negative
        self.check_background(background_weight is not None)

    @property
    def one_mean(self):
        """Whether the pixels of classes and of background share a mean on every level."""
        return self.unlabelled_as_background or self.unlabelled_as_negative

    def check_background(self, has_background):
        """ValueError if unlabelled pixels are to be background and there is none."""
        if self.unlabelled_as_background and not has_background:
            raise ValueError('unlabelled_as_background=True needs a background channel, which is '
                             'missing here (the level `part`, or background_weight=None); leave it out')

    def forward(self, logits, target, weight=None, ignore_index=255, has_background=True):
        """See :func:`part_mask_loss`; ``has_background`` says that the last channel is one."""
        if self.unlabelled_as_background:
            target = target.masked_fill(target == ignore_index, logits.shape[1] - 1)
        elif self.unlabelled_as_negative:
            target = target.masked_fill(target == ignore_index, -1)
        background_weight = self.background_weight if has_background else None
        return self.loss_weight * part_mask_loss(logits, target, background_weight, ignore_index,
                                                 weight)

    def split(self, logits, target, ignore_index=255):
        """Two losses, each a mean of its own: over the pixels of classes, and of background."""
        labelled = target != ignore_index
        values = self.loss_weight * pixel_bce(
            logits, target.masked_fill(~labelled, 0), self.background_weight)
        channels = logits.shape[1]
        background = target == channels - 1
        return (masked_mean(values, labelled & ~background, channels),
                masked_mean(values, background, channels))
