"""Data sets that are joined: each of them has the classes of model and metric, or nothing is scored."""
from types import SimpleNamespace

import pytest
from mmengine.config import Config
from mmengine.runner import Runner
from mmseg.registry import DATASETS, METRICS

from mmpartseg.engine import prepare_launch
from mmpartseg.engine.hooks.taxonomy_check_hook import check_complete, check_metric
from mmpartseg.evaluation import OpenVocabPartIoU
from tests.runs import in_child, write_config
from tests.test_evaluation.metric_samples import CLASSES, TAXONOMY, sample
from tests.tiny import ALL

KEYS = ['classes', 'palette', 'taxonomy', 'label_map', 'object_classes']


def joined(dataset, **changes):
    """A plain ConcatDataset whose second member differs."""
    return dict(type='ConcatDataset', ignore_keys=KEYS, datasets=[dataset, dict(dataset, **changes)])


def run(path, stage, changes, work_dir):
    cfg = Config.fromfile(path)
    cfg.test_cfg, cfg.test_dataloader = dict(), cfg.val_dataloader
    cfg.test_evaluator = cfg.val_evaluator
    loader = cfg[f'{stage}_dataloader']
    loader.dataset = joined(loader.dataset, **changes)
    cfg.work_dir, cfg.experiment_name = str(work_dir), f'{work_dir.name}_{stage}'
    cfg.custom_hooks = [dict(type='TaxonomyCheckHook')]
    prepare_launch(cfg, 'none')
    getattr(Runner.from_cfg(cfg), stage)()


def test_in_training_validation_and_test(tmp_path):
    """The mistake of a plain loop: classes in another order, or fewer of them."""
    path = write_config(tmp_path)
    other = dict(taxonomy=dict(object_parts=ALL[::-1], unseen_objects=['dog']))

    def all_stages():
        for stage in ('train', 'val', 'test'):
            with pytest.raises(ValueError, match='a PartSegDataset in the data set of '
                               rf'{stage}_dataloader has \d+; they first differ at class 0'):
                run(path, stage, other, tmp_path / 'order')
        with pytest.raises(ValueError, match='in the data set of val_dataloader has'):
            run(path, 'val', dict(split='seen'), tmp_path / 'content')
    assert in_child(all_stages) == [0]


def test_members_of_a_joint_loop(tmp_path):
    """A member may itself be joined of several."""
    cfg = Config.fromfile(write_config(tmp_path))
    dataset = cfg.val_dataloader.dataset
    other = dict(taxonomy=dict(object_parts=ALL[::-1], unseen_objects=['dog']))
    cfg.val_dataloader.dataset = dict(type='ConcatDataset', datasets=[dataset, joined(dataset, **other)])
    cfg.val_evaluator = [dict(cfg.val_evaluator, prefix=prefix) for prefix in 'ab']
    cfg.val_cfg = dict(type='JointValLoop')
    cfg.work_dir, cfg.experiment_name = str(tmp_path / 'work'), 'members_of_a_joint_loop'
    cfg.custom_hooks = [dict(type='TaxonomyCheckHook')]

    def validated():
        prepare_launch(cfg, 'none')
        with pytest.raises(ValueError, match='a PartSegDataset in the data set of val_dataloader'):
            Runner.from_cfg(cfg).val()
    assert in_child(validated) == [0]


def test_the_metric_and_its_data(tmp_path):
    """The unseen objects too: they decide what Seen and Unseen are means of."""
    dataset = Config.fromfile(write_config(tmp_path)).val_dataloader.dataset
    both = DATASETS.build(joined(dataset, taxonomy=dict(object_parts=ALL, unseen_objects=['cat'])))
    metric = METRICS.build(dict(type='OpenVocabPartIoU'))
    metric.dataset_meta = both.metainfo
    with pytest.raises(ValueError, match=r"unseen objects \('dog',\), a PartSegDataset .* has \('cat',\)"):
        check_metric(metric, both, 'val_dataloader')
    metric = METRICS.build(dict(type='OpenVocabPartIoU', taxonomy=dataset.taxonomy))
    check_metric(metric, both, 'val_dataloader')
    metric = METRICS.build(dict(type='OpenVocabPartIoU', taxonomy=ALL[:-1]))
    with pytest.raises(ValueError, match='the taxonomy of OpenVocabPartIoU has .* classes'):
        check_metric(metric, both, 'val_dataloader')


def test_a_sample_of_another_data_set():
    """Also where no hook looks: a sample knows its data set's classes."""
    metric = OpenVocabPartIoU(taxonomy=TAXONOMY, ignore_index=200)
    good = dict(sample([[0, 1]], [[0, 1]]), taxonomy=CLASSES)
    metric.process(None, [good, dict(good, img_path='b.jpg')])
    with pytest.raises(ValueError, match="the data set of image 'c.jpg' has 4 classes.* is id 0"):
        metric.process(None, [dict(good, taxonomy=CLASSES[::-1], img_path='c.jpg')])


def test_images_that_are_left_out():
    loader = SimpleNamespace(drop_last=True, batch_size=2, sampler=range(5))
    with pytest.raises(ValueError, match='has drop_last=True and batch_size=2, so that 1 of 5'):
        check_complete(loader, 'val_dataloader')
    check_complete(SimpleNamespace(drop_last=False, batch_size=2, sampler=range(5)), 'val_dataloader')
    check_complete(SimpleNamespace(drop_last=True, batch_size=5, sampler=range(5)), 'val_dataloader')
