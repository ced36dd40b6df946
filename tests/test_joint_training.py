"""The joint config on miniature archives: one run on three data sets, each in its own vocabulary."""
import json
import math
import os
from importlib.util import find_spec
from pathlib import Path

import pytest
import torch
from mmengine.config import Config
from mmengine.runner import Runner

from mmpartseg import PartTaxonomy
from mmpartseg.engine import prepare_launch
from mmpartseg.models.decode_heads import open_vocab_head
from tests.miniatures import write_ade20k_part_234, write_part_imagenet, write_pascal_part_116
from tests.mixed import ROOT, finished, small_pipeline, unformatted  # noqa: F401
from tests.runs import in_child
from tests.tiny import TEXT_ENCODER, TINY_CLIP
from tests.tiny_cost import shrink_cost_family
from tests.tiny_model import load_tool

NAMES = ('pascal_part_116', 'part_imagenet', 'ade20k_part_234')
CONFIG = 'configs/partclipseg/joint_pascal_part_imagenet_ade20k.py'


def convert(name, root):
    """Run a dataset converter."""
    load_tool(f'dataset_converters/{name}').convert(root, workers=1, overwrite=False)


@pytest.fixture(scope='module')
def archives(tmp_path_factory):
    """The three archives in miniature, converted."""
    root = tmp_path_factory.mktemp('archives')
    for folder, write in (('PascalPart116', write_pascal_part_116),
                          ('PartImageNet', write_part_imagenet),
                          ('ADE20KPart234', write_ade20k_part_234)):
        (root / folder).mkdir()
        write(root / folder)
    convert('part_imagenet', root / 'PartImageNet')
    convert('ade20k_part', root / 'ADE20KPart234')
    return root


def leaves(dataset):
    if 'datasets' not in dataset:
        return [dataset]
    return [leaf for each in dataset.datasets for leaf in leaves(each)]


@pytest.fixture
def cfg(archives, tmp_path):
    cfg = Config.fromfile(ROOT / CONFIG)
    for loader in (cfg.train_dataloader, cfg.val_dataloader, cfg.test_dataloader):
        loader.update(num_workers=0, persistent_workers=False)
        for dataset in leaves(loader.dataset):
            dataset.data_root = str(archives / dataset.data_root.split('/')[-1])
            small_pipeline(dataset.pipeline, 32)
    cfg.model.data_preprocessor.size = (32, 32)
    cfg.model.backbone.update(arch=TINY_CLIP, out_indices=(0, 2))
    cfg.model.decode_head.update(
        text_encoder=dict(TEXT_ENCODER, trainable='embeddings'), in_channels=(32, 32), channels=16,
        num_heads=2, ffn_channels=32, mask_strides=(2, 1), adapter_channels=None, with_cp=False)
    return finished(cfg, tmp_path / 'run', iters=2)


def test_one_run_on_three_data_sets(cfg, monkeypatch):
    groups = []
    batch_rows = open_vocab_head.batch_rows
    monkeypatch.setattr(open_vocab_head, 'batch_rows',
                        lambda *a: groups.append(batch_rows(*a)) or groups[-1])
    prepare_launch(cfg, 'none')
    runner = Runner.from_cfg(cfg)
    runner.train()
    # a batch of 8 mixes all three data sets, and each image is in one group
    assert len(groups) == 2
    for rows in groups:
        assert len(rows) == 3 and sorted(sum(rows, [])) == list(range(8))
    assert any(all(rows) for rows in groups)
    scalars = {k: v.data[0] for k, v in runner.message_hub.log_scalars.items()}
    for term in ('object_part', 'object_part_background', 'object', 'part', 'separation', 'enhance'):
        assert all(math.isfinite(v) for v in scalars[f'train/decode.loss_{term}'])
    # every data set has scores of its own, over the classes that its test images show
    shown = {}
    for name in NAMES:
        for setting in ('pred_all', 'oracle_obj'):
            assert 0 <= scalars[f'val/{name}/{setting}/mIoU'][-1] <= 100
        shown[name] = sum(scalars[f'val/{name}/pred_all/num_classes_{k}'][-1] for k in ('seen', 'unseen'))
    assert shown == {'pascal_part_116': 4, 'part_imagenet': 3, 'ade20k_part_234': 7}
    assert runner.model.taxonomy == PartTaxonomy.named('pascal_part_116')  # as before
    assert list(Path(runner.work_dir).glob('best_pascal_part_116_pred_all_harmonic_iter_2.pth'))


def small(name, archives, folder):
    """The joint config of another method."""
    cfg = Config.fromfile(ROOT / f'configs/{name}/joint_pascal_part_imagenet_ade20k.py')
    side = 64 if name == 'zsseg' else 32  # its deepest map has 1/32 of it
    for loader in (cfg.train_dataloader, cfg.val_dataloader, cfg.test_dataloader):
        loader.update(num_workers=0, persistent_workers=False)
        for dataset in leaves(loader.dataset):
            dataset = dataset.get('dataset', dataset)
            dataset.data_root = str(archives / dataset.data_root.split('/')[-1])
            small_pipeline(dataset.pipeline, side)
            for step in dataset.pipeline:
                if step.type == 'RandomChoiceResize':
                    step.scales = [(96, 64), (96, 80)]
                elif step.type == 'PadPartSeg':
                    step.size = (side, side)
    if name == 'zsseg':
        from tests.zsseg import shrink
        shrink(cfg.model, TINY_CLIP, channels=32, layers=2, crop=32)
    else:
        cfg.model.data_preprocessor.size = (32, 32)
        cfg.model.backbone.clip.arch = TINY_CLIP
        cfg.model.decode_head.text_encoder.update(TEXT_ENCODER)
        shrink_cost_family(cfg)
    return finished(cfg, folder, iters=2)


@pytest.mark.parametrize('name', ['catseg', 'partcatseg', pytest.param('zsseg', marks=pytest.mark.skipif(
    find_spec('mmdet') is None, reason='mmdet is not installed'))])
def test_the_other_methods(name, archives, tmp_path):
    """Each learns from all three data sets, and has scores of its own in each."""
    cfg = small(name, archives, tmp_path)
    prepare_launch(cfg, 'none')
    runner = Runner.from_cfg(cfg)
    runner.train()
    scalars = {k: v.data[0] for k, v in runner.message_hub.log_scalars.items()}
    losses = [values for key, values in scalars.items() if 'loss' in key]
    assert losses and all(math.isfinite(value) for values in losses for value in values)
    setting = 'oracle_obj' if name == 'zsseg' else 'pred_all'
    assert all(0 <= scalars[f'val/{data}/{setting}/mIoU'][-1] <= 100 for data in NAMES)
    assert list(tmp_path.glob(f'best_pascal_part_116_{setting}_harmonic_iter_2.pth'))


def test_testing_gives_the_same_scores(cfg):
    cfg.default_hooks.checkpoint.save_best = None  # mmengine saves nothing before training
    runner = Runner.from_cfg(cfg)
    validated, tested = runner.val(), runner.test()
    assert tested == pytest.approx(validated, nan_ok=True) and len(tested) > 50


def test_members_with_the_same_pictures(cfg):
    """They are looked at once; the scores are those of each member alone."""
    pascal, image_net = (cfg.test_dataloader.dataset.datasets[i] for i in (0, 1))
    evaluators = [dict(cfg.test_evaluator[0], prefix=prefix) for prefix in ('a', 'b', 'c')]
    evaluators[2] = cfg.test_evaluator[1]

    def scores(*members):
        cfg.test_dataloader.dataset.datasets = [each for each, _ in members]
        cfg.test_evaluator = [evaluators[i] for _, i in members]
        runner = Runner.from_cfg(cfg)
        torch.manual_seed(0)
        for parameter in runner.model.parameters():
            torch.nn.init.normal_(parameter, std=0.3)
        seen = []
        runner.model.backbone.register_forward_hook(lambda module, args, output: seen.append(len(args[0])))
        return runner.test(), sum(seen), [len(x.dataloader.dataset) for x in runner.test_loop.members]
    cfg.default_hooks.checkpoint.save_best = None
    found, seen, sizes = scores((pascal, 0), (pascal, 1), (image_net, 2))
    assert seen == sizes[0] + sizes[2] and sizes[0] == sizes[1]
    alone, _, _ = scores((image_net, 2), (pascal, 1))
    for name, value in alone.items():
        assert found[name] == pytest.approx(value, nan_ok=True), name
    assert all(found[name] == pytest.approx(found['b' + name[1:]], nan_ok=True)
               for name in found if name.startswith('a/'))


def val_and_train(cfg, launcher, out):
    """Scores of the initial weights, and the loss curves, from the first process."""
    cfg.work_dir = str(out)
    prepare_launch(cfg, launcher)
    runner = Runner.from_cfg(cfg)
    scores = runner.val()
    runner.train()
    if runner.rank == 0:
        curves = {key: buffer.data[0].tolist() for key, buffer in runner.message_hub.log_scalars.items()
                  if 'loss' in key}
        (out / 'log.json').write_text(json.dumps(dict(scores=scores, curves=curves)))


def test_two_processes(cfg, tmp_path):
    """The same global batch: the loss curves of one process in every term, and the identical scores."""
    cfg.train_cfg.val_interval = 100
    cfg.default_hooks.checkpoint.save_best = None
    for dataset in leaves(cfg.train_dataloader.dataset):  # nothing drawn at random
        dataset.pipeline = [*dataset.pipeline[:2], dict(type='ResizePartSeg', scale=(32, 32)),
                            dict(type='PackPartSegInputs')]
    port = str(22500 + os.getpid() % 1000)
    two = [dict(RANK=str(r), LOCAL_RANK=str(r), WORLD_SIZE='2', MASTER_ADDR='127.0.0.1',
                MASTER_PORT=port) for r in range(2)]
    assert in_child(val_and_train, cfg, 'none', tmp_path / 'one') == [0]
    assert in_child(val_and_train, cfg, 'pytorch', tmp_path / 'two', environments=two) == [0, 0]
    one, both = (json.loads((tmp_path / name / 'log.json').read_text()) for name in ('one', 'two'))
    assert set(one['curves']) == set(both['curves']) and len(one['curves']) >= 7
    for key, curve in one['curves'].items():
        assert both['curves'][key] == pytest.approx(curve, abs=2e-4) and len(curve) == 2, key
    assert both['scores'] == pytest.approx(one['scores'], abs=0, rel=0, nan_ok=True)


def test_evaluators_and_members(cfg):
    cfg.val_evaluator = cfg.val_evaluator[:2]
    with pytest.raises(ValueError, match='JointValLoop takes a ConcatDataset.*got 3 members and 2 eval'):
        Runner.from_cfg(cfg).val()
    cfg.val_evaluator = [dict(type='OpenVocabPartIoU')] * 3
    with pytest.raises(ValueError, match='need a prefix of their own each'):
        Runner.from_cfg(cfg).val()


def test_a_data_set_outside_the_vocabularies(cfg):
    cfg.model.decode_head.train_taxonomy.joint = ['pascal_part_116:seen', 'part_imagenet:seen']
    with pytest.raises(ValueError, match='whose numbers of classes are .74, 92.; a ADE20KPart234Dataset'):
        Runner.from_cfg(cfg).train()
