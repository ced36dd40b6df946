"""How pictures reach the weights of a backbone: as its tag states it, and as the config does."""
import logging

import torch
from mmengine.logging import print_log

from .clip import tag_config


def pixel_statistics(arch, pretrained):
    """Mean and standard deviation by which a tag's weights take RGB values of 0…255; None without a tag."""
    tag = tag_config(arch, pretrained)
    if not tag:
        return None
    return tuple([255 * value for value in tag[key]] for key in ('mean', 'std'))


def interpolation(arch, pretrained):
    """By which pictures were resized for a tag's weights, such as ``'bicubic'``; None without a tag."""
    tag = tag_config(arch, pretrained)
    return tag.get('interpolation', 'bicubic') if tag else None


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
