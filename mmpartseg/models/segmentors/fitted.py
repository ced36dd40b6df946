"""What a decode head leaves out of its config and the backbone knows."""
import math

from mmseg.registry import MODELS


def mask_strides(stride):
    """Two factors by which masks on tokens of a stride come to the image's size, as even as they can be.

    Args:
        stride (int): of the tokens, in pixels, such as the patch of a ViT.

    Returns:
        tuple[int, int]: the larger one first.

    >>> [mask_strides(stride) for stride in (8, 14, 16, 32)]
    [(4, 2), (7, 2), (4, 4), (8, 4)]
    """
    second = max(factor for factor in range(1, math.isqrt(stride) + 1) if stride % factor == 0)
    return stride // second, second


def fitted_head(decode_head, backbone):
    """A head's config with the ``in_channels`` and ``mask_strides`` that it leaves out.

    Args:
        decode_head (dict): config of a head; changed only if its class names what it takes from the
            backbone, as :class:`BaseFiLMHead` does in ``fitted_to_backbone``.
        backbone (nn.Module): with ``out_channels`` and ``out_strides``, one number a map; those of mmseg
            state neither.

    Returns:
        dict: the config.

    Raises:
        ValueError: it states other ``in_channels`` than the backbone gives.
    """
    head = decode_head.get('type')
    head = MODELS.get(head) if isinstance(head, str) else head
    fitted = getattr(head, 'fitted_to_backbone', ())
    if not fitted or not hasattr(backbone, 'out_channels'):
        return decode_head
    chosen = decode_head.get('in_index') or range(len(backbone.out_channels))
    known = dict(in_channels=tuple(backbone.out_channels[i] for i in chosen),
                 mask_strides=mask_strides(backbone.out_strides[chosen[-1]]))
    stated = decode_head.get('in_channels')
    if stated is not None and tuple(stated) != known['in_channels']:
        raise ValueError(f"{decode_head['type']} has in_channels={tuple(stated)}, and its "
                         f"{type(backbone).__name__} gives maps whose channels are {known['in_channels']}: "
                         'leave in_channels out, or set it to None, and it follows the backbone')
    return dict(decode_head, **{name: known[name] for name in fitted if decode_head.get(name) is None})
