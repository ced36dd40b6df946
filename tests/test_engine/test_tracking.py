"""What can be followed of a run: the line of the log, TensorBoard, Weights & Biases without network."""
import math
import re
from pathlib import Path
from types import SimpleNamespace

import pytest
from mmengine import visualization
from mmengine.config import Config
from mmengine.logging import HistoryBuffer
from mmseg.registry import VISBACKENDS

from mmpartseg.engine.log_processor import last_scores
from mmpartseg.visualization import WandbVisBackend
from tests.runs import in_child, train, write_config

ROOT = Path(__file__).parents[2]
TEXT = (ROOT / 'docs' / 'tracking.md').read_text()
LINES = {name: line for line in TEXT.splitlines() if line.startswith('visualizer = ')
         for name in ('Tensorboard', 'Wandb') if name in line}
PICTURES = {'default_hooks.visualization.draw': True, 'default_hooks.visualization.interval': 1}


def runner(**scalars):
    return SimpleNamespace(message_hub=SimpleNamespace(log_scalars={
        key.replace('__', '/'): HistoryBuffer(values, [1] * len(values)) for key, values in scalars.items()}))


def test_last_scores():
    assert last_scores(runner(train__loss=[1.])) == []
    assert last_scores(runner(val__pred_all__harmonic=[3., 6.016, 5.512], val__pred_all__mIoU=[1.])) == [
        'Pred-All harmonic: 5.51 (best 6.02)']
    assert last_scores(runner(val__pred_all__harmonic=[math.nan, 2., math.nan])) == [
        'Pred-All harmonic: nan (best 2.00)']
    assert last_scores(runner(val__pred_all__harmonic=[math.nan])) == ['Pred-All harmonic: nan (best nan)']
    joint = runner(val__part_imagenet__pred_all__harmonic=[2.], val__ade__pred_all__harmonic=[1.])
    assert last_scores(joint) == [
        'Pred-All harmonic on ade: 1.00 (best 1.00)', 'Pred-All harmonic on part_imagenet: 2.00 (best 2.00)']


def visualizer_of(name, folder):
    """The documented line as settings."""
    (folder / 'line.py').write_text(LINES[name])
    return dict(Config.fromfile(folder / 'line.py').visualizer)


def test_the_line_of_a_training(tmp_path):
    path = write_config(tmp_path, **{'default_hooks.logger.interval': 1})
    assert in_child(train, path, tmp_path / 'run') == [0]
    log, = (tmp_path / 'run').glob('*/*.log')
    lines = re.findall(r'Iter\(train\).*', log.read_text())
    assert len(lines) == 6 and all(re.search(r' eta: \d+:\d\d:\d\d ', line) for line in lines)
    score = re.compile(r'loss: .*  Pred-All harmonic: [\d.]+ \(best [\d.]+\)$')
    # the first validation is after the second step
    assert [bool(score.search(line)) for line in lines] == [False] * 2 + [True] * 4


def test_tensorboard(tmp_path):
    events = pytest.importorskip('tensorboard.backend.event_processing.event_accumulator')
    path = write_config(tmp_path, visualizer=visualizer_of('Tensorboard', tmp_path), **PICTURES,
                        **{'default_hooks.logger.interval': 1})
    assert in_child(train, path, tmp_path / 'run') == [0]
    file, = (tmp_path / 'run').glob('**/events.out.tfevents.*')
    found = events.EventAccumulator(str(file.parent)).Reload()
    assert {'loss', 'lr', 'pred_all/harmonic'} <= set(found.Tags()['scalars'])
    assert [event.step for event in found.Scalars('loss')] == [1, 2, 3, 4, 5, 6]
    assert [event.step for event in found.Scalars('pred_all/harmonic')] == [2, 4, 6]
    assert set(found.Tags()['images']) == {f'val_{i}.png' for i in range(5)}
    assert [event.step for event in found.Images('val_3.png')] == [2, 4, 6]
    assert list((tmp_path / 'run').glob('*/vis_data/scalars.json'))  # beside it, as before


def test_wandb(tmp_path):
    pytest.importorskip('wandb')
    path = write_config(tmp_path, visualizer=visualizer_of('Wandb', tmp_path), **PICTURES)
    offline = dict(WANDB_MODE='offline', WANDB_SILENT='true', WANDB_DIR=str(tmp_path / 'run'),
                   WANDB_DATA_DIR=str(tmp_path / 'staged'))
    assert in_child(train, path, tmp_path / 'run', environments=[offline]) == [0]
    file, = (tmp_path / 'run').glob('**/offline-run-*/run-*.wandb')
    content = file.read_bytes()
    assert b'pred_all/harmonic' in content and b'parts' in content  # what is synchronised later
    assert b'OpenVocabPartIoU' in content  # the config
    assert list(file.parent.glob('**/val_3.png*'))
    # mmengine's copies each *.py below the current folder, those of a virtual environment too, to be sent
    assert not [path for path in (tmp_path / 'staged').rglob('*') if path.is_file()]


@pytest.mark.parametrize('name', [None, 'code'])
def test_wandb_gets_code_on_request_alone(name):
    pytest.importorskip('wandb')
    backend = VISBACKENDS.build(dict(type='WandbVisBackend', save_dir='run', log_code_name=name))
    assert type(backend) is WandbVisBackend and isinstance(backend, visualization.WandbVisBackend)
    logged = []
    backend._env_initialized = True
    backend._init_kwargs = dict(allow_val_change=True)
    backend._wandb = SimpleNamespace(
        config=SimpleNamespace(update=lambda values, allow_val_change: logged.append(
            (values, allow_val_change))),
        run=SimpleNamespace(log_code=lambda name: logged.append(name)))
    backend.add_config(Config(dict(a=1)))
    assert logged == [(dict(a=1), True)] + ([name] if name else [])
