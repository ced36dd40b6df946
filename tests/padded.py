"""Batches of padded pictures."""
import pytest
import torch
from mmseg.registry import DATASETS, MODELS

from tests.tiny import segmentor

MEAN, STD = 10., 50.
LOAD = [dict(type='LoadPartImage'), dict(type='LoadPartAnnotations')]
KEEP_RATIO = [dict(type='ResizePartSeg', scale=(64, 24), keep_ratio=True)]


def preprocessor(**options):
    return MODELS.build(dict(dict(type='PartSegDataPreProcessor', mean=[MEAN] * 3, std=[STD] * 3), **options))


@pytest.fixture(name='archive')
def archive_fixture(empty_archive):
    """Four pictures of several shapes whose object maps tell more than their part maps."""
    for i, size in enumerate([(12, 16), (18, 12), (14, 14), (10, 30)]):
        empty_archive.add('train', f'{i}', {"cat's head": 40, "cat's tail": 9 + i},
                          {'cat': 20, 'boat': 30, 'dog': 11}, size=size)
    return empty_archive


def samples_of(archive, transforms):
    dataset = DATASETS.build(dict(
        type='PascalPart116Dataset', data_root=str(archive.root), split='seen',
        pipeline=[*LOAD, *transforms, dict(type='PackPartSegInputs')]))
    return [dataset[i] for i in range(len(dataset))]


def tiny_model(**options):
    torch.manual_seed(0)
    model = segmentor(train='pascal_part_116:seen', test='pascal_part_116')
    model.data_preprocessor = preprocessor(**options)
    return model
