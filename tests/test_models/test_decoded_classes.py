"""Which classes are decoded when objects are decided first."""
import pytest
import torch
from mmengine.config import ConfigDict
from mmengine.structures import PixelData

from mmpartseg.models.decode_heads.levels import Levels
from mmpartseg.models.segmentors.batch_scores import average
from mmpartseg.models.segmentors.decide import upsampled_rows
from mmpartseg.models.segmentors.windows import Sliding, TilesAndWhole
from tests.objects_first import WHOLE, drawn_model, model_fixture, plain  # noqa: F401
from tests.tiny import ALL, segmentor
from tests.tiny_cost import VARIANTS, cost_segmentor


def counted(model, monkeypatch, inputs, samples):
    """Conditions that go through the decoder, and masks that each branch draws, in one prediction."""
    counts = dict(conditions=0, objects=0, classes=0)

    def count(key, length):
        def hook(module, args, output):
            counts[key] += length(args, output)
        return hook
    head = model.decode_head
    hooks = [head.decoder.register_forward_hook(count('conditions', lambda args, _: len(args[1]))),
             head.mask_branch[0].register_forward_hook(count('objects', lambda _, x: len(x))),
             head.object_part_branch[0].register_forward_hook(count('classes', lambda _, x: len(x)))]
    with torch.no_grad():
        model.predict(inputs, samples)
    for hook in hooks:
        hook.remove()
    return counts


def winning(model, monkeypatch, *by_image):
    """Let objects win in stripes of each image, by name; None is the background."""
    number = {name: i for i, name in enumerate((*model.taxonomy.objects, None))}

    def object_maps(levels):
        maps = Levels_object_maps(levels).fill_(-5)
        for scores, names in zip(maps, by_image):
            for stripe, name in zip(scores.chunk(len(names), dim=2), names):
                stripe[number[name]] = 5
        return maps
    Levels_object_maps = Levels.object_maps
    monkeypatch.setattr(Levels, 'object_maps', object_maps)


# cat: head, tail; bus: wheel, door; dog: head, tail, paw
@pytest.mark.parametrize('by_image, parts, classes', [
    ([[None]], 0, 0), ([['cat']], 2, 2), ([['cat', None, 'dog']], 3, 5), ([['bus'], ['cat']], 4, 4),
    ([['cat', 'bus', 'dog']], 5, 7)])
def test_no_class_is_decoded_that_cannot_win(model, monkeypatch, by_image, parts, classes):
    """Of a batch, the union."""
    winning(model, monkeypatch, *by_image)
    counts = counted(model, monkeypatch, torch.randn(len(by_image), 3, 32, 32), plain(len(by_image)))
    assert counts == dict(conditions=4 + parts, objects=4 * len(by_image), classes=classes * len(by_image))


def test_known_and_predicted_objects_are_decoded(model, monkeypatch):
    winning(model, monkeypatch, ['cat'])
    number = model.taxonomy.objects.index
    for field, name, classes in (('gt_object_seg', 'bus', 4), ('pred_object_seg', 'dog', 5)):
        samples = plain()
        samples[0].set_data({field: PixelData(data=torch.full((1, 20, 25), number(name)))})
        assert counted(model, monkeypatch, torch.randn(1, 3, 32, 32), samples)['classes'] == classes


@pytest.mark.parametrize('options', [
    dict(return_logits=True), dict(return_logits=True, background_logit=0.25), dict()])
def test_who_asks_for_all_scores_gets_them(model, monkeypatch, options):
    winning(model, monkeypatch, ['cat'])
    model = model.in_vocabulary(ALL)
    model.test_cfg = ConfigDict(WHOLE, **options)
    samples = plain(size=(32, 32))
    image = torch.randn(1, 3, 32, 32)
    counts = counted(model, monkeypatch, image, samples)
    assert counts['classes'] == (8 if options else 2)
    assert ('seg_logits' in samples[0]) == bool(options)
    if options:
        with torch.no_grad():
            scores = model.encode_decode(image, [{}])[0]
        torch.testing.assert_close(samples[0].seg_logits.data, scores[:8])
        if 'background_logit' in options:
            assert (scores[7] == options['background_logit']).all()
        assert len(samples[0].object_logits.data) == 4


def test_a_head_without_object_scores_decodes_all_classes():
    """Every class of CLIPSeg competes at every pixel."""
    model = segmentor(type='CLIPSegHead')
    drawn = []
    model.decode_head.mask_branch[0].register_forward_hook(lambda *args: drawn.append(len(args[2])))
    with torch.no_grad():
        model.predict(torch.randn(1, 3, 32, 32), plain())
    assert sum(drawn) == len(ALL) + 1


@pytest.mark.parametrize('variant', list(VARIANTS))
def test_classes_of_the_cost_family_see_each_other(variant):
    """Without one class the scores of another are not the same, so that none can be left out exactly."""
    model, image = cost_segmentor(variant), torch.rand(1, 3, 32, 32)
    assert not model.has_object_scores
    with torch.no_grad():
        every, fewer = (model.in_vocabulary(names).encode_decode(image, [{}]) for names in (ALL, ALL[:3]))
    assert (every[:, :3] - fewer[:, :3]).abs().max() > 1e-4


@pytest.mark.parametrize('mixed', [False, True])
def test_conditions_do_not_see_each_other(mixed):
    """Bit by bit, whichever others are decoded: so that no tie falls otherwise."""
    head = drawn_model().in_vocabulary([f"thing {i % 9}'s part {i % 7}" for i in range(63)]).decode_head
    features = [[torch.randn(1, 32, 4, 4), torch.randn(1, 32)] for _ in range(2)]
    with torch.no_grad(), torch.autocast('cpu', torch.bfloat16, enabled=mixed):
        full = head.decode(features, head.test_index)
        for classes in ([3, 20], [0, 1, 2, 30, 62], list(range(0, 63, 2))):
            levels = head.levels(features)
            assert torch.equal(levels.class_maps(torch.tensor(classes)), full.object_part[:, classes])
            assert torch.equal(levels.object_maps(), full.object)


JOINED = dict(
    windows=lambda views: Sliding((16, 24), (8, 16)).joined(views[:9], (32, 41))[0],
    tiles=lambda views: TilesAndWhole((48, 48), 32, 16).joined(views[:5], None)[0],
    views=lambda views: average([view[0, :, :rows] for view, rows in zip(views, (5, 8, 8, 3, 7, 8, 2))]),
    rows=lambda views: upsampled_rows(views[0][0], (30, 41), slice(3, 29)))


@pytest.mark.parametrize('dtype', [torch.float32, torch.float64, torch.bfloat16, torch.float16])
@pytest.mark.parametrize('name', list(JOINED))
def test_scores_are_joined_each_for_itself(name, dtype):
    """As above: in which place a class is among others, and how many there are, changes no bit."""
    generator = torch.Generator().manual_seed(0)
    views = [torch.randn(1, 40, 8, 11, generator=generator).to(dtype) for _ in range(9)]
    full = JOINED[name](views)
    for classes in ([5], [0, 20, 39], list(range(0, 40, 3))):
        assert torch.equal(JOINED[name]([view[:, classes] for view in views]), full[classes])
