"""Draw PartShapes: pictures of animals, vehicles and furniture with exact part and object maps.

The folder has the layout of Pascal-Part-116; its bytes depend on seed, size and counts alone.
"""
import argparse
import json
import os
import shutil
import sys
import tempfile
from functools import partial
from pathlib import Path

import cv2
import numpy as np
from mmengine.utils import track_parallel_progress

from mmpartseg.datasets.shapes import SPLITS, load_classes, render_scene
from mmpartseg.taxonomy import load_metainfo

VERSION = 2  # to be raised whenever the drawing changes
STAMP = 'part_shapes.json'
FOLDERS = ('images', 'annotations_detectron2_part', 'annotations_detectron2_obj')


def parse_args(argv=None):
    """Parse the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument('--out', type=Path, required=True, help='folder to create')
    parser.add_argument('--seed', type=int, default=0)
    parser.add_argument('--size', type=int, default=128, help='side of the pictures, in pixels')
    parser.add_argument('--num-train', type=int, default=2000)
    parser.add_argument('--num-val', type=int, default=200)
    parser.add_argument('--workers', type=int, default=2)
    parser.add_argument('--contact-sheet', type=Path, metavar='PNG',
                        help='also write the first 12 val scenes beside their part maps')
    args = parser.parse_args(argv)
    for name, least in (('seed', 0), ('size', 16), ('num_train', 0), ('num_val', 0),
                        ('workers', 1)):
        if getattr(args, name) < least:
            parser.error(f"--{name.replace('_', '-')} must be at least {least}, "
                         f'got {getattr(args, name)}')
    return args


def write_scene(task, out, seed, size):
    """Draw and write scene `task` = (split, index); returns its (pixels per class, K) counts."""
    split, index = task
    image, parts, objects = render_scene(seed, split, index, size)
    for folder, array in zip(FOLDERS, (image[..., ::-1], parts, objects)):
        path = out / folder / split / f'{index:05d}.png'
        if not cv2.imwrite(str(path), array):
            raise OSError(f'could not write {path}')
    return np.bincount(parts.ravel(), minlength=256)[:len(load_classes()[2])]


def draw(out, args):
    """Write all scenes below `out`; returns pixel counts (n, K) by split."""
    for folder in FOLDERS:
        for split in SPLITS:
            (out / folder / split).mkdir(parents=True)
    tasks = [(split, i) for split, n in zip(SPLITS, (args.num_train, args.num_val))
             for i in range(n)]
    write = partial(write_scene, out=out, seed=args.seed, size=args.size)
    threads = cv2.getNumThreads()
    cv2.setNumThreads(1)  # OpenCV's thread pool does not survive the fork of the workers
    try:
        counts = track_parallel_progress(write, tasks, args.workers, chunksize=16,
                                         file=sys.stderr) if tasks else []
    finally:
        cv2.setNumThreads(threads)
    print(file=sys.stderr)
    classes = len(load_classes()[2])
    counts = np.array(counts, np.int64).reshape(-1, classes)
    return dict(zip(SPLITS, np.split(counts, [args.num_train])))


def print_table(counts):
    """Print images per split, then images and pixels per class."""
    print(', '.join(f'{split}: {len(counts[split])} images' for split in SPLITS))
    print(f"{'class':20}{'train images':>14}{'pixels':>12}{'val images':>14}{'pixels':>12}")
    for k, name in enumerate(load_classes()[2]):
        cells = ''.join(f'{(counts[s][:, k] > 0).sum():14}{counts[s][:, k].sum():12}'
                        for s in SPLITS)
        print(f'{name:20}{cells}')


def is_finished(out, stamp):
    """Whether `out` already holds this very data set.

    Raises:
        FileExistsError: it holds something else.
    """
    if not out.exists() or (out.is_dir() and not any(out.iterdir())):
        return False
    found = (out / STAMP).read_text().strip() if (out / STAMP).is_file() else ''
    if found == json.dumps(stamp):
        return True
    what = f'PartShapes of other options ({found})' if found else 'something other than PartShapes'
    raise FileExistsError(f'{out} holds {what}; it is left as it is: choose another --out')


def write_contact_sheet(out, path, columns=4, rows=3):
    """Tile val pictures beside their part maps in palette colours, background in dark grey."""
    colors = np.full((256, 3), 40, np.uint8)
    palette = load_metainfo('part_shapes')['palette']
    colors[:len(palette)] = palette
    tiles = []
    for name in sorted(p.name for p in (out / FOLDERS[0] / 'val').iterdir())[:columns * rows]:
        image = cv2.imread(str(out / FOLDERS[0] / 'val' / name))
        parts = cv2.imread(str(out / FOLDERS[1] / 'val' / name), cv2.IMREAD_UNCHANGED)
        tiles.append(np.hstack([image, colors[parts][..., ::-1]]))
    if not tiles:
        raise ValueError('--contact-sheet shows val scenes, but there are none')
    tiles += [np.full_like(tiles[0], 255)] * (-len(tiles) % columns)
    lines = [np.hstack(tiles[k:k + columns]) for k in range(0, len(tiles), columns)]
    if not cv2.imwrite(str(path), np.vstack(lines)):
        raise OSError(f'could not write {path}')


def main(argv=None):
    """Make the data set, or reuse it, and show it if asked to."""
    args = parse_args(argv)
    out = args.out.resolve()
    create(out, args)
    if args.contact_sheet:
        write_contact_sheet(out, args.contact_sheet)


def create(out, args):
    """Draw the data set beside its final place and move it there once it is complete."""
    stamp = {'version': VERSION, 'seed': args.seed, 'size': args.size,
             'num_train': args.num_train, 'num_val': args.num_val}
    if is_finished(out, stamp):
        print(f'reusing {out}')
        return
    out.parent.mkdir(parents=True, exist_ok=True)
    work = Path(tempfile.mkdtemp(prefix=f'.{out.name}.', dir=out.parent))
    try:
        counts = draw(work, args)
        (work / STAMP).write_text(json.dumps(stamp) + '\n')
        work.chmod(0o777 & ~_umask())
        os.replace(work, out)
    except OSError:
        if not is_finished(out, stamp):
            raise
        print(f'reusing {out}, which another run has just finished')
        return
    finally:
        shutil.rmtree(work, ignore_errors=True)
    print_table(counts)
    print(f'wrote {out}')


def _umask():
    """The process's file creation mask (it can only be read by setting it)."""
    mask = os.umask(0)
    os.umask(mask)
    return mask


if __name__ == '__main__':
    try:
        main()
    except FileExistsError as error:
        sys.exit(f'error: {error}')
