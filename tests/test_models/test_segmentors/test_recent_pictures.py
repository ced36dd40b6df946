"""A picture goes through the image tower once, in however many vocabularies and settings it is predicted."""
import copy

import pytest
import torch
from mmengine.config import ConfigDict
from mmengine.structures import PixelData
from mmseg.registry import MODELS
from mmseg.structures import SegDataSample

from mmpartseg.models.segmentors.recent_pictures import RecentPictures
from tests.tiny import ALL, SEEN, fused_step, segmentor
from tests.tiny_cost import VARIANTS, cost_segmentor

COWS = ["cow's head", "cow's leg", "cat's tail"]


class Calls(list):
    """Pictures that went through a model's backbone, and names through its text tower."""

    def __init__(self, model):
        super().__init__()
        self.names = []
        model.backbone.register_forward_hook(lambda module, args, output: self.append(len(args[0])))
        encoder = model.decode_head.text_encoder
        encode = encoder._encode
        encoder._encode = lambda names: self.names.extend(names) or encode(names)


def build(name):
    return cost_segmentor(name) if name in VARIANTS else segmentor(type=name)


def predicted(model, image, **fields):
    sample = SegDataSample(metainfo=dict(ori_shape=(20, 25)))
    sample.set_data({name: PixelData(data=labels) for name, labels in fields.items()})
    with torch.no_grad():
        return model.predict(image, [sample])[0]


def images(seed=0, size=(32, 32), count=1):
    return torch.rand(count, 3, *size, generator=torch.Generator().manual_seed(seed))


@pytest.mark.parametrize('name', ['PartCLIPSegHead', 'CLIPSegHead', *VARIANTS])
def test_several_vocabularies_on_one_picture(name):
    model, fresh = build(name), build(name)
    calls, image = Calls(model), images()
    for vocabulary in (ALL, COWS, SEEN):
        model.set_taxonomy(vocabulary)
        found = predicted(model, image.clone()).pred_sem_seg.data
        fresh.set_taxonomy(vocabulary)
        fresh.recent_pictures.clear()
        assert torch.equal(found, predicted(fresh, image).pred_sem_seg.data)
    predicted(model.in_vocabulary(COWS[:1]), image)
    assert calls == [1]


@pytest.mark.parametrize('name, last', [
    ('PartCLIPSegHead', ['dog']), ('CLIPSegHead', ['dog leg']), ('catseg', ["dog's leg"]),
    ('cvpr24', ["dog's leg"]), ('partcatseg', ['dog', "dog's leg"])])
def test_only_new_prompts_are_encoded(name, last):
    model, image = build(name), images()
    calls, seen = Calls(model), set()
    for vocabulary in (SEEN, COWS, SEEN, ["cow's wheel", "cow's leg"], ["dog's leg"]):
        model.set_taxonomy(vocabulary)
        prompts = set(model.decode_head.prompts(model.taxonomy))
        calls.names.clear()
        predicted(model, image)
        assert sorted(calls.names) == sorted(prompts - seen)
        seen |= prompts
    assert sorted(calls.names) == last


def test_every_setting_from_one_pass():
    model = segmentor()
    calls, objects = Calls(model), torch.arange(25).remainder(4).expand(1, 20, 25)
    found = predicted(model, images(), gt_object_seg=objects, pred_object_seg=objects)
    assert {'pred_sem_seg', 'pred_oracle_sem_seg', 'pred_obj_sem_seg'} <= set(found.all_keys())
    assert calls == [1]


def test_windows_are_seen_once_each():
    model = segmentor()
    model.test_cfg = ConfigDict(mode='slide', crop_size=(16, 32), stride=(16, 32))
    calls = Calls(model)
    predicted(model, images())
    predicted(model.in_vocabulary(COWS), images())
    assert calls == [1, 1]


def test_views_of_test_time_augmentation():
    """Each is seen once in two vocabularies. A mirrored picture is another one: positions have embeddings."""
    model = segmentor()
    calls, tta = Calls(model), MODELS.build(dict(type='PartTTAModel', module=model))
    image = (images()[0] * 255).byte()
    for vocabulary in (ALL, COWS):
        model.set_taxonomy(vocabulary)
        with torch.no_grad():
            tta.test_step(dict(inputs=[[image], [image.flip(2)]], data_samples=[
                [SegDataSample(metainfo=dict(ori_shape=(20, 25), flip=flip, flip_direction='horizontal'))]
                for flip in (False, True)]))
    assert calls == [1, 1]
    with torch.no_grad():
        straight, mirrored = (model.extract_feat(x)[0][0] for x in (images(), images().flip(3)))
    assert not torch.allclose(mirrored.flip(3), straight, atol=0.01)


def weights_at_another_place(model):
    """Of a layer that is not the first."""
    weight = model.backbone.visual.transformer.resblocks[1].mlp.c_fc.weight
    weight.data = weight.data * 2
    predicted(model, images())


@pytest.mark.parametrize('change', [
    weights_at_another_place,
    lambda model: [fused_step(model.backbone), predicted(model, images())],
    lambda model: [model.backbone.visual.positional_embedding.data.mul_(2), predicted(model, images())],
    lambda model: predicted(model, images(1)),
    lambda model: predicted(model, images(size=(32, 40))),
    lambda model: predicted(model, images(count=2)[:1].add(1e-6)),
    lambda model: predicted(model, images().double().float().flip(3)),
    lambda model: [model.backbone.visual.conv1.weight.data.copy_(torch.ones(1)), model.eval(),
                   predicted(model, images())],
    lambda model: [torch.nn.init.zeros_(model.backbone.visual.proj if model.backbone.visual.proj is not None
                                        else model.backbone.visual.conv1.weight), predicted(model, images())],
    lambda model: model.extract_feat(images())])
def test_what_is_not_the_same_is_seen_anew(change):
    model = segmentor()
    calls = Calls(model)
    predicted(model, images())
    with torch.no_grad():
        change(model)
    assert calls == [1, 1]


@torch.inference_mode()
def test_a_model_of_inference_mode():
    """Whose tensors count no changes."""
    model = segmentor()
    calls = Calls(model)
    for factor in (1, 1, 2):
        model.backbone.visual.conv1.weight.mul_(factor)
        predicted(model, images())
    assert calls == [1, 1]


def test_another_precision():
    model = segmentor()
    calls = Calls(model)
    for _ in range(2):
        predicted(model, images())
        with torch.autocast('cpu', torch.bfloat16):
            predicted(model, images())
    assert calls == [1, 1]


def test_a_picture_changed_in_place():
    model, image = segmentor(), images()
    before = predicted(model, image).pred_sem_seg.data
    image.copy_(images(5))
    fresh = segmentor()
    assert torch.equal(predicted(model, image).pred_sem_seg.data, predicted(fresh, image).pred_sem_seg.data)
    assert before.shape == (1, 20, 25)


def test_gradients_are_never_cut():
    model, image = segmentor(), images().requires_grad_()
    predicted(model, image.detach())
    model.backbone.frozen = False
    model.encode_decode(image, None).sum().backward()
    assert image.grad.abs().max() > 0


def test_memory_is_bounded():
    """The oldest goes first; what is too large alone is not kept."""
    kept, looked = RecentPictures(kept_bytes=3 * 2 * 4 * 10), []

    def look(inputs):
        looked.append(float(inputs[0]))
        return [inputs + 1, (inputs,)][:1]
    for value in (1, 2, 3, 1, 4, 1, 2):
        kept.features(torch.full((10, ), float(value)), [], look)
    assert looked == [1, 2, 3, 4, 1, 2]
    kept.features(torch.zeros(100), [], look)
    kept.features(torch.zeros(100), [], look)
    assert looked[-2:] == [0, 0]


def test_a_copy_has_seen_nothing():
    model = segmentor()
    predicted(model, images())
    calls = Calls(other := copy.deepcopy(model))
    predicted(other, images())
    assert calls == [1]
