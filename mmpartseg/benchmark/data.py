"""Speed of data loading and of the metric."""
import time

import torch
from mmengine.registry import init_default_scope
from mmseg.registry import DATASETS

from ..evaluation import OpenVocabPartIoU
from .measure import timed
from .subjects import made_up_classes, quiet, read_config

CPU = torch.device('cpu')


def loading(args):
    """Milliseconds per image of one loading process, through the config's whole pipeline."""
    cfg = read_config(args)
    dataset = DATASETS.build(cfg[f'{args.loader}_dataloader'].dataset)
    count = min(args.images, len(dataset))
    result = timed(lambda: [dataset[i] for i in range(count)], CPU, args.warmup, args.repeats)
    return dict(result, images=count, milliseconds_per_image=1000 * result['seconds'] / count,
                images_per_second=count / result['seconds'])


def metric(args):
    """Milliseconds per image that the metric adds, and those of its final tables."""
    init_default_scope('mmseg')
    quiet()  # no tables of drawn numbers
    classes, (height, width) = args.classes, args.label_size
    generator = torch.Generator().manual_seed(args.seed)
    names = made_up_classes(classes)
    counter = OpenVocabPartIoU(dict(object_parts=names, unseen_objects=['object 0']))
    maps = torch.randint(0, classes, (4, 3, 1, height, width), generator=generator)
    samples = [dict(gt_sem_seg=dict(data=target), pred_sem_seg=dict(data=pred),
                    pred_oracle_sem_seg=dict(data=oracle)) for target, pred, oracle in maps]
    for i in range(4):
        counter.process(None, [samples[i]])
    counter.evaluate(4)
    start = time.perf_counter(), time.process_time()
    for i in range(args.images):
        counter.process(None, [samples[i % len(samples)]])
    middle = time.perf_counter(), time.process_time()
    counter.evaluate(args.images)
    end = time.perf_counter()
    return dict(images=args.images, classes=classes, label_size=[height, width],
                milliseconds_per_image=1000 * (middle[0] - start[0]) / args.images,
                cpu_milliseconds_per_image=1000 * (middle[1] - start[1]) / args.images,
                evaluate_seconds=end - middle[0])
