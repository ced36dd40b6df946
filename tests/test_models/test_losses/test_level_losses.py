"""Losses of this package beside mmseg's, in heads of either."""
import pytest
import torch
from mmengine.structures import PixelData
from mmseg.registry import MODELS
from mmseg.structures import SegDataSample

from mmpartseg.models.losses import LevelLosses, part_mask_loss
from tests.tiny import features, head_config

OTHERS = [dict(type='CrossEntropyLoss'), dict(type='CrossEntropyLoss', use_sigmoid=True),
          dict(type='DiceLoss'), dict(type='TverskyLoss'), dict(type='OhemCrossEntropy', min_kept=20),
          dict(type='DiceLoss', use_sigmoid=False, naive_dice=True),
          dict(type='LovaszLoss', reduction='none')]


def labels(classes=5, size=8):
    generator = torch.Generator().manual_seed(0)
    target = torch.randint(0, classes, (2, size, size), generator=generator)
    target[:, 0] = 255
    return torch.randn(2, classes, size, size, generator=generator, requires_grad=True), target


@pytest.mark.parametrize('other', OTHERS, ids=lambda cfg: f"{cfg['type']}{len(cfg)}")
def test_loss_of_mmseg_on_a_level(other):
    logits, target = labels()
    terms = LevelLosses('object', [dict(type='PartMaskLoss'), other])(logits, target, 255)
    alone = MODELS.build(other)
    name = f'loss_object_{alone.loss_name.removeprefix("loss_")}'
    assert set(terms) == {'loss_object', name}
    if other['type'] == 'DiceLoss':  # what it gives on the labelled pixels: all but the first row
        if alone.use_sigmoid:
            torch.testing.assert_close(terms[name], alone(logits[:, :, 1:], target[:, 1:]))
    else:
        known = {} if other['type'] == 'OhemCrossEntropy' else dict(ignore_index=255)
        torch.testing.assert_close(terms[name], alone(logits, target, **known))
    torch.testing.assert_close(terms['loss_object'], part_mask_loss(logits, target, 0.05))
    assert torch.autograd.grad(sum(terms.values()), logits)[0].isfinite().all()


def gradient_at(ignore_index, other, classes=5):
    """Of the loss at ignored pixels and at the others, and its value with other logits there."""
    logits, target = labels(classes)
    target[target == 255] = ignore_index
    loss = LevelLosses('object', other)
    value, = loss(logits, target, ignore_index).values()
    gradient = torch.autograd.grad(value, logits)[0].abs().sum(1)
    changed = logits.detach().clone()
    changed[:, :, 0] += 3
    again, = loss(changed, target, ignore_index).values()
    return gradient[:, 0].max(), gradient[:, 1:].max(), value.item(), again.item()


@pytest.mark.parametrize('ignore_index', [255, 65535])
@pytest.mark.parametrize('other', [dict(type='PartMaskLoss'), *OTHERS],
                         ids=lambda cfg: f"{cfg['type']}{len(cfg)}")
def test_ignored_pixels_train_nothing(other, ignore_index):
    """Neither their logits nor what they hold, whatever ignore index the loss has by default."""
    ignored, labelled, value, again = gradient_at(ignore_index, other)
    assert ignored == 0 and labelled > 0 and value == again
    assert value == pytest.approx(gradient_at(255, other)[2])


@MODELS.register_module()
class MyOwnLoss(torch.nn.Module):
    """Knows no ignore index and has no name."""

    def forward(self, logits, target):
        return logits.sigmoid().mean()


def test_a_loss_without_a_name():
    logits, target = labels()
    terms = LevelLosses('part', dict(type='MyOwnLoss'))(logits, target, 255)
    assert set(terms) == {'loss_part_my_own'}
    gradient, = torch.autograd.grad(terms['loss_part_my_own'], logits)
    assert not gradient[:, :, 0].any() and gradient[:, :, 1:].all()


def test_ignored_pixels_in_a_head_of_mmseg():
    """Beside a PartMaskLoss; PartSegmentor sees to it, for auxiliary heads too."""
    head = dict(type='FCNHead', in_channels=8, channels=8, num_convs=1, num_classes=4)
    model = MODELS.build(dict(
        type='PartSegmentor', taxonomy=["cat's head", "cat's tail", "cat's leg", "cat's eye"],
        backbone=dict(type='ResNetV1c', depth=18, base_channels=8, stem_channels=8),
        decode_head=dict(head, loss_decode=[
            dict(type='PartMaskLoss', background_weight=None), dict(type='DiceLoss'),
            dict(type='OhemCrossEntropy', min_kept=20)]),
        auxiliary_head=dict(head, loss_decode=dict(type='DiceLoss')),
        train_cfg=dict(), test_cfg=dict(mode='whole')))
    for each in (model.decode_head, model.auxiliary_head):
        logits, target = labels(4)
        samples = [SegDataSample(gt_sem_seg=PixelData(data=x[None])) for x in target]
        losses = each.loss_by_feat(logits, samples)
        total = sum(value for name, value in losses.items() if 'loss' in name)
        gradient, = torch.autograd.grad(total, logits)
        assert not gradient[:, :, 0].any() and gradient[:, :, 1:].any()


def test_terms_of_one_name_are_added():
    logits, target = labels()
    loss = dict(type='PartMaskLoss')
    one, two = (LevelLosses('object_part', cfg)(logits, target, 255) for cfg in (loss, [loss, loss]))
    assert set(one) == set(two) == {'loss_object_part', 'loss_object_part_background'}
    assert all(two[name].item() == pytest.approx(2 * one[name].item()) for name in one)


def test_without_a_background_the_last_class_is_one_as_the_others():
    logits, target = labels()
    terms = LevelLosses('object_part', dict(type='PartMaskLoss'))(logits, target, 255, has_background=False)
    assert list(terms) == ['loss_object_part']
    torch.testing.assert_close(terms['loss_object_part'], part_mask_loss(logits, target))
    with pytest.raises(ValueError, match='unlabelled_as_background=True needs a background channel'):
        LevelLosses('object_part', dict(type='PartMaskLoss', unlabelled_as_background=True))(
            logits, target, 255, has_background=False)


def test_levels_of_the_head():
    """Every level of PartCLIPSegHead takes losses of mmseg, alone or in a list."""
    dice, ce = dict(type='DiceLoss', loss_weight=0.5), dict(type='CrossEntropyLoss', use_sigmoid=True)
    head = MODELS.build(head_config(loss_object_part=[dict(type='PartMaskLoss'), dice], loss_part=ce,
                                    loss_object=[ce, dice])).train()
    sample = SegDataSample(gt_sem_seg=PixelData(data=labels(4, 32)[1][:1]))
    losses = head.loss(features(1), [sample])
    assert set(losses) == {
        'loss_object_part', 'loss_object_part_background', 'loss_object_part_dice', 'loss_part_ce',
        'loss_object_ce', 'loss_object_dice', 'loss_separation', 'loss_enhance'}
    sum(losses.values()).backward()
    assert head.mask_branch[0].weight.grad.abs().sum() > 0


@pytest.mark.parametrize('channels, background_weight', [(4, 0.05), (3, None)])
def test_in_a_head_of_mmseg(channels, background_weight):
    """Beside mmseg's losses, with background last, or without."""
    torch.manual_seed(0)
    head = MODELS.build(dict(
        type='FCNHead', in_channels=8, channels=8, num_convs=1, num_classes=channels, loss_decode=[
            dict(type='PartMaskLoss', background_weight=background_weight, loss_weight=2.),
            dict(type='CrossEntropyLoss'), dict(type='DiceLoss')]))
    logits, target = labels(channels)
    samples = [SegDataSample(gt_sem_seg=PixelData(data=each[None])) for each in target]
    losses = head.loss_by_feat(logits, samples)
    assert set(losses) == {'loss_part_mask', 'loss_ce', 'loss_dice', 'acc_seg'}
    torch.testing.assert_close(losses['loss_part_mask'],
                               2 * part_mask_loss(logits, target, background_weight))


def test_pixel_weights_of_a_sampler():
    """Hand-worked: BCE of logit 0 is log 2 in each of two channels, on two of three pixels."""
    loss = MODELS.build(dict(type='PartMaskLoss', background_weight=None))
    target = torch.tensor([[[0, 1, 1, 255]]])
    weight = torch.tensor([[[1., 0., 0.5, 1.]]])
    value = loss(torch.zeros(1, 2, 1, 4), target, weight=weight, ignore_index=255)
    assert value.item() == pytest.approx(0.6931472 * 1.5 / 3)
