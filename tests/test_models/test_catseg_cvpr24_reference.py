"""CAT-Seg of CVPR 2024, and the aggregator alone, against arrays of the released implementation."""
import contextlib

import pytest
import torch
import torch.nn.functional as F
from mmengine.config import ConfigDict
from mmseg.structures import SegDataSample

from mmpartseg.checkpoints.catseg import rename
from tests.catseg_reference import (
    PREDICTOR,
    Arrays,
    build,
    check_gradients,
    close,
    normalised,
)
from tests.catseg_stages import FILES, check_stages
from tests.released_protocol import clear


@pytest.fixture(scope='module', params=FILES, ids=lambda path: path.stem)
def cvpr24(request):
    arrays = Arrays(request.param, 'cvpr24/')
    width = arrays.spec[f'{PREDICTOR}clip_model.visual.conv1.weight'][0]
    upsampled = [arrays.spec[f'upsample{i}.weight'][1] for i in (1, 2)]
    # of the vocabulary only the number of classes counts here: their names are no parts
    train, test = ([f"thing's {name}" for name in arrays.names(f'names/{split}')]
                   for split in ('train', 'test'))
    return arrays, build(arrays, arrays.spec, dict(
        type='CATSegHead', train_taxonomy=train, test_taxonomy=test, in_channels=(width, width),
        upsampled_channels=upsampled, padded_classes=256, background=False, synonyms='first',
        loss_object_part=dict(type='PartMaskLoss', background_weight=None, unlabelled_as_negative=True)),
        dense='cls', out_indices=(3, 7), guided=False)


def check_features(arrays, folder, features, head):
    guidance = [up(x) for up, x in zip(head.guidance.upsample, features)]
    close(features[-1].flatten(2).mT[:, 10::11], arrays[f'{folder}/clip_features'][:, 1:])
    for i, maps in zip((4, 5), guidance):
        expected = arrays[f'{folder}/guidance_input/res{i}']
        close(maps[..., ::maps.shape[2] // expected.shape[2], ::maps.shape[3] // expected.shape[3]], expected)


@contextlib.contextmanager
def unpooled(head):
    """The test arrays are of ``eval.sh``, which switches the pooling off."""
    layers = [layer.classes for layer in head.stack]
    poolings = [layer.pooling for layer in layers]
    for layer in layers:
        layer.pooling = 1
    yield
    for layer, pooling in zip(layers, poolings):
        layer.pooling = pooling


@pytest.mark.parametrize('split, folder', [('train', 'train'), ('test', 'test/whole')])
def test_cvpr24_stages(cvpr24, split, folder):
    arrays, model = cvpr24
    head = model.decode_head
    image = arrays['train/input/image'] if split == 'train' else arrays['test/image'][None]
    with torch.no_grad(), unpooled(head) if split == 'test' else contextlib.nullcontext():
        features = model.backbone(normalised(image))
        check_features(arrays, folder, features, head)
        text = head.condition(arrays.names(f'names/{split}'))
        close(text, arrays[f'{folder}/text'])
        logits = check_stages(head, arrays, folder, features, text, every=4)
        close(logits[..., ::3, ::3], arrays[f'{folder}/logits'])


def test_cvpr24_loss_and_gradients(cvpr24):
    arrays, model = cvpr24
    head = model.train().decode_head
    part_map = arrays['train/input/sem_seg'].long()

    def loss():
        text = head.condition(arrays.names('names/train'))
        features = model.backbone(normalised(arrays['train/input/image']))
        output = head.decode(features, head.train_index, True, text)
        losses = head.loss_by_feat(output, part_map, torch.full_like(part_map, 255), head.train_index)
        return losses['loss_object_part']
    close(loss(), arrays['train/loss/total'])
    # through nine blocks of CLIP rounding grows: of the arrays from float64, to 5e-4 with its ReLUs
    check_gradients(model, loss, arrays.under('grad'), tolerance=2e-4)
    model.eval()


def test_cvpr24_trains_queries_and_values(cvpr24):
    arrays, model = cvpr24
    clip = [rename(name) for name in arrays.names('trainable_clip')]
    unread = [rename(name) for name in arrays.names('zero_or_no_gradient')]
    trained = [name for name, parameter in model.named_parameters() if parameter.requires_grad]
    assert {name for name in trained if name.startswith(('backbone.', 'decode_head.text_encoder.'))} == {
        *clip} - {*unread}


@pytest.mark.parametrize('folder, test_cfg', [
    ('test/whole', dict(mode='whole')),
    ('test/sliding', dict(mode='tiles_and_whole', size=(640, 640), tile=384, stride=256))])
def test_cvpr24_scores(cvpr24, folder, test_cfg):
    arrays, model = cvpr24
    with unpooled(model.decode_head):
        model.test_cfg = ConfigDict(test_cfg)
        check_cvpr24_scores(arrays, model, folder)
    model.test_cfg = ConfigDict(mode='whole')


def check_cvpr24_scores(arrays, model, folder):
    head = model.decode_head
    expected = arrays[f'{folder}/label_map'].long()
    names = head.prompts
    head.prompts = lambda taxonomy: arrays.names('names/test')
    try:
        with torch.no_grad():
            scores = model.inference(normalised(arrays['test/image'][None]), [dict(ori_shape=(1, 1))])
    finally:
        head.prompts = names
    full = F.interpolate(scores, tuple(expected.shape), mode='bilinear')[0]
    close(full[:, ::3, ::3], arrays[f'{folder}/scores'])
    sample, = model.postprocess(scores, [SegDataSample(metainfo=dict(ori_shape=tuple(expected.shape)))])
    sure = clear(full, list(range(len(full))))
    assert sure.float().mean() > 0.95
    assert torch.equal(sample.pred_sem_seg.data[0][sure], expected[sure])
