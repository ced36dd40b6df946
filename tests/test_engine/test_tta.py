"""A second look in the test pipelines of shipped configs."""
import numpy as np
import pytest
from mmcv.transforms import Compose
from mmengine.config import Config
from mmengine.registry import DefaultScope
from PIL import Image

from mmpartseg.engine import tta, use_refinement
from tests.tiny_model import TOOLS, load_tool

CONFIGS = TOOLS.parent / 'configs'


@pytest.mark.parametrize('name', ['partclipseg/part_shapes', 'partclipseg/ade20k_part'])
def test_each_test_set_keeps_its_pictures(name, tmp_path):
    path = tmp_path / 'a.png'
    pixels = np.random.default_rng(0).integers(0, 256, (40, 60, 3), np.uint8)
    Image.fromarray(pixels).save(path)
    cfg = Config.fromfile(CONFIGS / f'{name}.py')
    use_refinement(cfg, ['zoom', 'snap'])
    assert len(tta.tested_datasets(cfg)) == (2 if 'ade' in name else 1)
    for dataset in tta.tested_datasets(cfg):
        with DefaultScope.overwrite_default_scope('mmseg'):
            packed = Compose(dataset.pipeline)(dict(img_path=str(path)))
        sample = packed['data_samples']
        np.testing.assert_array_equal(sample.picture, pixels[..., ::-1])
        assert sample.refine == ('zoom', 'snap') and packed['inputs'].shape != pixels.shape


def test_without_the_step_that_loads():
    cfg = Config.fromfile(CONFIGS / 'partclipseg/pascal_part.py')
    cfg.test_dataloader.dataset.pipeline = cfg.test_dataloader.dataset.pipeline[1:]
    with pytest.raises(ValueError, match='has no LoadPartImage, whose picture would be looked at again'):
        use_refinement(cfg, ['zoom'])


def test_no_second_look_at_flipped_views(monkeypatch, capsys):
    monkeypatch.setattr('sys.argv', ['test.py', 'c.py', __file__, '--zoom', '--tta'])
    with pytest.raises(SystemExit):
        load_tool('test').parse_args()
    assert '--zoom and --snap go without --tta' in capsys.readouterr().err


def test_every_zeroth_picture(monkeypatch, capsys):
    monkeypatch.setattr('sys.argv', ['test.py', 'c.py', __file__, '--show-dir', 'shown', '--interval', '0'])
    with pytest.raises(SystemExit):
        load_tool('test').parse_args()
    assert '--interval must be at least 1' in capsys.readouterr().err
