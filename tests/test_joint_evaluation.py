"""Members of a joint evaluation: their names, and in two processes."""
import json
import os

import pytest
import torch
from mmengine.runner import Runner

from mmpartseg.engine import prepare_launch
from tests.joint import archives_fixture, cfg_fixture, leaves  # noqa: F401
from tests.mixed import unformatted  # noqa: F401
from tests.runs import in_child


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
