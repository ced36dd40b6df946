"""A drawn data set on disk, and the command that makes it; its bytes depend on the options alone."""
from argparse import Namespace
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

import cv2
import numpy as np

from mmpartseg.datasets.preparation import write_names
from mmpartseg.palette import part_palette
from mmpartseg.printable import counted
from mmpartseg.taxonomy import PartTaxonomy

from .folders import create, in_parallel, write_png
from .scene import render_scene
from .world import WORLDS, load_vocabulary


class DrawnSet(NamedTuple):
    """What a drawn data set shows and how its files lie.

    Attributes:
        world (str): a key of ``WORLDS``.
        version (int): of the drawing.
        folders (tuple[str]): of pictures, part maps and object maps; each holds a folder per split.
        numbers (dict[str, int]): how many scenes each split has unless it is said.
        lists (bool): whether ``<split>.txt`` name the pictures, for ``ann_file``.
    """
    world: str
    version: int
    folders: tuple
    numbers: dict
    lists: bool = False

    @property
    def classes(self) -> list[str]:
        """list[str]: names in the order of ids in the part maps."""
        return list(load_vocabulary(WORLDS[self.world]).class_index)


def write_scene(task: tuple[str, int], out: Path, data_set: DrawnSet, seed: int, size: int) -> np.ndarray:
    """Draw and write scene `task` = (split, index); returns its (pixels per class, K) counts."""
    split, index = task
    scene = render_scene(seed, split, index, size, WORLDS[data_set.world])
    for folder, array in zip(data_set.folders, (scene.image, scene.parts, scene.objects)):
        write_png(out / folder / split / f'{index:05d}.png', array)
    return np.bincount(scene.parts.ravel(), minlength=256)[:len(data_set.classes)]


def draw(out: Path, data_set: DrawnSet, args: Namespace) -> dict[str, np.ndarray]:
    """Write all scenes below `out`; returns pixel counts (n, K) by split."""
    numbers = {split: getattr(args, f'num_{split}') for split in data_set.numbers}
    for split, number in numbers.items():
        for folder in data_set.folders:
            (out / folder / split).mkdir(parents=True)
        if data_set.lists:
            write_names(out / f'{split}.txt', [f'{i:05d}.png' for i in range(number)])
    tasks = [(split, i) for split, number in numbers.items() for i in range(number)]
    write = partial(write_scene, out=out, data_set=data_set, seed=args.seed, size=args.size)
    counts = np.array(in_parallel(write, tasks, args.workers), np.int64).reshape(-1, len(data_set.classes))
    return dict(zip(numbers, np.split(counts, np.cumsum(list(numbers.values()))[:-1])))


def print_table(counts: dict[str, np.ndarray], classes: Sequence[str]) -> None:
    """Print images per split, then images and pixels per class."""
    print(', '.join(f"{split}: {counted(len(counts[split]), 'image')}" for split in counts))
    print(f"{'class':22}" + ''.join(f'{split + " images":>14}{"pixels":>10}' for split in counts))
    for k, name in enumerate(classes):
        cells = ''.join(f'{(n[:, k] > 0).sum():14}{n[:, k].sum():10}' for n in counts.values())
        print(f'{name:22}{cells}')


def write_contact_sheet(out: Path, path: Path, data_set: DrawnSet, columns: int = 10, rows: int = 10) -> None:
    """Tile val pictures beside their part maps in palette colours, background in dark grey."""
    colors = np.full((256, 3), 40, np.uint8)
    palette = part_palette(PartTaxonomy(data_set.classes))
    colors[:len(palette)] = palette
    images, maps, _ = data_set.folders
    tiles = []
    for name in sorted(p.name for p in (out / images / 'val').iterdir())[:columns * rows]:
        image: Any = cv2.imread(str(out / images / 'val' / name))
        parts: Any = cv2.imread(str(out / maps / 'val' / name), cv2.IMREAD_UNCHANGED)
        tiles.append(np.hstack([image, colors[parts][..., ::-1]]))
    if not tiles:
        raise ValueError('--contact-sheet shows val scenes, but there are none')
    tiles += [np.full_like(tiles[0], 255)] * (-len(tiles) % columns)
    lines = [np.hstack(tiles[k:k + columns]) for k in range(0, len(tiles), columns)]
    if not cv2.imwrite(str(path), np.vstack(lines)):
        raise OSError(f'could not write {path}')


def run(data_set: DrawnSet, args: Namespace) -> None:
    """Make a drawn data set as the command line says, or reuse it, and show it if asked to.

    Args:
        data_set (DrawnSet): which one.
        args (Namespace): of ``tools/dataset_converters/converter_options.py``.

    Raises:
        FileExistsError: ``--out`` holds something else; it is left as it is.
    """
    out = args.out.resolve()
    names = ('seed', 'size', *(f'num_{split}' for split in data_set.numbers))
    stamp = dict({name: getattr(args, name) for name in names}, version=data_set.version)
    counts = create(out, f'{data_set.world}.json', stamp, lambda folder: draw(folder, data_set, args))
    if counts is not None:
        print_table(counts, data_set.classes)
        print(f'wrote {out}')
    if args.contact_sheet:
        write_contact_sheet(out, args.contact_sheet, data_set)
