"""Each place of a picture in the space of text: any CLIP under the cost family and ZSSeg+'s regions."""
import copy

import open_clip
import pytest
import torch
from mmseg.registry import MODELS

from tests.tiny import TINY_CLIP
from tests.tiny_towers import FAMILIES, register

POOLED = {  # by family: settings of open_clip
    'siglip': dict(timm_pool='map', timm_proj='none'), 'pe': dict(timm_pool='map', timm_proj=None),
    'average pooling': dict(timm_pool='avg', timm_proj='mlp')}
STAGES = {'convnext': dict(timm_pool='', timm_proj='linear'), 'mobileclip hybrid': dict(timm_pool='avg',
                                                                                       timm_proj=None)}
CLS = {name: dict(timm_pool='token', timm_proj='linear') for name in ('clip', 'eva02', 'mobileclip vit')}
OWN = {'resnet': dict(layers=[1] * 4, width=8, image_size=64, patch_size=None), 'vit': {},
       'clipa': dict(pool_type='avg', final_ln_after_pool=True)}


def arch_of(family):
    if family in OWN:
        return dict(TINY_CLIP, vision_cfg=dict(TINY_CLIP['vision_cfg'], **OWN[family]))
    settings = {**POOLED, **STAGES, **CLS}[family]
    dims = 32 if settings['timm_proj'] == 'none' else TINY_CLIP['embed_dim']  # its width, as in SigLIP
    return dict(TINY_CLIP, embed_dim=dims, vision_cfg=dict(
        timm_model_name=register(family), image_size=64, **settings))


def tower(family, **options):
    torch.manual_seed(0)
    model = MODELS.build(dict(dict(type='OpenCLIPImageTower', arch=arch_of(family), out_indices=(),
                                   dense=True), **options)).eval()
    for parameter in model.parameters():  # some begin at zero, and hide what they multiply
        parameter.data += 0.02 * torch.randn_like(parameter)
    return model


def dense(model, image):
    with torch.no_grad():
        found, = model(image)
    return found


@pytest.mark.parametrize('family', [*POOLED, *STAGES, *CLS, *OWN])
def test_shape_and_gradients_at_odd_sizes(family):
    model = tower(family, frozen=False)
    found, = model(torch.rand(2, 3, 97, 66))
    stride = max(model.patch_size)
    assert found.shape == (2, model.out_channels[-1], -(-97 // stride), -(-66 // stride))
    assert model.out_channels == (arch_of(family)['embed_dim'], ) and model.out_strides == (stride, )
    (found * torch.randn_like(found)).sum().backward()
    assert all(torch.isfinite(p.grad).all() for p in model.parameters() if p.grad is not None)


@pytest.mark.parametrize('family', ['siglip', 'average pooling', *STAGES])
def test_a_picture_of_one_place_is_what_the_clip_says_of_it(family):
    """The library's own forward pass, where pooling has nothing to bring together."""
    model = tower(family)
    image = torch.randn(3, 3, *model.patch_size)
    with torch.no_grad():
        expected = model.projection(model.visual(image))
    torch.testing.assert_close(dense(model, image)[..., 0, 0], expected, atol=1e-5, rtol=1e-5)


def test_attention_pooling_beside_a_cls_token():
    """That of Perception Encoder reads the CLS token, too; here a place is alone all the same."""
    model = tower('pe')
    visual, image = model.visual, torch.randn(2, 3, 32, 48)
    with torch.no_grad():
        tokens = visual.forward_features(image)[:, visual.num_prefix_tokens:]
        expected = torch.stack([visual.head(visual.fc_norm(visual.attn_pool(tokens[:, i:i + 1])))
                                for i in range(6)], 2)
    torch.testing.assert_close(dense(model, image).flatten(2), expected, atol=1e-5, rtol=1e-5)


@pytest.mark.parametrize('family', CLS)
def test_the_last_attention_sees_each_token_alone(family, monkeypatch):
    """The last block with a mask that leaves each token itself, rotary positions included."""
    model = tower(family)
    side, visual, block = model.patch_size[0], model.visual, model.visual.blocks[-1]
    image, whole = torch.randn(2, 3, 4 * side, 2 * side), block.forward

    def masked(x, **options):
        return whole(x, **dict(options, attn_mask=torch.eye(x.shape[1], dtype=torch.bool)[None, None]))
    found = dense(model, image)
    monkeypatch.setattr(block, 'forward', masked)
    with torch.no_grad():
        tokens = visual.forward_features(image)[:, visual.num_prefix_tokens:]
        expected = model.projection(visual.head(visual.fc_norm(tokens)))
    torch.testing.assert_close(found.flatten(2).mT, expected, atol=1e-5, rtol=1e-5)


def test_a_plain_vit_gives_what_open_clip_vit_gives():
    model = tower('vit')
    same = MODELS.build(dict(type='OpenCLIPViT', arch=arch_of('vit'), out_indices=(), dense='token')).eval()
    same.visual.load_state_dict(model.visual.state_dict())
    image = torch.randn(2, 3, 32, 32)
    torch.testing.assert_close(dense(model, image), dense(same, image), atol=1e-5, rtol=1e-5)


def test_a_mean_of_open_clip():
    """The mean of what is said of the places is what is said of the picture, without a norm after it."""
    arch = dict(arch_of('clipa'), vision_cfg=dict(arch_of('clipa')['vision_cfg'], final_ln_after_pool=False))
    model, image = tower('clipa', arch=arch), torch.randn(2, 3, 32, 32)
    with torch.no_grad():
        expected = model.visual(image)
    torch.testing.assert_close(dense(model, image).mean((2, 3)), expected, atol=1e-5, rtol=1e-5)


def test_attention_pooling_of_a_resnet():
    """Of one place, without positions, the pooling gives its value."""
    model, image = tower('resnet'), torch.randn(2, 3, 32, 32)
    found = dense(model, image)[..., 0, 0]
    model.visual.attnpool.positional_embedding = torch.nn.Parameter(torch.zeros(2, 256))
    with torch.no_grad():
        torch.testing.assert_close(found, model.visual(image), atol=1e-5, rtol=1e-5)


def test_maps_of_blocks_come_before_it():
    model = tower('siglip', out_indices=(0, 2))
    with torch.no_grad():
        first, last, text = model(torch.randn(1, 3, 64, 64))
    assert (first.shape[1], last.shape[1], text.shape[1]) == model.out_channels == (32, 32, 32)
    torch.testing.assert_close(text, model.text_space(last))


def test_weights_of_a_whole_clip_are_loaded(tmp_path):
    """The projection behind the trunk, too."""
    arch = arch_of('convnext')
    clip = open_clip.CLIP(**copy.deepcopy(arch))
    torch.save(clip.state_dict(), tmp_path / 'clip.pt')
    model = MODELS.build(dict(type='OpenCLIPImageTower', arch=arch, pretrained=str(tmp_path / 'clip.pt'),
                              out_indices=(), dense=True)).eval()
    image = torch.randn(1, 3, 32, 32)
    with torch.no_grad():
        expected = clip.eval().visual(image)
    torch.testing.assert_close(dense(model, image)[..., 0, 0], expected, atol=1e-5, rtol=1e-5)


@pytest.mark.parametrize('vision, message', [
    (dict(timm_model_name='tiny_swin', image_size=64), 'ViT, EVA, ConvNeXt and FastViT of timm; .* SwinT'),
    (dict(timm_model_name='tiny_convnext', image_size=64, timm_pool='abs_attn'), "timm_pool='abs_attn'"),
    (dict(TINY_CLIP['vision_cfg'], attentional_pool=True, attn_pooler_heads=2), 'without attentional')])
def test_refused(vision, message):
    for family in ('swin', 'convnext'):
        register(family)
    with pytest.raises(ValueError, match=message):
        MODELS.build(dict(type='OpenCLIPImageTower', arch=dict(TINY_CLIP, vision_cfg=vision), dense=True))


REGIONS = dict(type='CLIPRegionClassifier', size=64)


@pytest.mark.parametrize('family', ['siglip', 'eva02', 'convnext', 'resnet'])
def test_regions_on_any_clip(family):
    """A region of all places has the object's feature; one of no place what is left of it."""
    torch.manual_seed(0)
    model = MODELS.build(dict(REGIONS, arch=arch_of(family)))
    model.fuse_weight.data.fill_(0.25)
    image, is_object = torch.rand(3, 40, 50) * 255, torch.zeros(40, 50, dtype=torch.bool)
    is_object[4:36, 5:45] = True
    regions = torch.where(is_object, 0, 2)
    with torch.no_grad():
        found, = model([image], [is_object], [regions], 2)
    assert found.shape == (2, arch_of(family)['embed_dim'])
    torch.testing.assert_close(found[1], 0.75 * found[0])
    assert not any(p.requires_grad for p in model.parameters())


@pytest.mark.parametrize('family, size, taken', [('convnext', 48, 64), ('vit', 20, 24), ('vit', 24, 24)])
def test_size_of_regions(family, size, taken):
    """The recipe's 384 is of patches of 16; one of 14 takes the next size of whole patches."""
    model = MODELS.build(dict(REGIONS, arch=arch_of(family), size=size))
    assert model.size == taken
    everywhere, regions = torch.ones(30, 30, dtype=torch.bool), torch.arange(30).remainder(2).expand(30, 30)
    sizes = []
    model.backbone.register_forward_pre_hook(lambda _, args: sizes.append(tuple(args[0].shape[2:])))
    assert torch.isfinite(model([torch.rand(3, 30, 30)], [everywhere], [regions], 2)).all()
    assert sizes == [(taken, taken)]


@pytest.mark.parametrize('stated_by', ['tag_config', 'agreed_config'])
def test_pixels_of_regions_are_those_of_the_tag(stated_by, monkeypatch):
    """Or, for weights of a file or of a whole model, of all tags of the architecture."""
    from mmpartseg.models import region_classifier
    monkeypatch.setattr(region_classifier, stated_by, lambda *args: dict(mean=(.5, ) * 3, std=(.25, ) * 3))
    model = MODELS.build(dict(REGIONS, arch=TINY_CLIP))
    assert model.mean.flatten().tolist() == [.5] * 3 and model.std.flatten().tolist() == [.25] * 3


def test_families_are_known():
    assert {*POOLED, *STAGES, *CLS} <= set(FAMILIES)
