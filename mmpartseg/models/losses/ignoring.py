"""Losses of others never train ignored pixels, whether or not they know of such pixels."""
import inspect
import re

from .part_mask_loss import PartMaskLoss

NOTHING = -1e4  # a logit whose sigmoid is 0 in every precision
MMSEG_IGNORE = 255  # where a loss of mmseg keeps an ignore index of its own


def mask_ignored(losses):
    """Make losses of mmseg or of anybody blind to ignored pixels, in whichever head they are.

    Before such a loss runs, the logits of pixels labelled ``ignore_index`` become a constant that says
    "no class", so that they have no gradient and count nowhere in sums of sigmoids. An ignore index of
    the loss's own becomes the head's where it is mmseg's default, and arguments that the loss does not
    take are left out. A :class:`PartMaskLoss` counts labelled pixels alone as it is.

    Args:
        losses (Iterable[nn.Module]): called with logits (N, C, …), labels (N, …) and ``ignore_index=…``.
    """
    for loss in losses:
        if not isinstance(loss, PartMaskLoss):
            loss.register_forward_pre_hook(_masked, with_kwargs=True)


def _masked(loss, args, kwargs):
    ignore_index = kwargs.get('ignore_index')
    logits, target, *rest = args
    if ignore_index is not None and logits.shape[2:] == target.shape[1:]:
        logits = logits.masked_fill((target == ignore_index)[:, None], NOTHING)
        for name in ('ignore_index', 'ignore_label'):
            if getattr(loss, name, None) == MMSEG_IGNORE:
                setattr(loss, name, ignore_index)
    spare = {key for key, value in kwargs.items()
             if not _takes(loss, key) and (key == 'ignore_index' or value is None)}
    return (logits, target, *rest), {key: value for key, value in kwargs.items() if key not in spare}


def _takes(loss, name):
    parameters = inspect.signature(loss.forward).parameters.values()
    return any(p.name == name or p.kind is p.VAR_KEYWORD for p in parameters)


def name_of(loss):
    """A loss's ``loss_name`` without ``loss_``, or its class's name: ``MyOwnLoss`` is ``my_own``."""
    name = getattr(loss, 'loss_name', None)
    if name is not None:
        return name.removeprefix('loss_')
    words = re.sub(r'(?<=[a-z0-9])(?=[A-Z])', '_', type(loss).__name__).lower()
    return words.removesuffix('_loss') or words
