"""Without mmdet, or with another one: one line that says what to install."""
import importlib
import runpy
import sys

import pytest
from mmseg.registry import MODELS

from mmpartseg import compat
from tests.mixed import ROOT
from tests.zsseg_small import TRAIN


def without_mmdet(monkeypatch):
    find = importlib.util.find_spec
    monkeypatch.setattr(compat.importlib.util, 'find_spec',
                        lambda name: None if name == 'mmdet' else find(name))


@pytest.mark.parametrize('head', ['MaskFormerProposals', 'MaskFormerHead', 'Mask2FormerHead'])
def test_without_mmdet(head, monkeypatch):
    """One line that says what to install, for ZSSeg+ and for the heads of mmseg."""
    without_mmdet(monkeypatch)
    cfg = dict(type=head, in_channels=[8], feat_channels=8, out_channels=8)
    if head == 'MaskFormerProposals':
        cfg = dict(cfg, embed_dims=8)
    else:
        cfg = dict(type='PartSegmentor', taxonomy=TRAIN, backbone=dict(type='Pixels'), decode_head=cfg)
    expected = f"{head} needs mmdet, which is not installed: pip install 'mmdet>=3.3.0'"
    with pytest.raises(ImportError) as error:
        MODELS.build(cfg)
    assert expected in str(error.value).splitlines()[-1]


@pytest.mark.parametrize('tool', ['train', 'test'])
def test_tools_end_with_this_line(tool, monkeypatch, tmp_path):
    """And with nothing else: no lines of where it was raised."""
    without_mmdet(monkeypatch)
    for name in ('end_on_signals', 'prepare_launch', 'lock_work_dir'):  # they change the process
        monkeypatch.setattr(f'mmpartseg.engine.{name}', lambda *args, **kwargs: None)
    path, checkpoint = ROOT / f'tools/{tool}.py', tmp_path / 'any.pth'
    checkpoint.touch()
    arguments = ['zsseg/part_shapes', *[str(checkpoint)] * (tool == 'test'), '--work-dir', str(tmp_path)]
    monkeypatch.setattr(sys, 'argv', [str(path), *arguments])
    monkeypatch.syspath_prepend(path.parent)
    with pytest.raises(SystemExit, match='^error: MaskFormerProposals needs mmdet, which is not inst'):
        runpy.run_path(str(path), run_name='__main__')


def test_another_mmdet(monkeypatch):
    mmdet = pytest.importorskip('mmdet')
    monkeypatch.setattr(mmdet, '__version__', '3.2.0')
    with pytest.raises(ImportError, match="needs mmdet >=3.3.0, but 3.2.0 is installed: pip install"):
        compat.require_mmdet('ZSSegHead')
