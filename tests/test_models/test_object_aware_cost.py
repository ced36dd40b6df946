"""Costs of classes without features of CLIP's width, against the projection and its cosine."""
import pytest
import torch
import torch.nn.functional as F

from mmpartseg.models.layers.cost import ObjectAwareCost
from tests.tiny_cost import cost_segmentor
from tests.watched import IMAGE, LargestOutput

PART, OBJECT = torch.tensor([1, 0, 1, 2]), torch.tensor([0, 1, 1, 2])  # background last


def drawn(dtype=torch.float64, scale=1):
    torch.manual_seed(0)
    layer = ObjectAwareCost(6, 20).to(dtype)
    x = (scale * torch.randn(2, 5, 3, 4, 6, dtype=dtype)).requires_grad_()
    return layer, x, torch.randn(len(PART), 7, 20, dtype=dtype)


def plain(layer, x, text):
    both = torch.cat([torch.cat([x[:, :2], x[:, -1:]], 1)[:, PART], x[:, 2:][:, OBJECT]], -1)
    features = layer.project(both.flatten(0, 1).permute(0, 3, 1, 2)).flatten(2).unflatten(0, (2, -1))
    return torch.einsum('ntdl,tpd->ntpl', F.normalize(features, dim=2), F.normalize(text, dim=-1))


def test_same_as_the_cosine_of_what_is_projected():
    """With every gradient."""
    layer, x, text = drawn()
    ours, theirs = layer(layer.shared(x, 2), PART, OBJECT, text), plain(layer, x, text)
    torch.testing.assert_close(ours, theirs)
    inputs = [x, *layer.parameters()]
    for a, b in zip(*(torch.autograd.grad((y**3).sum(), inputs) for y in (ours, theirs))):
        torch.testing.assert_close(a, b)


def test_classes_in_blocks_are_the_same():
    layer, x, text = drawn()
    shared = layer.shared(x, 2)
    blocks = [layer(shared, PART[i:i + 1], OBJECT[i:i + 1], text[i:i + 1]) for i in range(len(PART))]
    torch.testing.assert_close(torch.cat(blocks, 1), layer(shared, PART, OBJECT, text))


@pytest.mark.parametrize('dtype, tolerance', [
    (torch.float32, 1e-6), (torch.bfloat16, 3e-2), (torch.float16, 4e-3)])
def test_low_precision(dtype, tolerance):
    """Squared lengths are beyond what float16 holds."""
    layer, x, text = drawn(dtype, scale=200)
    expected = plain(layer.double(), x.double(), text.double())
    found = layer.to(dtype)(layer.shared(x, 2), PART, OBJECT, text)
    assert found.dtype == dtype
    torch.testing.assert_close(found.double(), expected, atol=tolerance, rtol=0)


def test_features_of_length_0_cost_nothing():
    layer, x, text = drawn()
    torch.nn.init.zeros_(layer.project.bias)
    costs = layer(layer.shared(0 * x, 2), PART, OBJECT, text)
    assert torch.equal(costs, torch.zeros_like(costs))


def test_nothing_of_clips_width_for_each_class():
    """In training, where all classes are there at once."""
    names = [f"cat's part {i}" for i in range(300)]
    model = cost_segmentor('partcatseg', train=names, test=names)
    head = model.decode_head
    features = model.backbone(IMAGE)
    text = head.condition(head.prompts(head.train_taxonomy))
    layer, largest = head.object_aware_cost, LargestOutput()
    x = torch.randn(1, 302, *features[-1].shape[2:], 16)
    with torch.no_grad(), largest:
        shared = layer.shared(x, 300)
        layer(shared, *torch.randint(0, 2, (2, 301)), text[301:])
    assert largest.elements < 301 * features[-1].numel(), largest.shape
