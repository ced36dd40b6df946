"""How pictures reach the weights of a backbone: as its tag states it, and as the config does."""
import logging

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


def compare_pixel_statistics(preprocessor, backbone):
    """One warning line where pictures are normalised in another way than weights were trained with.

    Args:
        preprocessor (BaseDataPreprocessor): of the model.
        backbone (nn.Module): may have ``pixel_statistics``, those of :func:`pixel_statistics`, and
            ``normalised_by``, mean and standard deviation that it takes pictures to be normalised by.

    Raises:
        ValueError: the backbone takes them to be normalised in another way than they are.
    """
    taken, wanted = (getattr(backbone, name, None) for name in ('normalised_by', 'pixel_statistics'))
    if not hasattr(preprocessor, 'mean') or taken is wanted is None or preprocessor.mean.is_meta:
        return
    found = [getattr(preprocessor, name).flatten().tolist() for name in ('mean', 'std')]
    if taken is not None and not alike(found, taken):
        raise ValueError(f'data_preprocessor has {shown(found)}, and {type(backbone).__name__}, its '
                         f'backbone, takes them to be normalised by {shown(taken)}: state the same for both')
    warn_of_statistics('data_preprocessor', found, 'backbone', wanted)


def warn_of_statistics(owner, found, user, wanted):
    """One warning line where ``owner`` normalises otherwise than the weights of ``user`` want, if known."""
    if wanted is not None and not alike(found, wanted):
        print_log(f'{owner} has {shown(found)}; the weights of the {user} were trained with {shown(wanted)}',
                  'current', logging.WARNING)


def alike(found, wanted):
    """Whether two pairs of mean and standard deviation are the same, to a hundredth."""
    return all(abs(x - y) <= 0.01 for a, b in zip(found, wanted) for x, y in zip(a, b))


def shown(statistics):
    """Mean and standard deviation for a message."""
    mean, std = ([round(float(x), 3) for x in values] for values in statistics)
    return f'mean={mean}, std={std}'


def swaps_channels(preprocessor):
    """Whether a data preprocessor takes BGR for RGB; later ones of mmseg have mmengine's name for it."""
    return bool(getattr(preprocessor, 'channel_conversion', False)
                or getattr(preprocessor, '_channel_conversion', False))


def to_rgb(preprocessor, image):
    """(…, 3, H, W): normalised images of a data preprocessor as RGB, 0 to 255."""
    if preprocessor._enable_normalize:
        image = image * preprocessor.std + preprocessor.mean
    return image if swaps_channels(preprocessor) else image.flip(-3)


def from_rgb(preprocessor, image):
    """The other way: RGB (…, 3, H, W), 0 to 255, as a data preprocessor normalises it."""
    image = image if swaps_channels(preprocessor) else image.flip(-3)
    return (image - preprocessor.mean) / preprocessor.std if preprocessor._enable_normalize else image
