"""``randomness.deterministic=True``: nothing that torch refuses on a GPU, told on a CPU."""
import re

import pytest
import torch
import torch.nn.functional as F
from mmengine.optim import build_optim_wrapper
from mmengine.structures import PixelData
from mmseg.registry import MODELS
from mmseg.structures import SegDataSample
from torch.utils._python_dispatch import TorchDispatchMode

from mmpartseg.models.layers import separable
from mmpartseg.models.losses.attention_maps import with_border
from tests.mixed import small_config
from tests.shipped_configs import load, shrink


def floating(tensor, *args, **kwargs):
    return tensor.is_floating_point() or tensor.is_complex()


def always(*args, **kwargs):
    return True


# what torch's documentation names -> operators that refuse on a GPU, and when
DOCUMENTED = {
    'AvgPool3d': 'avg_pool3d_backward', 'AdaptiveAvgPool2d': '_adaptive_avg_pool2d_backward',
    'AdaptiveAvgPool3d': '_adaptive_avg_pool3d_backward', 'MaxPool3d': 'max_pool3d_with_indices_backward',
    'AdaptiveMaxPool2d': 'adaptive_max_pool2d_backward', 'FractionalMaxPool2d': 'fractional_max_pool2d.*',
    'FractionalMaxPool3d': 'fractional_max_pool3d.*', 'MaxUnpool1d': 'max_unpool2d',
    'MaxUnpool2d': 'max_unpool2d', 'MaxUnpool3d': 'max_unpool3d',
    'interpolate': r'_?upsample_(linear1d|bilinear2d|bicubic2d|trilinear3d)(_aa)?_backward',
    'ReflectionPad1d': 'reflection_pad1d_backward', 'ReflectionPad2d': 'reflection_pad2d_backward',
    'ReflectionPad3d': 'reflection_pad3d_backward', 'ReplicationPad1d': 'replication_pad1d_backward',
    'ReplicationPad2d': 'replication_pad2d_backward', 'ReplicationPad3d': 'replication_pad3d_backward',
    'NLLLoss': 'nll_loss(2d)?_(forward|backward)', 'CTCLoss': '_?ctc_loss.*_backward',
    'EmbeddingBag': '_embedding_bag.*', 'put_': 'put_?', 'histc': 'histc', 'bincount': 'bincount',
    'median': '(nan)?median', 'grid_sample': 'grid_sampler_[23]d_backward', 'cumsum': 'cumsum_?',
    'scatter_reduce': '(_?scatter_reduce|index_reduce)_?', 'resize_': 'resize_', 'kthvalue': 'kthvalue'}
CONDITIONS = {
    'bincount': lambda x, weights=None, minlength=0: weights is not None, 'cumsum': floating,
    'median': lambda *args, **kwargs: len(args) > 1,
    'scatter_reduce': lambda *args, **kwargs: 'prod' in args,
    'resize_': lambda tensor, *args, **kwargs: tensor.is_quantized}


class RefusedOnGPU(TorchDispatchMode):
    """Raises what torch raises on a GPU with ``use_deterministic_algorithms(True)``."""

    def __torch_dispatch__(self, func, types, args=(), kwargs=None):
        name = func.__name__.split('.')[0]
        for documented, pattern in DOCUMENTED.items():
            if re.fullmatch(pattern, name) and CONDITIONS.get(documented, always)(*args, **(kwargs or {})):
                raise RuntimeError(f'{name} does not have a deterministic implementation')
        return func(*args, **(kwargs or {}))


def test_the_list_is_torchs():
    text = torch.use_deterministic_algorithms.__doc__.split(':class:`RuntimeError` when ``mode=True``')[1]
    bullets = re.findall(r'\* :\w+:`[\w.]*?(\w+)`', text.split('In addition')[0])
    assert len(bullets) > 20 and not set(bullets) - set(DOCUMENTED)


@pytest.mark.parametrize('function', [
    lambda x: F.pad(x, [1] * 4, mode='reflect'), lambda x: F.adaptive_avg_pool2d(x, (2, 3)),
    lambda x: F.interpolate(x, (3, 7), mode='bicubic'), lambda x: F.interpolate(x, (3, 7), mode='bilinear'),
    lambda x: x.cumsum(-1), lambda x: F.cross_entropy(x, torch.zeros(1, 4, 5, dtype=torch.long))])
def test_what_is_refused_is_seen(function):
    x = torch.randn(1, 2, 4, 5, requires_grad=True)
    with pytest.raises(RuntimeError, match='does not have a deterministic implementation'), RefusedOnGPU():
        function(x).sum().backward()


def default_recipe(tmp_path):
    """Its position embedding is resized; frozen, as shipped."""
    cfg = shrink(load('configs/partclipseg/pascal_part.py'))
    cfg.model.data_preprocessor.size = (48, 40)
    return cfg


def trained_tower(tmp_path):
    """The tower in training, too."""
    cfg = default_recipe(tmp_path)
    cfg.model.backbone.frozen = False
    return cfg


def levels_of_several_sizes(tmp_path):
    """Features of a pyramid are brought to one grid."""
    cfg = small_config('partclipseg/pascal_part_r50', tmp_path, tmp_path)
    cfg.model.decode_head.in_index, cfg.model.data_preprocessor.size = (1, 2, 0), (72, 56)
    cfg.model.decode_head.in_channels = (32, 64, 16)
    return cfg


@pytest.mark.parametrize('recipe', [default_recipe, trained_tower, levels_of_several_sizes])
def test_a_step_and_a_prediction(recipe, tmp_path):
    cfg = recipe(tmp_path)
    model, size = MODELS.build(cfg.model).train(), tuple(cfg.model.data_preprocessor.size)
    optimizer = build_optim_wrapper(model, dict(cfg.optim_wrapper))
    data = dict(inputs=[torch.randint(0, 256, (3, *size), dtype=torch.uint8) for _ in range(2)])
    parts = torch.full(size, 255)
    parts[:16], parts[:8, :8] = 0, 40
    samples = [SegDataSample(gt_sem_seg=PixelData(data=parts[None])) for _ in range(2)]
    with RefusedOnGPU():
        log = model.train_step(dict(data, data_samples=samples), optimizer)
        assert torch.isfinite(log['loss']) and log['decode.loss_separation'] > 0
        model.eval()
        model.test_cfg.return_part_scores = True
        known = PixelData(data=torch.zeros(1, 20, 25, dtype=torch.long))
        found = model.test_step(dict(data, data_samples=[
            SegDataSample(metainfo=dict(ori_shape=(20, 25)), gt_object_seg=known) for _ in range(2)]))
    assert all(sample.pred_oracle_sem_seg.data.shape == (1, 20, 25) for sample in found)


@pytest.mark.parametrize('size', [(5, 4), (2, 7), (1, 6), (1, 1)])
@pytest.mark.parametrize('width', [1, 2])
def test_border(size, width):
    maps = torch.randn(2, 3, *size, dtype=torch.double, requires_grad=True)
    mode = 'reflect' if min(size) > width else 'replicate'
    expected = F.pad(maps, [width] * 4, mode=mode)
    found = with_border(maps, width)
    assert torch.equal(found, expected)
    weight = torch.randn_like(expected)
    gradients = [torch.autograd.grad(x, maps, weight)[0] for x in (found, expected)]
    torch.testing.assert_close(*gradients)


@pytest.mark.parametrize('name, expected', [
    ('bicubic', lambda x, size: F.interpolate(x, size, mode='bicubic', align_corners=False)),
    ('bilinear', lambda x, size: F.interpolate(x, size, mode='bilinear', align_corners=False)),
    ('averaged', F.adaptive_avg_pool2d)])
@pytest.mark.parametrize('size', [(3, 4), (14, 5), (22, 23)])
def test_resizing_by_rows_and_columns(name, expected, size):
    x = torch.randn(2, 3, 14, 9, dtype=torch.double, requires_grad=True)
    found, expected = getattr(separable, name)(x, size), expected(x, size)
    torch.testing.assert_close(found, expected, rtol=1e-6, atol=1e-6)
    weight = torch.randn_like(found)
    gradients = [torch.autograd.grad(y, x, weight)[0] for y in (found, expected)]
    torch.testing.assert_close(*gradients, rtol=1e-6, atol=1e-6)


def test_mixed_precision_keeps_the_resizing():
    x = torch.randn(1, 2, 6, 6)
    expected = separable.bicubic(x, (9, 9))
    with torch.autocast('cpu', dtype=torch.bfloat16):
        assert torch.equal(separable.bicubic(x, (9, 9)), expected)
