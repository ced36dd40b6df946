"""OpenCLIPViT: open_clip's hidden states as feature maps."""
import open_clip
import pytest
import torch
from mmseg.registry import MODELS
from torch.utils._python_dispatch import TorchDispatchMode

from tests.tiny import TINY_CLIP


def backbone(**options):
    torch.manual_seed(0)
    return MODELS.build(dict(dict(type='OpenCLIPViT', arch=TINY_CLIP, out_indices=(0, 2)), **options))


def test_equals_open_clips_intermediates(tmp_path):
    clip = open_clip.CLIP(**TINY_CLIP).eval()
    torch.save(clip.state_dict(), tmp_path / 'clip.pt')
    model = backbone(pretrained=str(tmp_path / 'clip.pt'), with_cls_token=True)
    image = torch.randn(2, 3, 32, 32)
    with torch.no_grad():
        expected = clip.visual.forward_intermediates(
            image, indices=[0, 2], intermediates_only=True, output_extra_tokens=True)
    for i, (patches, cls_token) in enumerate(model(image)):
        torch.testing.assert_close(patches, expected['image_intermediates'][i])
        torch.testing.assert_close(cls_token[:, None], expected['image_intermediates_prefix'][i])


@pytest.mark.parametrize('size, grid', [((32, 32), (4, 4)), ((40, 24), (5, 3)), ((33, 47), (5, 6)),
                                        ((8, 8), (1, 1)), ((1, 1), (1, 1))])
def test_any_size(size, grid):
    outputs = backbone()(torch.rand(1, 3, *size))
    assert [tuple(x.shape) for x in outputs] == [(1, 32, *grid)] * 2


def test_position_embedding_is_resized_only_when_needed():
    model = backbone()
    assert model._position_embedding((4, 4)) is model.visual.positional_embedding
    resized = model._position_embedding((8, 2))
    assert torch.equal(resized[0], model.visual.positional_embedding[0])
    assert resized.shape == (17, 32)


def test_blocks_after_the_last_index_are_gone():
    model = backbone(out_indices=(0, ))
    assert len(model.visual.transformer.resblocks) == 1
    assert not any('proj' in k and 'resblocks' not in k or 'ln_post' in k for k in model.state_dict())


def test_frozen_stays_frozen_and_in_eval_mode():
    model = backbone().train()
    assert not any(p.requires_grad for p in model.parameters())
    assert not any(m.training for m in model.visual.modules())
    assert not model(torch.rand(1, 3, 32, 32))[0].requires_grad


def test_trainable_gets_gradients():
    model = backbone(frozen=False).train()
    assert model.visual.training
    sum(x.sum() for x in model(torch.rand(1, 3, 32, 32))).backward()
    assert all(p.grad is not None for p in model.parameters())


@pytest.mark.parametrize('options, message', [
    (dict(out_indices=(0, 3)), r'must lie in 0…2.*got \(0, 3\)'),
    (dict(out_indices=()), 'must lie in'),
    (dict(arch='RN50'), "'RN50' has no open_clip VisionTransformer"),
    (dict(arch='ViT-B-16-SigLIP'), 'no open_clip VisionTransformer'),
])
def test_bad_options(options, message):
    with pytest.raises(ValueError, match=message):
        backbone(**options)


@pytest.mark.parametrize('arch', ['ViT-B-32', 'ViT-S-16'])
def test_open_clip_names(arch):
    model = backbone(arch=arch, out_indices=(1, ))
    assert model(torch.rand(1, 3, 64, 64))[0].shape[1] == model.embed_dims


class WeightCasts(TorchDispatchMode):
    """Which weights a call casts."""

    def __init__(self, model):
        super().__init__()
        self.places = {p.data_ptr(): name for name, p in model.named_parameters()}
        self.found = set()

    def __torch_dispatch__(self, function, types, args=(), kwargs=None):
        if function is torch.ops.aten._to_copy.default and args[0].data_ptr() in self.places:
            self.found.add(self.places[args[0].data_ptr()])
        return function(*args, **(kwargs or {}))


@pytest.mark.parametrize('dtype, tolerance', [('bfloat16', 5e-2), ('float16', 1e-2)])
def test_weights_held_in_a_low_type(dtype, tolerance):
    """They are cast when they are loaded, and no more; norms keep float32."""
    plain, held = backbone(with_cls_token=True), backbone(with_cls_token=True, dtype=dtype)
    held.load_state_dict(plain.state_dict())
    low = getattr(torch, dtype)
    attention = held.visual.transformer.resblocks[0].attn
    assert held.visual.conv1.weight.dtype == attention.in_proj_weight.dtype == low
    assert held.visual.ln_pre.weight.dtype == torch.float32
    image = torch.randn(2, 3, 32, 32)
    for found, expected in zip(held(image), plain(image)):
        for a, b in zip(found, expected):
            assert a.dtype == torch.float32 and not torch.equal(a, b)
            assert (a - b).abs().max() < tolerance * max(1, b.abs().max())
    casts = []
    for model in (plain, held):
        with torch.autocast('cpu', low), WeightCasts(model) as mode:
            assert model(image)[0][0].dtype == low
        casts.append({name for name in mode.found if '.mlp.' in name or '.attn.' in name})
    assert len(casts[0]) > 10 and not casts[1]


def test_only_a_frozen_tower_holds_a_low_type():
    with pytest.raises(ValueError, match="dtype='bfloat16' is for a frozen tower.*set frozen=True"):
        backbone(frozen=False, dtype='bfloat16')
