"""Losses of this package beside mmseg's, in heads of either."""
import pytest
import torch
from mmengine.structures import PixelData
from mmseg.registry import MODELS
from mmseg.structures import SegDataSample

from mmpartseg.models.losses import LevelLosses, part_mask_loss
from tests.tiny import features, head_config

OTHERS = [dict(type='CrossEntropyLoss'), dict(type='CrossEntropyLoss', use_sigmoid=True),
          dict(type='DiceLoss'), dict(type='TverskyLoss'),
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
    torch.testing.assert_close(terms[name], alone(logits, target, ignore_index=255))
    torch.testing.assert_close(terms['loss_object'], part_mask_loss(logits, target, 0.05))
    assert torch.autograd.grad(sum(terms.values()), logits)[0].isfinite().all()


def test_terms_of_one_name_are_added():
    logits, target = labels()
    loss = dict(type='PartMaskLoss')
    one, two = (LevelLosses('object_part', cfg)(logits, target, 255) for cfg in (loss, [loss, loss]))
    assert set(one) == set(two) == {'loss_object_part', 'loss_object_part_background'}
    assert all(two[name].item() == pytest.approx(2 * one[name].item()) for name in one)


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
