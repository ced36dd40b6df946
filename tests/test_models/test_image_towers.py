"""Image towers of open_clip and timm, each family once: features are the library's own."""
import copy

import open_clip
import pytest
import timm
import torch
from mmseg.registry import MODELS

from mmpartseg.models.architectures import clip_config
from mmpartseg.models.backbones.features import positions
from mmpartseg.models.backbones.image_tower import load_tower
from tests.tiny import TINY_CLIP
from tests.tiny_towers import FAMILIES, family_of, register

TOWERS = {
    **{family: spec.strides for family, spec in FAMILIES.items()},
    'open_clip vit': (8, ) * 3, 'open_clip coca': (8, ) * 3, 'open_clip clipa': (8, ) * 3,
    'open_clip resnet': (4, 4, 8, 16, 32)}
VISION = {
    'open_clip vit': {},
    'open_clip coca': dict(attentional_pool=True, attn_pooler_heads=2, output_tokens=True),
    'open_clip clipa': dict(no_ln_pre=True, final_ln_after_pool=True, pool_type='avg'),
    'open_clip resnet': dict(layers=[1, 1, 1, 1], width=8, image_size=64, patch_size=None)}
CLS = [name for name, spec in FAMILIES.items() if spec.cls_token] + [*VISION][:3]


@pytest.fixture(scope='module')
def whole():
    """Whole towers as their library builds them, at random weights: (open_clip's arch, tower) by family."""
    made = {}

    def make(name):
        if name not in made:
            torch.manual_seed(0)
            vision = dict(TINY_CLIP['vision_cfg'], **VISION[name]) if name in VISION else dict(
                timm_model_name=register(name), image_size=64)
            arch = dict(TINY_CLIP, vision_cfg=vision)
            tower = open_clip.model._build_vision_tower(24, dict(vision)).eval()
            for parameter in tower.parameters():  # some begin at zero, and hide what they multiply
                parameter.data += 0.02 * torch.randn_like(parameter)
            made[name] = arch, tower
        return made[name]
    return make


def built(name, whole, **options):
    """Our backbone with the weights of the library's tower."""
    arch, tower = whole(name)
    model = MODELS.build(dict(dict(type='OpenCLIPImageTower', arch=arch), **options))
    trunk = getattr(tower, 'trunk', tower)
    load_tower(model.visual, trunk.state_dict(), name)
    return model


def native(name):
    return FAMILIES[name].options.get('img_size', 64) if name in FAMILIES else 64 if 'resnet' in name else 32


@pytest.mark.parametrize('name', TOWERS)
def test_features_are_the_librarys_own(name, whole):
    indices = [1, len(TOWERS[name]) - 1] if len(TOWERS[name]) > 2 else [1]
    model = built(name, whole, out_indices=indices, with_cls_token=True).eval()
    image = torch.randn(2, 3, native(name), native(name))
    with torch.no_grad():
        expected = copy.deepcopy(whole(name)[1]).forward_intermediates(
            image, indices=indices, intermediates_only=True, output_extra_tokens=name in CLS)
        found = model(image)
    for i, each in enumerate(found):
        maps, cls_token = each if name in CLS else (each, None)
        torch.testing.assert_close(maps, expected['image_intermediates'][i], atol=1e-5, rtol=1e-5)
        assert maps.shape[1:] == (model.out_channels[i], *[native(name) // model.out_strides[i]] * 2)
        if cls_token is not None:
            torch.testing.assert_close(cls_token, expected['image_intermediates_prefix'][i][:, 0],
                                       atol=1e-5, rtol=1e-5)
    assert model.out_strides == tuple(TOWERS[name][i] for i in indices)


@pytest.mark.parametrize('name', TOWERS)
def test_odd_sizes_and_gradients(name, whole):
    """Nothing that has no gradient is kept: what comes after the last index is not there to be run."""
    model = built(name, whole, out_indices=[0, 1], frozen=False).train()
    fixed, coarsest = name in FAMILIES and not FAMILIES[name].any_size, max(model.out_strides)
    for size in ((97, 66), (33, 40)):
        maps = model(torch.rand(2, 3, *size))
        for x, stride in zip(maps, model.out_strides):
            expected = tuple(-(-side // coarsest) * coarsest // stride for side in size)
            assert x.shape[2:] == ((native(name) // stride, ) * 2 if fixed else expected)
    sum((x * torch.randn_like(x)).sum() for x in maps).backward()
    none = [n for n, p in model.named_parameters() if p.grad is None or not torch.isfinite(p.grad).all()]
    assert none == []


@pytest.mark.parametrize('name', ['siglip', 'eva02', 'dinov2 with registers', 'dinov3', 'pe', 'vitamin'])
def test_positions_of_other_sizes_are_resized_as_timm_does(name, whole):
    model = built(name, whole, out_indices=[0]).eval()
    spec = FAMILIES[name]
    own = timm.create_model(spec.base, num_classes=0, dynamic_img_size=True, **spec.options).eval()
    own.load_state_dict(whole(name)[1].trunk.state_dict(), strict=False)
    image = torch.randn(1, 3, 3 * spec.strides[0], 5 * spec.strides[0])
    with torch.no_grad():
        expected, = own.forward_intermediates(image, [0], intermediates_only=True)
        torch.testing.assert_close(model(image)[0], expected)


def test_positions_of_other_sizes_are_resized_as_open_clip_does(whole):
    """When it loads weights of another size."""
    arch, tower = whole('open_clip vit')
    large = dict(arch, vision_cfg=dict(arch['vision_cfg'], image_size=(48, 24)))
    own = open_clip.CLIP(**copy.deepcopy(large)).eval()
    state = {f'visual.{k}': v for k, v in tower.state_dict().items()}
    open_clip.model.resize_pos_embed(state, own)
    own.load_state_dict(state, strict=False)
    torch.testing.assert_close(positions(tower, (6, 3)), own.visual.positional_embedding)
    image = torch.randn(1, 3, 48, 24)
    with torch.no_grad():
        expected = own.visual.forward_intermediates(image, indices=[0, 2], intermediates_only=True)
        found = built('open_clip vit', whole, out_indices=[0, 2])(image)
    for a, b in zip(found, expected['image_intermediates']):
        torch.testing.assert_close(a, b)


@pytest.mark.parametrize('name', ['siglip', 'convnext', 'open_clip resnet', 'open_clip coca'])
def test_weights_of_a_whole_clip(name, whole, tmp_path):
    """The tower's are taken out of a file of all of them."""
    arch, tower = whole(name)
    clip = open_clip.CLIP(**copy.deepcopy(arch))
    clip.visual.load_state_dict(tower.state_dict())
    torch.save(clip.state_dict(), tmp_path / 'clip.pt')
    model = MODELS.build(dict(type='OpenCLIPImageTower', arch=arch, pretrained=str(tmp_path / 'clip.pt'),
                              out_indices=[0, 1])).eval()
    image = torch.randn(1, 3, native(name), native(name))
    for a, b in zip(model(image), built(name, whole, out_indices=[0, 1]).eval()(image)):
        assert torch.equal(a, b)


def test_frozen_and_default_indices(whole):
    model = built('open_clip resnet', whole).train()
    assert model.out_indices == (2, 3, 4) and model.out_channels == (64, 128, 256)
    assert not any(p.requires_grad for p in model.parameters())
    assert not any(m.training for m in model.visual.modules())
    assert not model(torch.rand(1, 3, 64, 64))[0].requires_grad
    deep = MODELS.build(dict(type='OpenCLIPImageTower', arch=dict(
        TINY_CLIP, vision_cfg=dict(TINY_CLIP['vision_cfg'], layers=24))))
    assert deep.out_indices == (7, 13, 19) and len(deep.visual.transformer.resblocks) == 20


def test_any_model_of_timm(tmp_path):
    """DINOv3 from a file of timm's weights, trained or frozen."""
    options = FAMILIES['dinov3'].options
    config = dict(type='TimmImageTower', arch='vit_small_patch16_dinov3', options=options, out_indices=[0, 1])
    torch.manual_seed(0)
    source = timm.create_model('vit_small_patch16_dinov3', num_classes=0, **options).eval()
    torch.save(source.state_dict(), tmp_path / 'dinov3.pth')
    model = MODELS.build(dict(config, pretrained=str(tmp_path / 'dinov3.pth')))
    model.init_weights()
    image = torch.rand(1, 3, 64, 64)
    with torch.no_grad():
        expected = source.forward_intermediates(image, [0, 1], intermediates_only=True)
    for a, b in zip(model(image), expected):
        torch.testing.assert_close(a, b, atol=1e-5, rtol=1e-5)
    (mean, _), interpolation = model.pixel_statistics, model.interpolation
    assert mean == pytest.approx([123.675, 116.28, 103.53]) and interpolation == 'bicubic'
    assert not any(p.requires_grad for p in model.parameters())
    assert all(p.requires_grad for p in MODELS.build(dict(config, frozen=False)).parameters())


@pytest.mark.parametrize('arch', ['xcit_nano_12_p16_224', 'pit_ti_224'])
def test_a_cls_token_that_timm_does_not_give_out(arch):
    """The configs ask for one; maps alone come from a model that has one and keeps it to itself."""
    model = MODELS.build(dict(type='TimmImageTower', arch=arch, with_cls_token=True)).eval()
    assert [maps.shape[1] for maps in model(torch.rand(1, 3, 224, 224))] == [*model.out_channels]


def test_every_tower_of_open_clip_is_of_a_family():
    """A name that a later open_clip brings needs a line in tests/tiny_towers.py."""
    unknown = {}
    for name in open_clip.list_models():
        vision = clip_config(name)['vision_cfg']
        if vision.get('timm_model_name') and not family_of(vision['timm_model_name']):
            unknown[name] = vision['timm_model_name']
    assert unknown == {}


@pytest.mark.parametrize('options, message', [
    (dict(out_indices=(0, 3)), r'must ascend within 0…2 .*got \(0, 3\)'),
    (dict(out_indices=(1, 0)), 'must ascend'), (dict(out_indices=()), 'must ascend'),
    (dict(arch='ViT-B-61'), "no architecture 'ViT-B-61'; closest"),
    (dict(pretrained='openai'), "'openai' is neither an existing file nor"),
    (dict(type='TimmImageTower', arch='vit_base_patch14_dino'), "no model 'vit_base_patch14_dino'; closest"),
    (dict(type='TimmImageTower', arch='ViT-B-32'), "model 'ViT-B-32', but open_clip has: take OpenCLIPI")])
def test_bad_options(options, message):
    with pytest.raises(ValueError, match=message):
        MODELS.build(dict(dict(type='OpenCLIPImageTower', arch=TINY_CLIP), **options))


def test_weights_of_another_architecture(whole):
    model = built('siglip', whole)
    with pytest.raises(ValueError, match="a file lacks .* image tower.*such as 'pos_embed'.*another arch"):
        load_tower(model.visual, whole('convnext')[1].trunk.state_dict(), 'a file')
