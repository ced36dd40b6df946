import numpy as np
import pytest

from mmpartseg.visualization.text import font_of, ink_on, text_block, text_size, wrap


def test_the_measured_size_holds_the_ink():
    for text in ("cat's head*", 'gypjq', 'WÄM', '234'):
        width, height = text_size(text, 13)
        left, top, right, bottom = font_of(13).getbbox(text, anchor='mm')
        assert -left <= width / 2 + 1 and right <= width / 2 + 1
        assert -top <= height / 2 + 1 and bottom <= height / 2 + 1


def test_wrap_keeps_every_word_and_the_width():
    text = "the attention of the garbage truck's side mirror in the first image"
    lines = wrap(text, 16, 120)
    assert ' '.join(lines) == text and len(lines) > 2
    assert all(text_size(line, 16)[0] <= 120 for line in lines)


def test_wrap_cuts_a_word_that_is_too_long():
    lines = wrap('a' + 60 * 'm' + ' b', 16, 100)
    assert ''.join(lines).replace(' ', '') == 'a' + 60 * 'm' + 'b'
    assert all(text_size(line, 16)[0] <= 100 for line in lines)


@pytest.mark.parametrize('text', ['Pred-All', 'a title that is much too long for one line'])
def test_a_block_has_the_given_width_and_a_free_border(text):
    block = text_block(text, 16, 110)
    assert block.shape[1] == 110 and block.dtype == np.uint8
    assert block.min() < 80
    assert (block[:, [0, -1]] == 255).all() and (block[[0, -1]] > 200).all()


def luminance(color):
    c = np.asarray(color) / 255
    return np.where(c <= 0.04045, c / 12.92, ((c + 0.055) / 1.055)**2.4) @ (0.2126, 0.7152, 0.0722)


def test_ink_is_readable_on_every_colour():
    for color in np.random.default_rng(0).integers(0, 256, (500, 3)):
        low, high = sorted((luminance(color), luminance(ink_on(color))))
        assert (high + 0.05) / (low + 0.05) > 4.4
