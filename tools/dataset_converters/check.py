"""Verify the data sets that a config names: every file, every pixel's id, and the counts.

Reads each image and each label map of the train, val and test data sets (what several of them
share, once). Problems, and exit code 1: folders or files that are missing, unmatched or damaged,
maps of another size or EXIF orientation than their image, ids without a class, values that seem to
be meant otherwise than they are read (masks of 0 and 255, 0 for background), another number of images than
published (where it is published exactly). Only noted: classes that no image shows, and part pixels
whose object map shows another object.
"""
import argparse
import os
from collections import defaultdict
from concurrent.futures import ThreadPoolExecutor
from functools import partial

SPLITS = ('train', 'val', 'test')


def parse_args(argv=None):
    """Parse the command line."""
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('config', help='config file, or the name of a shipped one, such as part_shapes')
    parser.add_argument('--split', nargs='+', choices=SPLITS, default=SPLITS)
    parser.add_argument('--subset', action='store_true',
                        help='a part of a published data set: another number of images is noted')
    parser.add_argument('--workers', type=int, default=os.cpu_count(), help='threads')
    parser.add_argument('--cfg-options', nargs='+', action='extend', default=[], metavar='KEY=VALUE',
                        help='override settings of the config, such as data roots')
    return parser.parse_args(argv)


if __name__ == '__main__':
    parse_args()  # --help and mistakes are answered before the slow imports

import mmpartseg  # noqa: F401  before mmseg, which refuses newer mmcv by its number

# isort: split
import numpy as np
from mmseg.registry import DATASETS

from mmpartseg.datasets import PartSegDataset
from mmpartseg.datasets.preparation import run_jobs, run_main
from mmpartseg.datasets.preparation.checking import (
    MISSING,
    OTHER_COUNT,
    ROUGH_COUNT,
    inspect,
    match_files,
    value_problems,
)
from mmpartseg.engine import read_config
from mmpartseg.printable import counted, printable

SHOWN = 5  # files named for each kind of problem


def leaf_configs(config):
    """The data sets below wrappers such as ConcatDataset and RepeatDataset."""
    inner = [config['dataset']] if 'dataset' in config else config.get('datasets')
    return [config] if inner is None else [leaf for c in inner for leaf in leaf_configs(c)]


def data_sets(config, splits):
    """``[(label, data set)]``; what several splits share comes once, labelled with all of them.

    Raises:
        ValueError: the config names none, or one that is no PartSegDataset.
    """
    found = []
    for split in splits:
        loader = config.get(f'{split}_dataloader')
        for leaf in leaf_configs(loader['dataset']) if loader and 'dataset' in loader else ():
            labels = next((labels for labels, other in found if other == leaf), None)
            if labels is None:
                found.append(([split], leaf))
            elif split not in labels:
                labels.append(split)
    if not found:
        raise ValueError(f'the config names no data set for {list(splits)}')
    # Files are checked here, not by the pipeline or by the data set's own loading.
    built = [(' and '.join(labels), DATASETS.build({**leaf, 'pipeline': [], 'lazy_init': True}))
             for labels, leaf in found]
    others = [f'{label}: {type(d).__name__}' for label, d in built
              if not isinstance(d, PartSegDataset)]
    if others:
        raise ValueError(f'expected data sets of type PartSegDataset, got {others}')
    return built


def report(label, dataset, workers, subset):
    """Check one data set and print what was found; returns its number of problems."""
    print(f"\n{label}: {type(dataset).__name__} (split='{dataset.split}') "
          f"from {dataset.data_prefix['img_path']}")
    try:
        samples, problems = match_files(dataset)
    except (FileNotFoundError, ValueError) as error:
        samples, problems = [], [(MISSING, str(error))]
    found = run_jobs(partial(inspect, tables=dataset.label_tables), samples, workers,
                     ThreadPoolExecutor) if samples else []
    kinds = defaultdict(list)
    problems += [p for f in found for p in f.problems] + value_problems(dataset, found)
    for kind, detail in problems:
        kinds[kind].append(detail)
    if found:
        _print_contents(dataset, found)
    notes = {ROUGH_COUNT, OTHER_COUNT} if subset else {ROUGH_COUNT}
    for kind, details in kinds.items():
        more = [f'… and {len(details) - SHOWN} more'] if len(details) > SHOWN else []
        print(f"  {'note' if kind in notes else 'PROBLEM'}: {kind}: {len(details)}",
              *map(printable, details[:SHOWN]), *more, sep='\n    ')
    return sum(len(details) for kind, details in kinds.items() if kind not in notes)


def main(argv=None):
    """Check the data sets of a config; returns the number of problems."""
    args = parse_args(argv)
    problems = sum(report(label, dataset, args.workers, args.subset) for label, dataset
                   in data_sets(read_config(args.config, args.cfg_options), args.split))
    print(f"\n{counted(problems, 'problem')}")
    return problems


def _print_contents(dataset, found):
    names = dataset.taxonomy.object_parts
    shown = np.unique(np.concatenate([f.part_ids for f in found]))
    objects = np.unique(np.concatenate([f.object_ids for f in found]))
    with_part = sum(f.part_ids.size > 0 for f in found)
    print(f"  {counted(len(found), 'image')}, {with_part} of them with a part; "
          f"{len(shown)} of {counted(len(names), 'class', 'classes')}, "
          f'{np.count_nonzero(objects < len(dataset.taxonomy.objects))} of '
          f"{counted(len(dataset.taxonomy.objects), 'object')} with parts")
    absent = [name for i, name in enumerate(names) if i not in set(shown.tolist())]
    if absent:
        print(f"  note: {counted(len(absent), 'class', 'classes')} never seen: {', '.join(absent)}")
    strays = [f.strays for f in found if f.strays]
    if strays:
        print(f"  note: on another object: {counted(sum(strays), 'part pixel')} in "
              f"{counted(len(strays), 'image')}, "
              'by the object map; the part counts')


if __name__ == '__main__':
    run_main(main)
