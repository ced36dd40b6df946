"""Scenes, and a chain of trainings on them, for a module's tests."""
import pytest
import torch
from mmengine.runner import Runner

from tests.small_clip import ARCH
from tests.small_pretraining import draw, extract_clip, pack, small


@pytest.fixture(scope='module')
def scenes(tmp_path_factory):
    out = tmp_path_factory.mktemp('pretraining') / 'scenes'
    draw.main(['--out', str(out), '--number', '24', '--size', '32', '--workers', '1'])
    return out


@pytest.fixture(scope='module')
def chain(scenes, tmp_path_factory):
    """Two steps of each training, and the folder: (clip.pt, model of the folder, folder)."""
    work = tmp_path_factory.mktemp('chain')
    cfg = small('clip_part_shapes', scenes, work / 'clip')
    cfg.model.arch = ARCH
    Runner.from_cfg(cfg).train()
    clip = work / 'clip.pt'
    extract_clip.main([str(work / 'clip' / 'iter_2.pth'), str(clip)])
    sizes = {'model.data_preprocessor.size': (32, 32), 'model.backbone.out_indices': (0, 1),
             'model.decode_head.in_channels': (32, 32), 'model.decode_head.channels': 16}
    cfg = small('clipseg_part_shapes', scenes, work / 'clipseg', **sizes)
    for part in (cfg.model.backbone, cfg.model.decode_head.text_encoder):
        part.update(arch=ARCH, pretrained=str(clip))
    start = torch.load(clip, weights_only=True)
    runner = Runner.from_cfg(cfg)
    runner.train()
    assert torch.equal(runner.model.decode_head.text_encoder.tower.text_projection,
                       start['text_projection'])
    image_tower = runner.model.backbone.visual.conv1.weight
    assert 0 < (image_tower - start['visual.conv1.weight']).abs().max() < 2e-3  # two small steps
    cfg.dump(work / 'clipseg.py')
    pack.main([str(work / 'clipseg.py'), str(work / 'clipseg' / 'iter_2.pth'), str(work / 'folder')])
    return clip, runner.model.eval(), work / 'folder'
