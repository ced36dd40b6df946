"""How pictures reach the weights of a backbone: as its tag states it, and as the config does."""
import logging

import torch
from mmengine.logging import print_log

from .architectures import agreed_config, tag_config


def preprocessing(arch, pretrained):
    """dict: how pictures reach weights, as their tag states it, or all tags where they are of a file.

    Empty for no weights, and for an architecture of no tags.
    """
    return {} if pretrained is None else tag_config(arch, pretrained) or agreed_config(arch)


def pixel_statistics(arch, pretrained):
    """Mean and standard deviation by which weights take RGB values of 0…255; None where they are unknown."""
    known = preprocessing(arch, pretrained)
    if 'mean' not in known or 'std' not in known:
        return None
    return tuple([255 * value for value in known[key]] for key in ('mean', 'std'))


def interpolation(arch, pretrained):
    """By which pictures were resized for weights, such as ``'bicubic'``; None where that is unknown."""
    return preprocessing(arch, pretrained).get('interpolation')


def compare_pixel_statistics(preprocessor, statistics):
    """One warning line where pictures are normalised in another way than weights were trained with.

    Args:
        preprocessor (BaseDataPreprocessor): of the model.
        statistics (tuple, optional): of :func:`pixel_statistics`.
    """
    if statistics is None or not hasattr(preprocessor, 'mean'):
        return
    found = [getattr(preprocessor, name).flatten() for name in ('mean', 'std')]
    if not all(torch.allclose(x, x.new_tensor(y), atol=0.01) for x, y in zip(found, statistics)):
        (mean, std), (own_mean, own_std) = (
            [[round(float(x), 3) for x in values] for values in pair] for pair in (statistics, found))
        print_log(f'data_preprocessor has mean={own_mean}, std={own_std}; the weights of the backbone were '
                  f'trained with mean={mean}, std={std}', 'current', logging.WARNING)


def swaps_channels(preprocessor):
    """Whether a data preprocessor takes BGR for RGB; later ones of mmseg have mmengine's name for it."""
    return bool(getattr(preprocessor, 'channel_conversion', False)
                or getattr(preprocessor, '_channel_conversion', False))
