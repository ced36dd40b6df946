"""The strip below a picture that explains its colours and class ids."""
import numpy as np
from PIL import Image, ImageDraw

from .checks import check_classes
from .naming import box_size, draw_box, mark_unseen
from .text import text_block, text_size

TEXT_SIZE = 14  # pixels
GAP = 1.2  # text heights between entries
NEAR = 0.3  # between the box and its name, and between lines
WHITE = 255
UNSEEN_NOTE = '* unseen in training (dashed)'


def legend(class_ids, names, palette, width, unseen=None, size=TEXT_SIZE):
    """A strip that explains colours: a box with the class id, and the name, for each class.

    Args:
        class_ids (Iterable[int]): classes to list.
        names (Sequence[str]): K class names.
        palette (np.ndarray): (K, 3) uint8 RGB.
        width (int): of the strip in pixels.
        unseen (Sequence[bool], optional): K flags; such classes get an asterisk and a dashed box.
        size (int): text height in pixels, as of :func:`mmpartseg.visualization.sizes.font_size`.

    Returns:
        np.ndarray: (h, width, 3) uint8 on white; names that do not fit on a line are wrapped.

    Raises:
        ValueError: no class id, or one outside 0..K-1.
    """
    palette, unseen = check_classes(names, palette, unseen)
    class_ids = sorted({int(i) for i in class_ids})
    if not class_ids or class_ids[0] < 0 or class_ids[-1] >= len(names):
        raise ValueError(f'a legend needs class ids in 0..{len(names) - 1}, got {class_ids}; '
                         'leave out background and ignored pixels')
    entries = [_entry(str(i), mark_unseen(names[i], unseen[i]), palette[i], unseen[i], width, size)
               for i in class_ids]
    if unseen[class_ids].any():
        note_width = min(width, text_size(UNSEEN_NOTE, size)[0] + 2)
        note = text_block(UNSEEN_NOTE, size, note_width)
        rim = (box_size('', size)[1] - text_size('', size)[1]) // 2  # as in the boxes
        entries.append(Image.fromarray(np.pad(note, ((rim, 0), (0, 0), (0, 0)),
                                              constant_values=WHITE)))
    return _flow(entries, width, size)


def _entry(number, name, color, dashed, width, size):
    """Box with the class id, and the class's name, no wider than `width`."""
    box_width, box_height = box_size(number, size)
    left = box_width + round(NEAR * size)
    text_width = min(text_size(name, size)[0] + 2, max(width - left, size))
    text = Image.fromarray(text_block(name, size, text_width))
    entry = Image.new('RGB', (left + text_width, max(box_height, text.height)), 'white')
    draw_box(ImageDraw.Draw(entry), (0, 0, box_width, box_height), number, color, size, dashed)
    entry.paste(text, (left, max(0, (box_height - text.height) // 2)))
    return entry


def _flow(entries, width, size):
    """Entries in reading order on lines of `width` pixels, or of the widest entry."""
    width = max(width, *(entry.width for entry in entries))
    places, left, top, line_height = [], 0, 0, 0
    for entry in entries:
        if left and left + entry.width > width:
            left, top, line_height = 0, top + line_height + round(NEAR * size), 0
        places.append((left, top))
        left += entry.width + round(GAP * size)
        line_height = max(line_height, entry.height)
    sheet = Image.new('RGB', (width, top + line_height), 'white')
    for entry, place in zip(entries, places):
        sheet.paste(entry, place)
    return np.asarray(sheet)
