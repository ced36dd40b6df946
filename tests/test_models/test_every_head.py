"""What holds for every head of one stage that is conditioned on text, whatever its family."""
import copy

import pytest
import torch
from mmengine.config import ConfigDict
from mmengine.structures import PixelData
from mmseg.registry import MODELS
from mmseg.structures import SegDataSample

from mmpartseg.models.decode_heads.open_vocab_head import OpenVocabHead
from mmpartseg.models.decode_heads.region_text_head import RegionTextHead
from tests.every_head import SIZE, build, images, name_fixture, predicted, sample  # noqa: F401
from tests.tiny import ALL, SEEN
from tests.tiny_cost import VARIANTS

DOGS = ["dog's head", "dog's leg"]


def test_every_registered_head_is_tested():
    MODELS.import_from_location()
    heads = {cls.__name__ for cls in MODELS.module_dict.values()
             if isinstance(cls, type) and issubclass(cls, OpenVocabHead)
             and not issubclass(cls, RegionTextHead)  # two stages, tested on their own
             and cls.__module__.startswith('mmpartseg.models.')}
    tested = {build(name).decode_head.__class__.__name__ for name in (
        'PartCLIPSegHead', 'CLIPSegHead', *VARIANTS)}
    assert heads == tested


def test_every_trainable_parameter_gets_a_gradient(name):
    model = build(name).train()
    losses = model.loss(images(), [sample(SEEN, 0), sample(SEEN, 1)])
    sum(losses.values()).backward()
    assert all(torch.isfinite(value) for value in losses.values())
    for parameter_name, parameter in model.named_parameters():
        assert (parameter.grad is not None) == parameter.requires_grad, parameter_name


def test_frozen_stays_frozen(name):
    model = build(name).train()
    for module in (model.decode_head.text_encoder, getattr(model.backbone, 'clip', model.backbone)):
        if not any(p.requires_grad for p in module.parameters()):
            assert not any(child.training for child in module.children())


def test_vocabulary_changed_between_calls(name):
    model = build(name)
    first = predicted(model)
    model.set_taxonomy(DOGS)
    scores, pred_all, oracle = predicted(model)
    assert pred_all.max() <= len(DOGS) and oracle.max() <= len(DOGS)
    fresh = build(name, test=DOGS)
    torch.testing.assert_close(scores, predicted(fresh)[0])
    model.set_taxonomy(ALL)
    for before, after in zip(first, predicted(model)):
        assert torch.equal(before, after)


@pytest.mark.parametrize('size', [(32, 32), (40, 24), (33, 47)])
def test_image_sizes(name, size):
    scores, pred_all, _ = predicted(build(name), images(1, size))
    assert torch.isfinite(scores).all() and pred_all.shape == (1, 1, *SIZE)


@pytest.mark.parametrize('field', ['gt_object_seg', 'pred_object_seg'])
def test_objects_of_another_size_than_the_image(name, field):
    model, test = build(name), SegDataSample(metainfo=dict(ori_shape=SIZE, img_path='cat.png'))
    test.set_field(PixelData(data=torch.zeros(1, 32, 32, dtype=torch.long)), field)
    with pytest.raises(ValueError, match=f"{field} of 'cat.png' is 32x32, the image 20x25 .* at the size"):
        model.predict(images(1), [test])


def test_one_class(name):
    model = build(name, train=DOGS[:1], test=DOGS[:1])
    assert predicted(model)[1].max() <= 1
    losses = model.train().loss(images(), [sample(DOGS[:1])] * 2)
    assert all(torch.isfinite(value) for value in losses.values())


def test_images_of_a_batch_do_not_see_each_other(name):
    model = build(name)
    together = predicted(model)[0]
    alone = torch.cat([predicted(model, image[None])[0] for image in images()])
    torch.testing.assert_close(together, alone, atol=1e-4, rtol=1e-4)


def test_joint_training_is_the_weighted_sum(name):
    joint, batch = build(name, train=dict(joint=[SEEN, DOGS])).train(), [sample(SEEN), sample(DOGS, 1)]
    losses = joint.loss(images(), batch)
    alone = []
    for image, each, names in zip(images(), batch, (SEEN, DOGS)):
        model = build(name, train=names).train()
        model.load_state_dict(joint.state_dict())
        alone.append(model.loss(image[None], [each]))
    for term, value in losses.items():
        torch.testing.assert_close(value, sum(x[term] for x in alone) / 2, atol=1e-6, rtol=1e-4)


def test_no_image_of_a_vocabulary(name, monkeypatch):
    """One of several processes decodes for it all the same: a mean over all of them waits for it."""
    monkeypatch.setattr('mmpartseg.models.decode_heads.open_vocab_head.decoded_groups', lambda groups: groups)
    batch = [sample(SEEN), sample(SEEN, 1)]
    joint, alone = (build(name, train=train).train() for train in (dict(joint=[SEEN, DOGS]), SEEN))
    alone.load_state_dict(joint.state_dict())
    losses, expected = (model.loss(images(), batch) for model in (joint, alone))
    for term, value in losses.items():
        torch.testing.assert_close(value, expected[term], msg=term)
    for terms in (losses, expected):
        sum(terms.values()).backward()
    own = dict(alone.named_parameters())
    for parameter_name, parameter in joint.named_parameters():
        torch.testing.assert_close(parameter.grad, own[parameter_name].grad, msg=parameter_name)


def test_a_saved_model_is_the_same_model(name, tmp_path):
    model = build(name)
    torch.save(model.state_dict(), tmp_path / 'weights.pth')
    torch.manual_seed(7)  # another random background, if it were not saved
    other = copy.deepcopy(model)
    for tensor in other.state_dict().values():
        if tensor.is_floating_point():
            tensor.normal_()
    other.load_state_dict(torch.load(tmp_path / 'weights.pth', weights_only=True))
    for before, after in zip(predicted(model), predicted(other)):
        assert torch.equal(before, after)


def test_bfloat16(name):
    model, inputs = build(name).train(), images()
    batch = [sample(SEEN, 0), sample(SEEN, 1)]
    expected = sum(model.loss(inputs, batch).values())
    with torch.autocast('cpu', torch.bfloat16):
        losses = model.loss(inputs, batch)
    total = sum(losses.values())
    assert all(value.dtype == torch.float32 for value in losses.values())
    torch.testing.assert_close(total, expected, rtol=0.05, atol=0)
    total.backward()
    for parameter_name, parameter in model.named_parameters():
        assert parameter.grad is None or torch.isfinite(parameter.grad).all(), parameter_name
    model.eval()
    exact = predicted(model)[0]
    with torch.autocast('cpu', torch.bfloat16):
        rough = predicted(model)[0]
    assert (rough.float() - exact).abs().mean() <= 0.05 * exact.abs().max()


def test_float16_prediction(name):
    model = build(name)
    exact = predicted(model)[0]
    with torch.autocast('cpu', torch.float16):
        rough = predicted(model)[0]
    assert not torch.equal(rough.float(), exact)
    assert (rough.float() - exact).abs().max() <= 0.01 * exact.abs().max()


def test_sliding_windows(name):
    """Scores are averaged where two windows overlap, and those of one window where they do not."""
    model, image = build(name), images(1, (32, 48))
    with torch.no_grad():
        model.test_cfg = ConfigDict(mode='slide', crop_size=(32, 32), stride=(32, 16))
        left, right = (model.encode_decode(image[..., start:start + 32], [{}]) for start in (0, 16))
        joined = model.inference(image, [{}])
        sample, = model.predict(image, [SegDataSample(metainfo=dict(ori_shape=(32, 48)))])
    expected = torch.cat([left[..., :16], (left[..., 16:] + right[..., :16]) / 2, right[..., 16:]], -1)
    torch.testing.assert_close(joined, expected)
    assert not torch.equal(left[..., 16:], right[..., :16])
    assert sample.pred_sem_seg.data.shape == (1, 32, 48)


def test_one_view_of_tta_is_the_model(name):
    model = build(name)
    tta = MODELS.build(dict(type='PartTTAModel', module=model))
    image = (images(1)[0] * 255).byte()
    def fresh():
        return SegDataSample(metainfo=dict(ori_shape=SIZE, img_shape=(32, 32), flip=False,
                                           flip_direction=None))
    with torch.no_grad():
        alone, = model.test_step(dict(inputs=[image], data_samples=[fresh()]))
        view, = tta.test_step(dict(inputs=[[image]], data_samples=[[fresh()]]))
    assert torch.equal(alone.pred_sem_seg.data, view.pred_sem_seg.data)
