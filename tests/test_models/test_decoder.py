"""The decoder of the FiLM family is a component: another one takes its place without another head."""
import pytest
import torch
import torch.nn.functional as F
from mmengine.structures import PixelData
from mmseg.registry import MODELS
from mmseg.structures import SegDataSample
from torch import nn

from mmpartseg.models.segmentors.fitted import mask_strides
from tests.tiny import TINY_CLIP, head_config, segmentor

NO_ATTENTION = dict(loss_separation=None, loss_enhance=None)


class Modulation(nn.Module):
    """The condition is added, and scales nothing."""

    def __init__(self, condition_dims, dims):
        super().__init__()
        self.add = nn.Linear(condition_dims, dims)

    def forward(self, x, condition):
        return x + self.add(condition)[:, None]


class Masks(nn.Module):
    """One linear layer a token, and the maps of it, four times as fine in all."""

    def __init__(self, dims, strides):
        super().__init__()
        self.scale, self.score = strides[0] * strides[1], nn.Linear(dims, 1)

    def convolve(self, x, grid):
        return x.unflatten(2, grid)

    def upsample(self, x):
        maps = self.score(x)[..., 0]
        return F.interpolate(maps, scale_factor=self.scale, mode='nearest')


@pytest.fixture
def another():
    """The name of a decoder that knows neither FiLM nor transposed convolutions, nor attention."""
    @MODELS.register_module()
    class AnotherDecoder(nn.Module):

        def __init__(self, in_channels, dims, condition_dims, with_cp, depth=1):
            super().__init__()
            self.dims, self.condition_dims = dims, condition_dims
            self.reduces = nn.ModuleList(nn.Linear(c, dims) for c in in_channels)
            self.condition = Modulation(condition_dims, dims)
            self.mix = nn.ModuleList(nn.Linear(dims, dims) for _ in range(depth))

        def new_modulation(self):
            return Modulation(self.condition_dims, self.dims)

        def new_mask_branch(self, strides):
            return Masks(self.dims, strides)

        def reduce(self, hidden):
            return [layer(x) for layer, x in zip(self.reduces, hidden)]

        def forward(self, reduced, condition):
            x = last_input = self.condition(sum(reduced)[:, None], condition)
            for layer in self.mix:
                x = layer(x).tanh()
            return x, last_input

    yield 'AnotherDecoder'
    MODELS.module_dict.pop('AnotherDecoder')


@pytest.mark.parametrize('head', [dict(type='CLIPSegHead'), NO_ATTENTION])
@pytest.mark.parametrize('class_chunk', [None, 2])
def test_another_decoder_trains_and_predicts(head, class_chunk, another):
    model = segmentor(**head, class_chunk=class_chunk, num_heads=None, ffn_channels=None,
                      decoder=dict(type=another, depth=2)).train()
    assert len(model.decode_head.decoder.mix) == 2
    labels = PixelData(data=torch.arange(32).remainder(4).expand(1, 32, 32))
    losses = model.loss(torch.rand(2, 3, 32, 32), [
        SegDataSample(metainfo=dict(img_shape=(32, 32)), gt_sem_seg=labels) for _ in range(2)])
    sum(losses.values()).backward()
    assert all(torch.isfinite(value) for value in losses.values())
    for name, parameter in model.named_parameters():
        assert (parameter.grad is not None) == parameter.requires_grad, name
    head = model.eval().decode_head
    with torch.no_grad():
        features = model.extract_feat(torch.rand(1, 3, 32, 32))
        output = head(features)
        whole = head.decode(features, head.test_index, training=True)
    assert output.object_part.shape == (1, len(head.test_taxonomy) + 1, 32, 32)
    torch.testing.assert_close(output.object_part, whole.object_part)


def test_its_options_and_what_it_lacks(another):
    with pytest.raises(TypeError, match="unexpected keyword argument 'num_heads'"):
        MODELS.build(head_config(**NO_ATTENTION, decoder=dict(type=another)))
    with pytest.raises(ValueError, match='AnotherDecoder has no token_attention.*loss_separation=None'):
        MODELS.build(head_config(decoder=dict(type=another), num_heads=None, ffn_channels=None))


def test_the_default_decoder_stated():
    """The same model, and the names that checkpoints know."""
    default, stated = (MODELS.build(head_config(**options)) for options in (
        {}, dict(num_heads=None, ffn_channels=None,
                 decoder=dict(type='FiLMDecoder', num_heads=2, ffn_dims=32))))
    shapes = [{name: value.shape for name, value in head.state_dict().items()} for head in (default, stated)]
    assert shapes[0] == shapes[1]
    assert {'decoder.film.mul.weight', 'decoder.layers.1.self_attn.in_proj_weight', 'mask_branch.0.weight',
            'object_part_film.add.bias', 'object_part_branch.4.weight'} <= set(shapes[0])
    assert [layer.self_attn.num_heads for layer in stated.decoder.layers] == [2, 2]


@pytest.mark.parametrize('patch, strides', [(8, (4, 2)), (14, (7, 2)), (16, (4, 4)), (32, (8, 4)),
                                            (7, (7, 1))])
def test_masks_have_the_size_of_the_image_whatever_the_patch(patch, strides):
    """Widths and strides come from the backbone."""
    assert mask_strides(patch) == strides
    clip = dict(TINY_CLIP, vision_cfg=dict(
        TINY_CLIP['vision_cfg'], patch_size=patch, image_size=2 * patch, width=48, head_width=12))
    head = head_config()
    del head['in_channels'], head['mask_strides']
    model = MODELS.build(dict(
        type='PartSegmentor', backbone=dict(type='OpenCLIPViT', arch=clip, out_indices=(0, 1, 2)),
        decode_head=dict(head, in_index=(2, 0)), test_cfg=dict(mode='whole')))
    assert model.decode_head.in_channels == (48, 48)
    size = (2 * patch, 3 * patch)
    assert model.encode_decode(torch.rand(1, 3, *size), None).shape[2:] == size


def test_other_widths_than_the_backbone_gives():
    with pytest.raises(ValueError, match=r'has in_channels=\(768, 768\), and its OpenCLIPViT gives maps '
                                         r'whose channels are \(32, 32\): leave in_channels out'):
        segmentor(in_channels=(768, 768))


@pytest.mark.parametrize('name', ['in_channels', 'mask_strides'])
def test_a_backbone_that_states_nothing(name):
    head = head_config()
    del head[name]
    with pytest.raises(ValueError, match=f'PartCLIPSegHead needs {name}: the backbone does not state'):
        MODELS.build(dict(type='PartSegmentor', backbone=dict(type='ResNet', depth=18), decode_head=head))
