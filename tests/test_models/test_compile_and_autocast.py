"""torch.compile and mixed precision, in training and inference, against plain float32.

Tolerances: compiled float32 1e-5; bfloat16 keeps 8 bits and float16 11, so that logits of size 1 may be
off by 5e-2 and 1e-2, losses and gradients by as much relative to their size.
"""
import pytest
import torch

from mmpartseg.models.decode_heads.conditions import side_by_side
from mmpartseg.models.layers.film.condition_layer import ConditionLayer
from mmpartseg.models.losses import separation_loss
from mmpartseg.models.losses.attention_maps import ClassAttention, class_attention_maps
from mmpartseg.models.losses.token_shares import nearest_shares
from tests.heads import batch, build
from tests.tiny import features, segmentor

MIXED = [(torch.bfloat16, 5e-2), (torch.float16, 1e-2)]
HEADS = ['PartCLIPSegHead', 'CLIPSegHead']


def train_once(head, loss):
    """Losses by name, and the gradient of their sum by parameter."""
    losses = loss(features(), batch())
    sum(losses.values()).backward()
    return losses, {n: p.grad for n, p in head.named_parameters() if p.grad is not None}


def relative(actual, expected):
    """Difference of two tensors, relative to the norm of the second."""
    return float((actual.detach().float() - expected).norm() / expected.norm().clamp(min=1e-6))


@pytest.fixture(autouse=True)
def fresh_compiler():
    torch._dynamo.reset()
    yield
    torch._dynamo.reset()


@pytest.mark.parametrize('type', HEADS)
def test_compiled_inference(type):
    head = build(type=type).eval()
    with torch.no_grad():
        expected = head(features()).object_part
        actual = torch.compile(head, backend='aot_eager')(features()).object_part
    torch.testing.assert_close(actual, expected, atol=1e-5, rtol=1e-5)


@pytest.mark.parametrize('type', HEADS)
def test_compiled_training(type):
    expected, gradients = train_once(head := build(type=type).train(), head.loss)
    head = build(type=type).train()
    actual, compiled = train_once(head, torch.compile(head.loss, backend='aot_eager'))
    for name, value in expected.items():
        torch.testing.assert_close(actual[name], value, atol=1e-5, rtol=1e-5, msg=name)
    assert compiled.keys() == gradients.keys()
    for name, value in gradients.items():
        torch.testing.assert_close(compiled[name], value, atol=1e-5, rtol=1e-4, msg=name)


@pytest.mark.parametrize('dtype, tolerance', MIXED)
def test_mixed_precision_inference(dtype, tolerance):
    model, image = segmentor(), torch.randn(2, 3, 32, 32)
    with torch.no_grad():
        expected = model.encode_decode(image, None)
        with torch.autocast('cpu', dtype):
            actual = model.encode_decode(image, None)
            samples = model.predict(image)
    assert (actual.float() - expected).abs().max() < tolerance * max(1, expected.abs().max())
    assert not torch.equal(actual.float(), expected), 'nothing ran in lower precision'
    assert samples[0].pred_sem_seg.data.dtype == torch.int64


@pytest.mark.parametrize('type', HEADS)
@pytest.mark.parametrize('dtype, tolerance', MIXED)
def test_mixed_precision_training(type, dtype, tolerance):
    expected, gradients = train_once(head := build(type=type).train(), head.loss)
    head = build(type=type).train()
    with torch.autocast('cpu', dtype):
        actual, mixed = train_once(head, head.loss)
    for name, value in expected.items():
        # it counts tokens, and with torch 2.6's rounding one crosses its threshold
        one_token = 0.05 if name == 'loss_separation' and torch.__version__ < '2.7' else 0
        assert relative(actual[name], value) < max(tolerance, one_token), name
    whole = [torch.cat([g.flatten() for g in each.values()]) for each in (mixed, gradients)]
    assert relative(*whole) < 4 * tolerance
    assert mixed.keys() == gradients.keys()
    assert all(p.dtype == torch.float32 for p in head.parameters())


def test_a_compiled_graph_joins_blocks_without_copies():
    graphs = []

    def backend(module, inputs):
        graphs.append({node.target for node in module.graph.nodes})
        return module.forward
    blocks = [torch.ones(1, 2), torch.zeros(1, 3)]
    with torch.no_grad():
        plain = side_by_side(iter(blocks), 5)
        joined = torch.compile(lambda *x: side_by_side(iter(x), 5), backend=backend)(*blocks)
    assert torch.equal(joined, plain) and joined.tolist() == [[1, 1, 0, 0, 0]]
    targets, = graphs
    assert torch.cat in targets and 'new_empty' not in targets


def test_a_traced_layer_takes_any_size():
    """Without the custom gradient, which a trace cannot look into, and without a number of blocks."""
    layer = ConditionLayer(16, 2, 32).eval()
    traced = torch.jit.trace(layer, torch.randn(2, 5, 16))
    assert 'PythonOp' not in str(traced.graph)
    for x in (torch.randn(2, 5, 16), torch.randn(2000, 7, 16)):  # one block, and several
        torch.testing.assert_close(traced(x), layer(x))


def test_devices_without_autocast():
    with torch.device('meta'):
        assert ConditionLayer(16, 2, 32)(torch.empty(2, 5, 16)).shape == (2, 5, 16)


def test_backward_pass_within_autocast():
    layer, x = ConditionLayer(16, 2, 32), torch.randn(2, 5, 16)
    expected = torch.autograd.grad(layer(x).square().sum(), layer.linear1.weight)[0]
    loss = layer(x).square().sum()
    with torch.autocast('cpu', torch.bfloat16):
        actual = torch.autograd.grad(loss, layer.linear1.weight)[0]
    assert actual.dtype == torch.float32 and relative(actual, expected) < MIXED[0][1]


@pytest.mark.parametrize('dtype', [torch.bfloat16, torch.float16])
def test_attention_losses_keep_float32(dtype):
    """Maps that hardly differ, as those of a decoder that has learned little."""
    rows = torch.rand(2, 100, 100, generator=torch.Generator().manual_seed(0)) / 100
    masks = nearest_shares(torch.arange(200).view(2, 10, 10) % 3, (10, 10), 3, 255) > 0

    def loss_and_gradient(mixed):
        x = rows.clone().requires_grad_()
        with torch.autocast('cpu', dtype, enabled=mixed):
            loss = separation_loss(ClassAttention(class_attention_maps(x, masks), masks))
        return loss, torch.autograd.grad(loss, x)[0]
    actual, expected = loss_and_gradient(True), loss_and_gradient(False)
    for a, b in zip(actual, expected):
        torch.testing.assert_close(a, b, rtol=1e-5, atol=1e-8)
    assert expected[1].abs().max() > 0
