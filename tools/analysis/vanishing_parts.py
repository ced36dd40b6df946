"""Count the labelled parts that no token shows: ``python tools/analysis/vanishing_parts.py CONFIG``.

The images of CONFIG's training and validation data are resized as for the network, with the labels of
all classes; a part vanishes from an image if none of its tokens, one every STRIDE pixels, shows it. The
attention losses cannot see such a part.
"""
import argparse


def parse_args(argv=None):
    """Parse the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument('config', help='a config with one data set for training and one for validation')
    parser.add_argument('--stride', type=int, default=16, help='pixels of a token (default: 16)')
    return parser.parse_args(argv)


if __name__ == '__main__':
    parse_args()  # --help and mistakes are answered before the slow imports

from mmengine.config import Config
from mmengine.registry import DefaultScope

from mmpartseg.datasets.preparation import run_main


def resized_dataset(cfg, dataset):
    """A data set of the config with all classes, at the size of the network's input."""
    from mmseg.registry import DATASETS
    height, width = cfg.model.data_preprocessor.size
    pipeline = [dict(type='LoadPartImage'), dict(type='LoadPartAnnotations'),
                dict(type='ResizePartSeg', scale=(width, height)), dict(type='PackPartSegInputs')]
    return DATASETS.build(dict(dataset, pipeline=pipeline, split='all', test_mode=False))


def vanished(part_map, num_classes, ignore_index, stride):
    """The classes of an image, and by way of looking those that vanish.

    Args:
        part_map (Tensor): (1, H, W) int64.
        num_classes, ignore_index (int): K, and the label of pixels without a class.
        stride (int): pixels of a token.

    Returns:
        tuple[list[int], dict[str, list[int]]]: ids.
    """
    from mmpartseg.models.losses.token_shares import TOKEN_SHARES
    grid = tuple(-(-side // stride) for side in part_map.shape[1:])
    labelled = [k for k in part_map.unique().tolist() if k < num_classes and k != ignore_index]
    shown = {way: shares(part_map, grid, num_classes, ignore_index)[0].flatten(1).any(1)
             for way, shares in TOKEN_SHARES.items()}
    return labelled, {way: [k for k in labelled if not found[k]] for way, found in shown.items()}


def count(cfg, stride, show=print):
    """Print each image's vanished parts; the pairs of image and class, and those that vanish by way."""
    pairs, lost = 0, {}
    for loader in (cfg.train_dataloader, cfg.val_dataloader):
        dataset = resized_dataset(cfg, loader.dataset)
        names, ignore = dataset.metainfo['classes'], dataset.ignore_index
        for sample in dataset:
            sample = sample['data_samples']
            labelled, found = vanished(sample.gt_sem_seg.data, len(names), ignore, stride)
            pairs += len(labelled)
            for way, classes in found.items():
                lost[way] = lost.get(way, 0) + len(classes)
                if classes:
                    show(f'{sample.img_path}, {way}: {", ".join(names[k] for k in classes)}')
    return pairs, lost


def main(argv=None):
    """Command line."""
    args = parse_args(argv)
    cfg = Config.fromfile(args.config)
    import mmpartseg.datasets  # noqa: F401  registers
    with DefaultScope.overwrite_default_scope('mmseg'):
        pairs, lost = count(cfg, args.stride)
    for way, number in lost.items():
        print(f'{way}: {number} of {pairs} pairs of image and class vanish')


if __name__ == '__main__':
    run_main(main)
