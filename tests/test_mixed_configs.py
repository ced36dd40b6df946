"""Heads of mmseg on parts, and PartCLIPSeg on backbones of mmseg: the shipped configs, made small."""
import math

import pytest
import torch
from mmengine.structures import PixelData
from mmseg.registry import MODELS
from mmseg.structures import SegDataSample

from tests.mixed import RUNNABLE, SIZE, run, small_config, unformatted  # noqa: F401

KEYS = [f'{setting}/{key}' for setting in ('pred_all', 'oracle_obj')
        for key in ('seen', 'unseen', 'mIoU')]


@pytest.mark.parametrize('name', RUNNABLE)
def test_trains_and_evaluates_in_both_settings(name, pascal_archive, tmp_path):
    runner, log = run(small_config(name, tmp_path / 'run', pascal_archive.root))
    model = runner.model
    losses = {k: v for k, v in log.items() if 'loss' in k}
    assert losses and all(math.isfinite(v.max()) for v in losses.values())
    assert all(0 <= log[key][-1] <= 100 for key in KEYS)
    if 'fcn' in name:  # our loss beside mmseg's
        assert {'decode.loss_ce', 'decode.loss_part_mask'} <= set(losses)
    assert list((tmp_path / 'run').glob('best_*iter_2.pth'))
    logs = ''.join(path.read_text() for path in (tmp_path / 'run').rglob('*.log'))
    assert logs.count('Set load_from (such as') == 1  # small models load nothing: one line says so
    model.eval()
    with torch.no_grad():
        batch = next(iter(runner.val_dataloader))
        sample, = model.val_step(batch)
    num_classes = len(model.taxonomy)
    assert num_classes == 116
    # plain K logits know no background; known objects leave none where they have parts
    assert (sample.pred_sem_seg.data < num_classes).all() or 'deeplab' not in name
    known = sample.gt_object_seg.data < len(model.taxonomy.objects)
    assert torch.equal(sample.pred_oracle_sem_seg.data < num_classes, known)


@pytest.mark.parametrize('name', RUNNABLE)
def test_every_parameter_gets_a_gradient(name, tmp_path):
    """Nothing of head or backbone goes unused, which DDP would not forgive."""
    model = MODELS.build(small_config(name, tmp_path, tmp_path).model).train()
    labels = torch.arange(SIZE).expand(1, SIZE, SIZE)
    samples = [SegDataSample(metainfo=dict(img_shape=(SIZE, SIZE)), gt_sem_seg=PixelData(data=labels))
               for _ in range(2)]
    total, _ = model.parse_losses(model.loss(torch.rand(2, 3, SIZE, SIZE), samples))
    total.backward()
    assert [n for n, p in model.named_parameters() if p.requires_grad and p.grad is None] == []
