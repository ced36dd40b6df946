"""Each benchmark from its archive to its scores: converted, loaded, trained a step, evaluated."""
import importlib.util
import json

import miniatures
import pytest
from mmengine.logging import MessageHub, MMLogger
from mmengine.runner import Runner

from mmpartseg.engine import use_tta
from mmpartseg.evaluation import load_counts
from mmpartseg.visualization import PartLocalVisualizer
from tests.shipped_configs import load as load_config
from tests.shipped_configs import shrink
from tests.tiny import TINY_CLIP
from tests.zsseg import shrink as shrink_zsseg

# config, classes annotated in its test set (seen, unseen), images trained on
CASES = [
    ('partclipseg/pascal_part', (2, 2), ['2008_000001', '2008_000003']),
    ('clipseg/pascal_part_16shot', (2, 2), ['2008_000001', '2008_000002', '2008_000003']),
    # bench's seat, light's shade, door's handle; of the training images bus, desk
    ('partclipseg/ade20k_part', (2, 5), ['ADE_train_00000001', 'ADE_train_00000002']),
    ('clipseg/ade20k_part_supervised', (2, 5), [f'ADE_train_0000000{i}' for i in (1, 2, 3)]),
    ('clipseg/part_imagenet', (2, 1), ['n02129604_7']),
    ('partclipseg/part_imagenet_16shot', (2, 1), ['n02129604_7', 'n02422699_12']),
    ('partclipseg/part_imagenet_to_pascal_part', (2, 2), ['n02129604_7']),
    ('clipseg/ade20k_part_to_pascal_part', (2, 2), ['ADE_train_00000001', 'ADE_train_00000002']),
    ('catseg/pascal_part_16shot', (2, 2), ['2008_000001', '2008_000002', '2008_000003']),
    ('catseg/ade20k_part_to_pascal_part', (2, 2), ['ADE_train_00000001', 'ADE_train_00000002']),
    ('partcatseg/part_imagenet_16shot', (2, 1), ['n02129604_7', 'n02422699_12']),
    ('partcatseg/part_imagenet_to_pascal_part', (2, 2), ['n02129604_7']),
    # one sample for each object that has a part which is trained on
    ('zsseg/pascal_part_16shot', (2, 2), ['2008_000001', '2008_000002', '2008_000003']),
    ('zsseg/ade20k_part_to_pascal_part', (2, 2), [f'ADE_train_0000000{i}' for i in (1, 1, 2)]),
    ('zsseg/part_imagenet_16shot', (2, 1), ['n02129604_7', 'n02422699_12']),
]
needs_mmdet = pytest.mark.skipif(importlib.util.find_spec('mmdet') is None, reason='mmdet is not installed')


@pytest.fixture(scope='module')
def data(tmp_path_factory):
    """The three archives, converted."""
    root = tmp_path_factory.mktemp('data')
    miniatures.write_pascal_part_116(root / 'PascalPart116')
    miniatures.write_ade20k_part_234(root / 'ADE20KPart234')
    miniatures.write_part_imagenet(root / 'PartImageNet')
    for tool, folder in (('ade20k_part', 'ADE20KPart234'), ('part_imagenet', 'PartImageNet')):
        importlib.import_module(tool).convert(root / folder, workers=1, overwrite=False)
    return root


def load(name):
    return load_config(f'configs/{name}.py')


def leaves(dataset):
    inner = dataset.get('datasets') or ([dataset.dataset] if 'dataset' in dataset else [])
    return [leaf for d in inner for leaf in leaves(d)] or [dataset]


def miniature(name, data, work_dir):
    """A shipped config with a tiny model, 32 x 32 images, one iteration, no worker processes."""
    cfg = load(name)
    if name.startswith('zsseg/'):
        shrink_zsseg(cfg.model, TINY_CLIP, channels=32, layers=2, crop=32)
    else:
        shrink(cfg)
    cfg.work_dir, cfg.load_from = str(work_dir), None
    cfg.train_dataloader.batch_size = cfg.effective_batch_size = 2
    cfg.train_cfg.update(max_iters=1, val_interval=1)
    for loader in (cfg.train_dataloader, cfg.val_dataloader, cfg.test_dataloader):
        loader.update(num_workers=0, persistent_workers=False)
        for leaf in leaves(loader.dataset):
            leaf.data_root = str(data / leaf.data_root.removeprefix('data/'))
            shrink_images(leaf.pipeline)
    shrink_images(cfg.tta_pipeline[1].transforms[0])
    cfg.val_evaluator.out_file = cfg.test_evaluator.out_file = str(work_dir / 'counts.npz')
    return cfg


def shrink_images(steps):
    for step in steps:
        if step.type == 'ResizePartSeg':
            step.scale = tuple(side // 11 for side in step.scale)
        if step.type == 'RandomChoiceResize':
            step.scales = [tuple(side // 11 for side in scale) for scale in step.scales]
        if step.type == 'RandomCrop':
            step.crop_size = (32, 32)
        if step.type == 'PadPartSeg':
            step.size = (32, 32)


def build(cfg):
    for registry in (MMLogger, MessageHub, PartLocalVisualizer):
        registry._instance_dict.clear()
    return Runner.from_cfg(cfg)


@pytest.mark.parametrize('name, classes, trained', [
    pytest.param(*case, id=case[0], marks=needs_mmdet if case[0].startswith('zsseg/') else ())
    for case in CASES])
def test_train_and_evaluate(name, classes, trained, data, tmp_path):
    runner = build(miniature(name, data, tmp_path))
    runner.train()
    dataset = runner.train_dataloader.dataset
    assert [dataset.get_data_info(i)['img_path'].split('/')[-1].split('.')[0]
            for i in range(len(dataset))] == trained
    log = [json.loads(line) for line in next(
        tmp_path.glob('*/vis_data/scalars.json')).read_text().splitlines()][-1]
    for setting in ('pred_all', 'oracle_obj'):
        assert (log[f'{setting}/num_classes_seen'], log[f'{setting}/num_classes_unseen']) == classes
        assert 0 <= log[f'{setting}/mIoU'] <= 100
    assert load_counts(tmp_path / 'counts.npz')[0]['oracle_obj/confusion'].sum() > 0


def test_tta_in_every_part_of_the_test_set(data, tmp_path):
    cfg = miniature('partclipseg/ade20k_part', data, tmp_path)
    use_tta(cfg)
    runner = build(cfg)
    scores = runner.test()
    assert scores['pred_all/num_classes_unseen'] == 5 and scores['oracle_obj/mIoU'] >= 0
    assert len(runner.test_dataloader.dataset) == 4
    assert all(len(runner.test_dataloader.dataset[i]['inputs']) == 6 for i in range(4))


@pytest.mark.parametrize('method', ['clipseg', 'catseg'])
def test_tta_in_pred_obj(method, data, tmp_path):
    cfg = miniature(f'{method}/pascal_part_pred_obj', data, tmp_path)
    loader, = (step for stage in cfg.tta_pipeline[1].transforms for step in stage
               if step.type == 'LoadObjectPrediction')
    loader.folder = str(data / 'PascalPart116/annotations_detectron2_obj/val')
    use_tta(cfg)
    scores = build(cfg).test()
    # the predicted objects are the known ones here
    assert scores['pred_obj/mIoU'] == scores['oracle_obj/mIoU'] >= 0


def test_tta_without_a_pipeline():
    cfg = load('partclipseg/pascal_part')
    cfg.pop('tta_pipeline')
    with pytest.raises(ValueError, match="no \\['tta_pipeline'\\]"):
        use_tta(cfg)
