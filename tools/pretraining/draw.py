"""Draw what CLIP and CLIPSeg are pre-trained on: pictures, captions, phrases, whole things, and parts.

Nothing that is written says where a part of an object is whose parts are unseen in part training. The
files depend on seed, size and numbers alone.
"""
import argparse
import json
import sys
from functools import partial
from pathlib import Path


def parse_args(argv=None):
    """Parse the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument('--out', type=Path, required=True, help='folder to create')
    parser.add_argument('--seed', type=int, default=0)
    parser.add_argument('--size', type=int, default=96, help='side of the pictures, in pixels')
    parser.add_argument('--number', type=int, default=24000, help='pictures')
    parser.add_argument('--captions', type=int, default=6, help='captions of each picture')
    parser.add_argument('--workers', type=int, default=2)
    return parser.parse_args(argv)


if __name__ == '__main__':
    parse_args()  # --help and mistakes are answered before the slow imports

import numpy as np

from mmpartseg.datasets.shapes import VERSION, load_vocabulary, render_scene
from mmpartseg.datasets.shapes.canvas import NONE
from mmpartseg.datasets.shapes.folders import create, in_parallel, write_png
from mmpartseg.datasets.shapes.words import caption, phrases
from mmpartseg.printable import counted

FOLDERS = ('images', 'instances', 'parts')


def seen_parts(scene):
    """(size, size) uint8: the class of each pixel, without the parts of unseen objects."""
    vocabulary = load_vocabulary()
    unseen = [vocabulary.objects.index(name) for name in vocabulary.unseen]
    return np.where(np.isin(scene.objects, unseen), np.uint8(NONE), scene.parts)


def write_scene(index, out, seed, size, captions):
    """Draw and write one scene; returns its line of the list."""
    scene = render_scene(seed, 'pretrain', index, size)
    name = f'{index:05d}.png'
    for folder, array in zip(FOLDERS, (scene.image, scene.instances, seen_parts(scene))):
        write_png(out / folder / name, array)
    rng = np.random.default_rng([seed, index])
    return json.dumps(dict(
        file=name, captions=[caption(rng, scene) for _ in range(captions)],
        phrases=[phrase._asdict() for phrase in phrases(rng, scene)],
        things=[thing._asdict() for thing in scene.things], background=scene.background))


def main(argv=None):
    """Make the data set, or reuse it."""
    args = parse_args(argv)
    out = args.out.resolve()
    options = dict(seed=args.seed, size=args.size, captions=args.captions)

    def fill(folder):
        for name in FOLDERS:
            (folder / name).mkdir()
        write = partial(write_scene, out=folder, **options)
        lines = in_parallel(write, list(range(args.number)), args.workers)
        (folder / 'scenes.jsonl').write_text('\n'.join(lines) + '\n')

    create(out, 'drawn.json', dict(options, version=VERSION, number=args.number), fill)
    print(f"{out}: {counted(args.number, 'picture')}")


if __name__ == '__main__':
    try:
        main()
    except FileExistsError as error:
        sys.exit(f'error: {error}')
