"""What sizes the cost family can be built of."""
from ..layers.cost.cost_decoder import GROUP
from ..options import are_sizes, expect, is_size


def check_cost_options(in_channels, in_index, upsampled_channels, channels, num_heads, decoder_channels,
                       decoder_guidance_channels, padded_classes, **others):
    """Refuse sizes of which no head can be built, before a layer does in words of its own.

    Args:
        others (int): those of which all that is asked is that they are positive.
        (the others): of :class:`BaseCostHead`.

    Raises:
        ValueError: names the option, its value, and what is expected.
    """
    for name, value in dict(others, channels=channels, num_heads=num_heads).items():
        expect(is_size(value), name, value, 'a positive integer')
    expect(is_size(padded_classes, 0), 'padded_classes', padded_classes, 'an integer, 0 for none')
    expect(channels % num_heads == 0, 'num_heads', num_heads, f'a divisor of channels={channels}')

    maps = 3 if upsampled_channels is None else 2
    where = 'of the guidance at 4, 2 and 1 times the grid' if maps == 3 else 'of two hidden states of CLIP'
    expect(are_sizes(in_channels, maps), 'in_channels', in_channels, f'{maps} positive integers, {where}')
    if upsampled_channels is not None:
        expect(are_sizes(upsampled_channels, 2), 'upsampled_channels', upsampled_channels,
               'two positive integers')
    expect(in_index is None or len(in_index) == maps and all(isinstance(i, int) for i in in_index),
           'in_index', in_index, f'{maps} integers, one for each of in_channels')

    pair = 'two positive integers, one for each upsampling'
    expect(are_sizes(decoder_channels, 2) and all(each % GROUP == 0 for each in decoder_channels),
           'decoder_channels', decoder_channels,
           f'{pair}, multiples of {GROUP}: the channels of a group of their norms')
    expect(are_sizes(decoder_guidance_channels, 2), 'decoder_guidance_channels', decoder_guidance_channels,
           pair)
    widths = (channels, decoder_channels[0])
    expect(all(own < width for own, width in zip(decoder_guidance_channels, widths)),
           'decoder_guidance_channels', decoder_guidance_channels,
           f'less than {widths}, the widths before the upsamplings, in which they take the place of as many')
