"""The joint config on miniature archives: one run on three data sets, each in its own vocabulary."""
import math
from importlib.util import find_spec
from pathlib import Path

import pytest
from mmengine.config import Config
from mmengine.runner import Runner

from mmpartseg import PartTaxonomy
from mmpartseg.engine import prepare_launch
from mmpartseg.models.decode_heads import open_vocab_head
from tests.joint import archives_fixture, cfg_fixture, leaves  # noqa: F401
from tests.mixed import ROOT, finished, small_pipeline, unformatted  # noqa: F401
from tests.tiny import TEXT_ENCODER, TINY_CLIP
from tests.tiny_cost import shrink_cost_family

NAMES = ('pascal_part_116', 'part_imagenet', 'ade20k_part_234')


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
