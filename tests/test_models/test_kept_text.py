"""Text of a frozen encoder is encoded once, for as long as the weights stay."""
import pytest
import torch
from mmengine.hooks import EMAHook
from mmengine.model import ExponentialMovingAverage
from mmseg.registry import MODELS

from mmpartseg.models import weights_state
from tests.tiny import TEXT_ENCODER, fused_step

NAMES = ("cat's head", "bus's wheel")


def encoder(**options):
    torch.manual_seed(0)
    return MODELS.build(dict(TEXT_ENCODER, **options))


def encoded(model):
    """The prompts in each call of the transformer, from now on."""
    counts = []
    model.tower.transformer.register_forward_pre_hook(lambda _, args: counts.append(len(args[0])))
    return counts


@pytest.mark.parametrize('options', [{}, dict(type='CompositePromptEncoder')])
def test_once_in_all_epochs(options):
    model = encoder(**options)
    counts = encoded(model)
    for _ in range(2):
        model.train()
        model(NAMES)
        model(NAMES)
        model.eval()
        with torch.no_grad():
            model(NAMES)
    assert sum(counts) == len(NAMES)


def test_text_that_is_trained_is_encoded_in_each_mode():
    """An embedding of one token may be all that differs, which is not looked at."""
    model = encoder(trainable='embeddings').eval()
    before, used = model(NAMES), model.tokenize(NAMES).unique()
    model.train()
    model.tower.token_embedding.weight.data[used] *= 2
    model.eval()
    assert not torch.allclose(model(NAMES), before)


def change_in_place(model):
    with torch.no_grad():
        model.tower.ln_final.weight.mul_(2)


def load_other_weights(model):
    model.load_state_dict({k: v * 1.5 for k, v in model.state_dict().items()})


def take_other_memory(model):
    model.tower.ln_final.weight.data = model.tower.ln_final.weight.data * 2


def change_data(model):
    model.tower.ln_final.weight.data.mul_(2)


COUNTED, UNCOUNTED = (change_in_place, load_other_weights, take_other_memory), (change_data, fused_step)


@pytest.mark.parametrize('change', [*COUNTED, *UNCOUNTED])
def test_changes_between_the_modes_are_seen(change):
    model = encoder()
    for mode in (False, True):
        before = model.train(not mode)(NAMES)
        change(model)
        assert not torch.allclose(model.train(mode)(NAMES), before)


@pytest.mark.parametrize('training, change', [
    *((False, change) for change in (*COUNTED, *UNCOUNTED)), *((True, change) for change in COUNTED)])
def test_changes_within_a_mode_are_seen(training, change):
    model = encoder().train(training)
    before = model(NAMES)
    change(model)
    assert not torch.allclose(model(NAMES), before)


def test_weights_that_mmengines_hook_swaps():
    model, hook = encoder(), EMAHook()
    hook.src_model, hook.ema_model = model, ExponentialMovingAverage(model)
    change_in_place(hook.ema_model.module)
    before, expected = model(NAMES), hook.ema_model.module(NAMES)
    for _ in range(2):
        hook._swap_ema_parameters()
        with torch.no_grad():
            assert torch.equal(model.eval()(NAMES), expected)
        hook._swap_ema_parameters()
        assert torch.equal(model.train()(NAMES), before)


def test_a_step_waits_for_no_numbers(monkeypatch):
    """The first in a mode does, and one with other names."""
    looked, few_numbers = [], weights_state.few_numbers
    monkeypatch.setattr(weights_state, 'few_numbers', lambda *args: looked.append(1) or few_numbers(*args))
    model = encoder()
    for step, (names, waits) in enumerate([(NAMES, True), (NAMES, False), (NAMES[:1], True), (NAMES, False)]):
        model(names)
        assert bool(looked) == waits, step
        looked.clear()
    model.eval().train()(NAMES)
    assert looked


def test_a_training_step_after_inference_mode():
    model = encoder().eval()
    with torch.inference_mode():
        model(NAMES)
    weights = torch.ones(model.embed_dims, requires_grad=True)
    (model.train()(NAMES) * weights).sum().backward()
    torch.testing.assert_close(weights.grad, model(NAMES).sum(0))
