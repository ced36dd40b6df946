"""What a user does with any method, done with CLIPSeg, CATSeg, PartCATSeg and ZSSeg+: stop and go on, two
processes, an inferencer whose words change between calls, the web page, pictures."""
import importlib.util
import signal
import tempfile

import numpy as np
import pytest
import torch
from mmengine.config import Config
from PIL import Image

from mmpartseg.apis import PartSegInferencer
from mmpartseg.apis.explanation import Explanation
from tests.mixed import ROOT
from tests.runs import assert_same, in_child, state_of, train, two, write_config
from tests.tiny import ALL, SEEN, TINY_CLIP, head_config
from tests.tiny_cost import cost_config
from tests.tiny_model import load_tool

needs_mmdet = pytest.mark.skipif(importlib.util.find_spec('mmdet') is None, reason='mmdet is not installed')
HEADS = dict(clipseg='CLIPSegHead', catseg='CATSegHead', partcatseg='PartCATSegHead', zsseg='ZSSegHead')


def zsseg_options():
    """Settings of a run of ZSSeg+, stage 2, on one object of a picture at a time."""
    from tests.zsseg import shrink
    model = shrink(Config.fromfile(ROOT / 'configs/_base_/models/zsseg_r50.py').model, TINY_CLIP,
                   channels=32, layers=2, crop=32, dropout=0.1)
    model.decode_head.update(train_taxonomy=SEEN, test_taxonomy=ALL)
    return {'model': dict(model.to_dict(), _delete_=True)}


def clipseg_options():
    """Settings of a run of CLIPSeg, with its adapter, its loss and its rule for Oracle-Obj."""
    head = head_config(type='CLIPSegHead', adapter_channels=8, loss_object_part=dict(
        type='PartMaskLoss', unlabelled_as_background=True))
    return {'model.decode_head': dict(head, _delete_=True), 'model.test_cfg.oracle_objects': 'image'}


OPTIONS = dict(
    clipseg=clipseg_options, zsseg=zsseg_options,
    catseg=lambda: {'model': dict(cost_config('catseg'), _delete_=True)},
    partcatseg=lambda: {'model': dict(cost_config('partcatseg'), _delete_=True)})


def per_object(path):
    """Its training samples are single objects, in place; in testing its pictures are not mirrored."""
    cfg = Config.fromfile(path)
    inner, larger = cfg.train_dataloader.dataset, dict(type='ResizePartSeg', scale=(64, 64))
    inner.pipeline[2:2] = [dict(type='KeepObject'), larger]
    load, annotate, _, pack = cfg.val_dataloader.dataset.pipeline
    cfg.val_dataloader.dataset.pipeline = [load, larger, annotate, pack]
    cfg.train_dataloader.dataset = dict(type='PerObjectDataset', dataset=inner)
    cfg.dump(path)


@pytest.fixture(scope='module', params=[
    'clipseg', 'catseg', 'partcatseg', pytest.param('zsseg', marks=needs_mmdet)])
def trained(request, tmp_path_factory):
    """A method, its config and the work dir of 6 iterations, validated each 2."""
    name, folder = request.param, tmp_path_factory.mktemp(request.param)
    path = write_config(folder, **OPTIONS[name]())
    if name == 'zsseg':
        per_object(path)
    assert in_child(train, path, folder / 'work') == [0]
    return name, path, folder / 'work'


def test_stopped_and_resumed(trained, tmp_path):
    _, path, work = trained
    kill = dict(type='KillHook', moment='after_train_iter', call=3)
    assert in_child(train, path, tmp_path, hooks=[kill]) == [-signal.SIGKILL]
    assert in_child(train, path, tmp_path, resume=True) == [0]
    assert_same(state_of(work), state_of(tmp_path))


def test_two_processes(trained, tmp_path):
    """Both end; what is trained has moved between two checkpoints, and is finite."""
    name, path, work = trained
    offset = 5000 + 500 * list(HEADS).index(name)
    assert in_child(train, path, tmp_path, launcher='pytorch', environments=two(offset)) == [0, 0]
    one, both = (torch.load(folder / 'iter_6.pth', weights_only=True)['state_dict']
                 for folder in (work, tmp_path))
    before = torch.load(tmp_path / 'iter_4.pth', weights_only=True)['state_dict']
    assert one.keys() == both.keys()
    assert sum(not torch.equal(before[key], both[key]) for key in both) > 20
    assert all(torch.isfinite(value).all() for value in both.values())


@pytest.fixture(scope='module')
def inferencer(trained):
    _, path, work = trained
    cfg = Config.fromfile(path)
    cfg.test_dataloader = cfg.val_dataloader
    cfg.test_dataloader.dataset.pipeline = [dict(type='LoadPartImage'), dict(type='PackPartSegInputs')]
    return PartSegInferencer(cfg, work / 'iter_6.pth', parts='dog: head, tail', device='cpu')


@pytest.fixture(scope='module')
def photo():
    return np.random.default_rng(0).integers(0, 256, (30, 40, 3), dtype=np.uint8)


def test_words_change_between_calls(inferencer, photo):
    first, = inferencer(photo, object='dog')
    other, = inferencer(photo, parts='zebra: head, hoof, mane', object='zebra')
    again, = inferencer(photo, object='dog')
    for sample, count in ((first, 2), (other, 3)):
        assert sample.pred_sem_seg.data.shape == (1, 30, 40)
        assert sample.pred_oracle_sem_seg.data.max() < count  # every pixel is a part of it
    assert torch.equal(first.pred_oracle_sem_seg.data, again.pred_oracle_sem_seg.data)
    assert inferencer.draw(photo, first).shape[2] == 3


def test_web_page(inferencer, photo):
    with tempfile.TemporaryDirectory() as folder:
        picture, svg, downloads, line = load_tool('web_demo').segment(
            inferencer, folder, Image.fromarray(photo), 'zebra: head, hoof', 'zebra')
        assert picture.shape[2] == 3 and '<svg' in svg and downloads
        assert ' of 2 parts found' in line


def test_attention_is_refused_with_the_heads_name(trained, inferencer, photo):
    """They have no attention of parts, nor scores of objects and generalized parts in prediction."""
    with pytest.raises(ValueError, match=f'{HEADS[trained[0]]} scores neither objects nor generalized parts; '
                                         'these figures need a PartCLIPSegHead'):
        Explanation(inferencer, photo)
