"""What a perfect prediction scores on a released evaluator's ground truth.

``python tools/analysis/perfect_prediction.py CONFIG [--evaluator catseg]``

The label maps of CONFIG's test data are taken for the prediction, in Pred-All and Oracle-Obj alike, and
scored as by OpenVocabPartIoU(released_ground_truth=True), 'catseg' or 'zsseg'. On the plain ground truth
it is 100 everywhere.
"""
import argparse


def parse_args(argv=None):
    """Parse the command line."""
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('config', help='a config with one data set for testing')
    parser.add_argument('--evaluator', choices=('partclipseg', 'catseg', 'zsseg'), default='partclipseg',
                        help='whose; catseg is PartCATSeg\'s too (default: %(default)s)')
    return parser.parse_args(argv)


if __name__ == '__main__':
    parse_args()  # --help and mistakes are answered before the slow imports

import torch
from mmengine.config import Config
from mmengine.registry import DefaultScope
from prettytable import PrettyTable

from mmpartseg.datasets.preparation import run_main
from mmpartseg.engine.hooks.taxonomy_check_hook import leaves
from mmpartseg.evaluation import class_iou, confusion_matrix, mean_scores, part_means
from mmpartseg.evaluation.vocabulary import dataset_taxonomy
from mmpartseg.released_labels import EVALUATORS, released_part_map


def perfect_counts(dataset, taxonomy, evaluator):
    """(K + 1, K) counts of a data set's part maps against a released evaluator's ground truth."""
    counts = torch.zeros(len(taxonomy) + 1, len(taxonomy), dtype=torch.int64)
    ignore = leaves(dataset)[0].ignore_index
    for sample in dataset:
        sample = sample['data_samples']
        parts, objects = (sample.get(name).data[0] for name in ('gt_sem_seg', 'gt_object_seg'))
        truth = released_part_map(parts, objects, len(taxonomy.objects), ignore, evaluator)
        prediction = parts.masked_fill(parts == ignore, len(taxonomy))
        counts += confusion_matrix(prediction, truth, len(taxonomy), ignore)
    return counts.numpy()


def show(counts, taxonomy):
    """A line for each part, the mean over its classes, and the means of the whole."""
    iou = class_iou(counts)
    table = PrettyTable(['part', 'IoU'], align='r')
    table.align['part'] = 'l'
    for part, value in zip(taxonomy.parts, part_means(iou, taxonomy)):
        if value == value:
            table.add_row([part, f'{value:.2f}'])
    print(table)
    print(', '.join(f'{name} {value:.2f}' for name, value in mean_scores(iou, taxonomy.is_seen).items()))


def main(argv=None):
    """Command line."""
    args = parse_args(argv)
    cfg = Config.fromfile(args.config)
    evaluator = EVALUATORS[True if args.evaluator == 'partclipseg' else args.evaluator]
    from mmseg.registry import DATASETS

    import mmpartseg.datasets  # noqa: F401  registers
    pipeline = [dict(type='LoadPartImage'),
                dict(type='LoadPartAnnotations', stored_objects=evaluator.stored_objects),
                dict(type='PackPartSegInputs')]
    with DefaultScope.overwrite_default_scope('mmseg'):
        dataset = DATASETS.build(dict(cfg.test_dataloader.dataset, pipeline=pipeline))
    taxonomy = dataset_taxonomy(dataset.metainfo)
    show(perfect_counts(dataset, taxonomy, evaluator), taxonomy)


if __name__ == '__main__':
    run_main(main)
