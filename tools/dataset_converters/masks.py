"""Import palette or colour masks with a list of names, as CVAT and VOC write them, as a data set to train on.

    mmpartseg convert masks SegmentationClass --images JPEGImages --names labelmap.txt --out data/mine

--names is CVAT's labelmap.txt ("cat's head:128,0,0::", a colour for each name), or a text file with a name a
line, whose masks hold the line's number, from 0. The names background, _background_, void and __ignore__ are
no part; nor is a colour or number without a name, which is counted. Writes images/, labels/, names.txt and
config.py into the folder --out, prints counts, and checks what it has written as check.py does.
"""
import argparse
import re
from pathlib import Path

from converter_options import add_own_arguments


def parse_args(argv=None):
    """Parse the command line."""
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('source', type=Path, help='folder of the masks, PNG')
    parser.add_argument('--images', type=Path, required=True, help='folder of the pictures')
    parser.add_argument('--names', type=Path, required=True, help='what the values or colours mean')
    add_own_arguments(parser)
    return parser.parse_args(argv)


if __name__ == '__main__':
    parse_args()  # --help and mistakes are answered before the slow imports

import numpy as np
from check import main as check

from mmpartseg.apis.sources import IMAGE_TYPES
from mmpartseg.datasets.preparation import list_files, run_main
from mmpartseg.datasets.preparation.own_data import Annotated, class_of, write_data_set
from mmpartseg.pictures import opened
from mmpartseg.printable import counted

COLOUR = re.compile(r'^(?P<name>.+?):(?P<rgb>\d+,\d+,\d+)(:.*)?$')
NO_PART = ('background', '_background_', '__background__', 'void', 'ignore', '__ignore__')


def read_names(path, obj):
    """What the values of masks mean.

    Returns:
        tuple[dict, bool]: class name, or None for no part, by value; whether the values are colours (24-bit
        numbers) or the masks' own.

    Raises:
        ValueError: no name, some lines with a colour and some without, a label without an object.
    """
    try:
        lines = [line.strip() for line in path.read_text(encoding='utf-8-sig').splitlines()]
    except UnicodeDecodeError as error:
        raise ValueError(f"'{path}' is no text in UTF-8: {error}") from error
    lines = [line for line in lines if line and not line.startswith('#')]
    colours = [COLOUR.match(line) for line in lines]
    if not lines or any(colours) != all(colours):
        raise ValueError(f"'{path}' holds neither a name a line, nor \"name:red,green,blue\" a line")
    names = [match['name'] if match else line for match, line in zip(colours, lines)]
    values = ([int(number_of(np.array(match['rgb'].split(','), int))) for match in colours] if all(colours)
              else range(len(lines)))
    if len(set(values)) < len(lines) or max(values) >= 2**24:
        raise ValueError(f"'{path}' gives one colour to two names, or one that 8 bits cannot hold")
    return {int(value): None if name.lower() in NO_PART else class_of(name, obj)
            for value, name in zip(values, names)}, all(colours)


def number_of(rgb):
    """Colours (…, 3) as 24-bit numbers."""
    return np.asarray(rgb, np.int64) @ (2**16, 2**8, 1)


def read_values(path, coloured):
    """(H, W) integers of a mask file: colours as numbers, else its own values."""
    with opened(path) as file:
        image = file.convert('RGB') if coloured else file.copy()
    if not coloured and image.mode not in ('P', 'L', '1') and not image.mode.startswith('I'):
        raise ValueError(f"'{path}' has colours, and --names states none; give CVAT's labelmap.txt")
    values = np.asarray(image)
    return number_of(values) if coloured else values.astype(np.int64)


def samples_of(masks, images, meaning, coloured):
    """The pictures with their annotations, and the pixels of values without a name, by value."""
    pictures = {path.stem: path for path in sorted(images.iterdir())
                if path.name.lower().endswith(IMAGE_TYPES)}
    samples, unnamed = [], {}
    for path in list_files(masks, '.png'):
        if path.stem not in pictures:
            raise ValueError(f"'{path}': there is no picture of that name in '{images}'")
        values = read_values(path, coloured)
        found, counts = np.unique(values, return_counts=True)
        for value, count in zip(found.tolist(), counts.tolist()):
            if value not in meaning:
                unnamed[value] = unnamed.get(value, 0) + count
        parts = [value for value, name in meaning.items() if name is not None and value in found]

        def split(size, values=values, parts=parts):
            if values.shape != size:
                raise ValueError(f'the mask has shape {values.shape}, the picture {size}')
            return [values == value for value in parts]

        samples.append(Annotated(pictures[path.stem], path.stem, [meaning[value] for value in parts], split,
                                 f"'{path}'"))
    return samples, unnamed


def main(argv=None):
    """Import; returns the number of problems."""
    args = parse_args(argv)
    meaning, coloured = read_names(args.names, args.object)
    samples, unnamed = samples_of(args.source, args.images, meaning, coloured)
    for value, count in unnamed.items():
        shown = f'colour {(value >> 16, value >> 8 & 255, value & 255)}' if coloured else f'value {value}'
        print(f"no part: {counted(count, 'pixel')} of {shown}, which has no name")
    return check([str(write_data_set(samples, args))])


if __name__ == '__main__':
    run_main(main)
