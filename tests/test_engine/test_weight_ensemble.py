"""Fine-tuned weights are validated and saved between those before and after."""
import signal

import pytest
import torch
from mmengine.config import Config
from mmengine.hooks import Hook
from mmengine.runner import Runner
from mmseg.registry import HOOKS

from mmpartseg.engine.hooks import WeightEnsembleHook
from tests.runs import assert_same, in_child, state_of, train, write_config

ALPHA = 0.6


@HOOKS.register_module()
class NoteWeightsHook(Hook):
    """The background before the first step, after each step and in each validation, into a file."""
    priority = 'LOWEST'

    def __init__(self, path):
        self.path, self.noted = path, []

    def note(self, runner, *args, **kwargs):
        self.noted.append(runner.model.decode_head.background_embedding.detach().clone())
        torch.save(self.noted, self.path)

    before_train = before_val_iter = note

    def after_train_iter(self, runner, batch_idx, **kwargs):
        self.note(runner)


@pytest.fixture(scope='module')
def whole(tmp_path_factory):
    """A run of six steps with three validations of two batches: its config and its work dir."""
    folder = tmp_path_factory.mktemp('ensemble')
    config = write_config(folder, custom_hooks=[dict(type='WeightEnsembleHook', alpha=ALPHA)])
    note = dict(type='NoteWeightsHook', path=str(folder / 'noted.pt'))
    assert in_child(train, config, folder / 'work', hooks=[note]) == [0]
    return config, folder / 'work', torch.load(folder / 'noted.pt')


def between(start, end):
    return start + ALPHA * (end - start)


def test_validations_see_the_ensemble_and_training_goes_on_with_the_weights(whole):
    *_, noted = whole
    start = noted[0]
    steps = [noted[i:i + 5] for i in (1, 6, 11)]  # two steps, three batches of a validation
    assert len(noted) == 16
    for _, end, *seen in steps:
        for background in seen:
            torch.testing.assert_close(background, between(start, end))
    moved = [float((after - before).abs().max()) for before, after in (
        (start, noted[1]), (noted[1], noted[2]), (noted[2], noted[6]), (noted[7], noted[11]))]
    assert all(0 < each < 2e-4 for each in moved)  # a step of the schedule, from where the last one ended


def test_checkpoints_hold_both(whole):
    _, work, noted = whole
    saved = torch.load(work / 'iter_6.pth', weights_only=True)
    name = 'decode_head.background_embedding'
    torch.testing.assert_close(saved['state_dict'][name], between(noted[0], noted[12]))
    torch.testing.assert_close(saved['ema_state_dict'][f'module.{name}'], noted[12], rtol=0, atol=0)
    frozen = 'backbone.visual.conv1.weight'
    assert torch.equal(saved['state_dict'][frozen], saved['ema_state_dict'][f'module.{frozen}'])


@pytest.mark.parametrize('moment', ['after_train_iter', 'after_val_iter'])
def test_a_killed_run_resumes_to_the_same_bits(moment, whole, tmp_path):
    config, work, _ = whole
    kill = dict(type='KillHook', moment=moment, call=5)
    assert in_child(train, config, tmp_path, hooks=[kill]) == [-signal.SIGKILL]
    assert in_child(train, config, tmp_path, resume=True) == [0]
    assert_same(state_of(work), state_of(tmp_path))


def test_the_start_is_what_was_loaded(whole, tmp_path):
    """And what hooks before this one have made of it."""
    config, work, _ = whole
    cfg = Config.fromfile(config)
    cfg.load_from, cfg.work_dir = str(work / 'iter_6.pth'), str(tmp_path)
    cfg.custom_hooks = [dict(type='BackgroundWordsHook', words='grass'), *cfg.custom_hooks]
    cfg.train_cfg.max_iters = cfg.train_cfg.val_interval = 1
    runner = Runner.from_cfg(cfg)
    runner.train()
    model = torch.load(work / 'iter_6.pth', weights_only=True)['state_dict']
    saved = torch.load(tmp_path / 'iter_1.pth', weights_only=True)
    names = ['decode_head.decoder.reduces.0.weight', 'decode_head.project_text.weight']
    model['decode_head.background_embedding'] = runner.model.decode_head.encode(['grass']).detach()
    for name in [*names, 'decode_head.background_embedding']:
        end = saved['ema_state_dict'][f'module.{name}']
        assert not torch.equal(end, model[name])
        torch.testing.assert_close(saved['state_dict'][name], between(model[name], end))


@pytest.mark.parametrize('alpha', [-0.1, 1.5])
def test_alpha_is_a_share(alpha):
    with pytest.raises(ValueError, match=f'alpha must be in 0…1, got {alpha}'):
        WeightEnsembleHook(alpha)
