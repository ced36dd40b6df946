"""One value for ignored pixels, or one error that names every place."""
import numpy as np
import pytest
import torch
from mmengine.config import Config
from mmengine.runner import Runner
from PIL import Image

from mmpartseg.models.decode_heads.targets import object_part_target
from tests.mixed import unformatted  # noqa: F401
from tests.runs import CONFIG
from tests.tiny import head_config

NAMES = [f"thing's part {i}" for i in range(300)]
PLACES = ('model.decode_head.ignore_index', 'model.data_preprocessor.seg_pad_val',
          'val_evaluator.ignore_index')


@pytest.fixture
def cfg(tmp_path):
    """300 classes in 16-bit maps; the data set's ignore value alone is set."""
    for i in range(2):
        labels = np.random.default_rng(i).choice([0, 255, 256, 299, 65535], (32, 32)).astype(np.uint16)
        for kind in ('images', 'labels'):
            (tmp_path / 'data' / kind).mkdir(parents=True, exist_ok=True)
        Image.fromarray(labels).save(tmp_path / 'data' / 'labels' / f'{i}.png')
        Image.fromarray((labels % 250).astype(np.uint8)).save(tmp_path / 'data' / 'images' / f'{i}.png')
    path = tmp_path / 'config.py'
    path.write_text(CONFIG.replace('DATA', repr(str(tmp_path / 'data'))))
    cfg = Config.fromfile(path)
    cfg.work_dir, cfg.experiment_name = str(tmp_path / 'run'), str(tmp_path)
    cfg.model.decode_head = head_config(train=NAMES, test=NAMES)
    for loader in (cfg.train_dataloader, cfg.val_dataloader):
        loader.dataset.update(taxonomy=NAMES, split='all', ignore_index=65535)
    cfg.train_cfg.update(max_iters=1, val_interval=1)
    cfg.default_hooks.checkpoint = None
    return cfg


def test_the_metric_names_every_place(cfg):
    """It is built first, and has classes of these ids."""
    with pytest.raises(ValueError, match='ignore_index 255 is also the id of "thing\'s part 255"') as error:
        Runner.from_cfg(cfg).train()
    for place in ('the data set', 'model.decode_head', 'val_evaluator', 'model.data_preprocessor'):
        assert place in str(error.value)


def test_every_place_is_named(cfg):
    for loader in (cfg.train_dataloader, cfg.val_dataloader):
        loader.dataset.ignore_index = 60000
    cfg.val_evaluator.ignore_index = cfg.model.decode_head.ignore_index = 65535
    pipeline = cfg.train_dataloader.dataset.pipeline
    cfg.train_dataloader.dataset.pipeline = [
        *pipeline[:-1], dict(type='RandomCrop', crop_size=(32, 32)),
        dict(type='RandomRotate', prob=0., degree=1.), pipeline[-1]]
    with pytest.raises(ValueError) as error:
        Runner.from_cfg(cfg).train()
    text = str(error.value)
    for place, value in zip(PLACES, (65535, 255, 65535)):
        assert f'{place}={value}' in text.replace(' (OpenVocabPartIoU)', '')
    for place in ('ignore_index of RandomCrop', 'seg_pad_val of RandomRotate'):
        assert f'{place} in its pipeline=255' in text
    assert text.count('has ignore_index=60000, but') == 2  # of training and of validation


def test_all_of_them_set(cfg):
    cfg.merge_from_dict({place: 65535 for place in PLACES})
    runner = Runner.from_cfg(cfg)
    runner.train()
    losses = runner.message_hub.log_scalars
    assert np.isfinite(losses['train/loss'].data[0][0])
    assert runner.message_hub.get_scalar('val/pred_all/num_classes_seen').current() == 4


def test_background_that_is_the_ignore_value():
    parts = torch.tensor([[[0, 255]]])
    with pytest.raises(ValueError, match='background would be class 255, which is also ignore_index; set'):
        object_part_target(parts, parts < 255, 255, 255)
    assert object_part_target(parts, parts < 255, 254, 255).tolist() == [[[0, 254]]]
