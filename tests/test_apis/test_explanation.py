"""The figures of one picture, against the model's own scores and a loop over tokens."""
import numpy as np
import pytest
import torch
import torch.nn.functional as F
from mmengine.config import Config

from mmpartseg.apis import Explanation, PartSegInferencer, read_vocabulary
from mmpartseg.apis.explanation import chosen_classes
from mmpartseg.taxonomy import ANYTHING, shown_name
from mmpartseg.visualization import FIGURE_TITLES

IMAGE = np.random.default_rng(0).integers(0, 256, (48, 80, 3), dtype=np.uint8)
PARTS = 'cat: head, tail; cow: head'  # objects cat, cow; parts head, tail


@pytest.fixture
def inferencer(model_files):
    return PartSegInferencer(*model_files, parts=PARTS, device='cpu')


@pytest.mark.parametrize('parts', [PARTS, 'head; tail', 'wheel; cat: head, tail', 'wheel'])
def test_maps_are_those_of_the_prediction(inferencer, parts):
    """Parts of whatever object as well."""
    inferencer.set_taxonomy(parts)
    taxonomy = inferencer.taxonomy
    num_objects, num_parts = len(taxonomy.objects), len(taxonomy.parts)
    explanation = Explanation(inferencer, IMAGE)
    inferencer.model.test_cfg.return_logits = True
    sample, = inferencer(IMAGE)
    labels, logits = sample.pred_sem_seg.data[0].numpy(), sample.object_logits.data
    np.testing.assert_array_equal(explanation.label_map, labels)
    np.testing.assert_array_equal(explanation.object_map, logits.argmax(0))
    owner = np.array([*taxonomy.object_of, num_objects])  # of the classes, and of background
    np.testing.assert_array_equal(owner[labels], explanation.object_map)
    parts = F.interpolate(explanation.levels.part_maps(), (48, 80), mode='bilinear')[0].argmax(0).numpy()
    np.testing.assert_array_equal(explanation.part_map,
                                  np.where(explanation.object_map == num_objects, num_parts, parts))
    assert explanation.found() == [shown_name(taxonomy.object_parts[i]) for i in np.unique(labels)
                                   if i < len(taxonomy)]


def test_after_a_prediction_the_picture_is_not_looked_at_again(inferencer):
    calls = []
    inferencer.model.backbone.register_forward_hook(lambda *args: calls.append(1))
    inferencer(IMAGE)
    Explanation(inferencer, IMAGE)
    assert calls == [1]


def test_known_objects(inferencer):
    mask = np.zeros((48, 80), int)
    mask[:, 40:] = 2  # cow
    explanation = Explanation(inferencer, IMAGE, mask=mask)
    np.testing.assert_array_equal(explanation.object_map, np.where(mask == 2, 1, 2))
    np.testing.assert_array_equal(explanation.label_map, np.where(mask == 2, 2, 3))
    sample, = inferencer(IMAGE, object='cat')
    np.testing.assert_array_equal(Explanation(inferencer, IMAGE, 'cat').label_map,
                                  sample.pred_oracle_sem_seg.data[0])


def attention_by_loop(inferencer, explanation, part, obj, weights):
    """Eq. 6 token by token: rows of the part's and the object's attention, weighted."""
    head, levels = inferencer.model.decode_head, explanation.levels
    total = torch.zeros(levels.grid[0] * levels.grid[1])
    for condition in (part, 2 + obj):
        attention = head.decoder.attention(levels.attention_input[:, condition])[0]
        for token, weight in enumerate(weights.flatten()):
            total += weight * attention[1 + token, 1:]  # without CLS
    return (total / weights.sum()).view(levels.grid)


@torch.no_grad()
@pytest.mark.parametrize('name, part, obj', [("cat's tail", 1, 0), ("cow's head", 0, 1)])
def test_attention_is_eq_6(inferencer, name, part, obj):
    explanation = Explanation(inferencer, IMAGE)
    cls = inferencer.taxonomy.object_parts.index(name)
    explanation.label_map = np.full((48, 80), 3)
    explanation.label_map[:18, 30:] = cls  # 1.5 of the 4 rows of tokens; half a column and two
    weights = torch.zeros(4, 4)
    weights[0, 1:] = torch.tensor([0.5, 1, 1])
    weights[1] = weights[0] / 2
    expected = attention_by_loop(inferencer, explanation, part, obj, weights)
    expected = (expected - expected.min()) / (expected.max() - expected.min())
    found = explanation.attention(name)
    assert found.shape == (4, 4) and found.dtype == np.float32
    padded = F.pad(expected[None, None], [1] * 4, mode='reflect')[0, 0]
    kernel = np.exp(-np.array([1, 0, 1]) / (2 * 0.5**2))
    kernel = np.outer(kernel, kernel) / kernel.sum()**2
    for i in range(4):
        for j in range(4):
            assert found[i, j] == pytest.approx((padded[i:i + 3, j:j + 3].numpy() * kernel).sum(), abs=1e-4)


@torch.no_grad()
def test_attention_of_a_part_of_whatever_object_is_the_parts(inferencer):
    """Nothing that is predicted depends on the decoder under the word "anything"."""
    inferencer.set_taxonomy('wheel; cat: head')
    explanation = Explanation(inferencer, IMAGE)
    before = [explanation.attention(name) for name in ('wheel', "cat's head")]
    objects, number = explanation.levels._object_input, explanation.taxonomy.objects.index
    objects[:, number(ANYTHING)] = objects[:, number(ANYTHING)].flip(1)  # other tokens
    assert np.array_equal(explanation.attention('wheel'), before[0])
    objects[:, number('cat')] = objects[:, number('cat')].flip(1)
    assert not np.allclose(explanation.attention("cat's head"), before[1])


@torch.no_grad()
def test_attention_of_a_part_that_is_not_found(inferencer):
    explanation = Explanation(inferencer, IMAGE)
    explanation.label_map[:] = 3
    assert not explanation.is_found("cat's head") and explanation.found() == []
    scores = F.adaptive_avg_pool2d(explanation.levels.class_maps()[:, 0], (4, 4))[0]
    weights = explanation._token_weights(0)
    assert weights.sum() == 1 and weights.argmax() == scores.argmax()
    assert np.isfinite(explanation.attention("cat's head")).all()


def test_padding_is_cut_off(model_files):
    cfg = Config.fromfile(model_files[0])
    cfg.test_dataloader.dataset.pipeline[1] = dict(type='ResizePartSeg', scale=(32, 16))
    cfg.model.data_preprocessor.test_cfg = dict(size_divisor=32)
    inferencer = PartSegInferencer(cfg, model_files[1], parts=PARTS)
    explanation = Explanation(inferencer, IMAGE)
    sample, = inferencer(IMAGE)
    np.testing.assert_array_equal(explanation.label_map, sample.pred_sem_seg.data[0])
    explanation.label_map[:] = 0
    assert explanation._token_weights(0).tolist() == [[1] * 4] * 2 + [[0] * 4] * 2
    assert explanation.attention("cat's head").shape == (2, 4)


def test_pictures(inferencer):
    explanation = Explanation(inferencer, IMAGE, side=40)
    assert explanation.picture.shape == (24, 40, 3)
    drawn = explanation.panels()
    assert len(drawn) == len(FIGURE_TITLES)
    heat = explanation.heat_map("cow's head")
    assert heat.shape == drawn[0].shape == (360, 600, 3)
    assert np.abs(heat.astype(int) - drawn[0]).max() > 50


def test_chosen_classes():
    taxonomy = read_vocabulary(PARTS)
    assert chosen_classes(taxonomy, ['head', "cat's head", 'cat: tail']) == [
        "cat's head", "cow's head", "cat's tail"]
    with pytest.raises(ValueError, match=r"""not in the vocabulary: \["dog's head"\]; it has"""):
        chosen_classes(taxonomy, ["dog's head"])
    with pytest.raises(ValueError, match=r"not in the vocabulary: \['wheel'\]; it has"):
        chosen_classes(taxonomy, ['wheel'])


def test_heads_without_generalized_parts(model_files):
    cfg = Config.fromfile(model_files[0])
    cfg.model.decode_head.type = 'CLIPSegHead'
    with pytest.raises(ValueError, match='CLIPSegHead scores neither objects nor generalized parts'):
        Explanation(PartSegInferencer(cfg), IMAGE)
