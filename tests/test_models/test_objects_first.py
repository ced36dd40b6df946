"""Label maps from the classes of present objects alone: those of the full computation, at every pixel."""
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from mmengine.config import ConfigDict
from mmengine.structures import PixelData
from mmseg.registry import MODELS
from mmseg.structures import SegDataSample

from mmpartseg.models.decode_heads.levels import Levels
from tests.tiny import ALL, SEEN, segmentor
from tests.tiny_cost import VARIANTS, cost_segmentor

FIELDS = ('pred_sem_seg', 'pred_oracle_sem_seg', 'pred_obj_sem_seg')
WHOLE = dict(mode='whole')
SLIDE = dict(mode='slide', crop_size=(16, 24), stride=(16, 16))
TILES = dict(mode='tiles_and_whole', size=(48, 48), tile=32, stride=16)


def drawn_model(seed=0, spread=0.5):
    """A model in which several objects and parts win somewhere."""
    model = segmentor(seed)
    for branch in (model.decode_head.mask_branch, model.decode_head.object_part_branch):
        branch[-1].bias.data.zero_()
    for film in (model.decode_head.decoder.film, model.decode_head.object_part_film):
        film.mul.weight.data.normal_(std=spread)
        film.add.weight.data.normal_(std=spread)
    return model


@pytest.fixture(scope='module')
def model():
    return drawn_model()


@st.composite
def vocabularies(draw):
    """Objects of one part and of many, parts of one object and of several."""
    names = draw(st.sets(st.tuples(st.integers(0, 6), st.integers(0, 6)), min_size=1, max_size=18))
    return [f"thing {o}'s part {p}" for o, p in draw(st.permutations(sorted(names)))]


def flat(branch):
    """All masks of a branch are the same: every decision is a tie."""
    branch[-1].weight.data.zero_()


def sample(size, num_objects, generator, settings=3, **meta):
    """A sample with known and predicted objects; some values are no object."""
    made = SegDataSample(metainfo=dict(ori_shape=size, **meta))
    for i, field in enumerate(('gt_object_seg', 'pred_object_seg')):
        if settings >> i & 1:
            allowed = torch.randint(-1, num_objects + 2, (2, ), generator=generator)
            labels = allowed[torch.randint(2, (1, *size), generator=generator)]
            made.set_data({field: PixelData(data=labels)})
    return made


def assert_as_full(model, inputs, make_samples):
    """Label maps and scores of what is found, as from all classes."""
    with torch.no_grad():
        found = model.predict(inputs, make_samples())
        samples = make_samples()
        full = model.postprocess(model.inference(inputs, [x.metainfo for x in samples]), samples)
    for one, other in zip(found, full, strict=True):
        assert one.all_keys() == other.all_keys()
        for field in FIELDS:
            assert field not in one or torch.equal(one.get(field).data, other.get(field).data), field
        if 'part_scores' in one:
            torch.testing.assert_close(one.part_scores, other.part_scores, equal_nan=True)
    return found


@settings(max_examples=40, deadline=None)
@given(names=vocabularies(), seed=st.integers(0, 99), count=st.integers(1, 3), maps=st.integers(0, 3),
       test_cfg=st.sampled_from([WHOLE, SLIDE, TILES]), ties=st.integers(0, 3), scores=st.booleans(),
       padding=st.booleans(), flip=st.booleans(), rule=st.sampled_from(['pixel', 'image']))
def test_label_maps_are_those_of_the_full_computation(
        names, seed, count, maps, test_cfg, ties, scores, padding, flip, rule):
    model = drawn_model(seed).in_vocabulary(names)
    model.test_cfg = ConfigDict(test_cfg, return_part_scores=scores, oracle_objects=rule)
    for i, branch in enumerate((model.decode_head.mask_branch, model.decode_head.object_part_branch)):
        if ties >> i & 1:
            flat(branch)
    inputs = torch.randn(count, 3, 32, 40, generator=torch.Generator().manual_seed(seed))
    meta = dict(flip=flip, flip_direction='horizontal')
    if padding:
        meta.update(img_padding_size=[0, 8, 0, 8], pad_shape=(32, 40))

    def samples():
        generator = torch.Generator().manual_seed(seed)
        return [sample((20 + i, 25), len(model.taxonomy.objects), generator, maps, **meta)
                for i in range(count)]
    assert_as_full(model, inputs, samples)


@pytest.mark.parametrize('head', ['PartCLIPSegHead', 'CLIPSegHead'])
def test_views_of_test_time_augmentation(head):
    """Their mean decides which objects there are, then which of their classes."""
    model = drawn_model(3) if head == 'PartCLIPSegHead' else segmentor(3, type=head)
    tta = MODELS.build(dict(type='PartTTAModel', module=model))
    generator = torch.Generator().manual_seed(0)
    image = torch.randint(0, 256, (3, 32, 32), generator=generator, dtype=torch.uint8)
    views = [[image], [image.flip(2)]]

    def samples():
        drawn = torch.Generator().manual_seed(1)
        return [[sample((20, 25), 3, drawn, flip=flip, flip_direction='horizontal')]
                for flip in (False, True)]
    with torch.no_grad():
        found, = tta.test_step(dict(inputs=views, data_samples=samples()))
        model.test_cfg = ConfigDict(WHOLE, return_logits=True)
        full, = tta.test_step(dict(inputs=views, data_samples=samples()))
    for field in FIELDS:
        assert torch.equal(found.get(field).data, full.get(field).data), field
    assert 'seg_logits' in full and 'seg_logits' not in found


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


def plain(count=1, size=(20, 25)):
    return [SegDataSample(metainfo=dict(ori_shape=size)) for _ in range(count)]


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


@pytest.mark.parametrize('options', [dict(return_logits=True), dict()])
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


def test_mixed_precision_decides_alike():
    model = drawn_model(5)
    with torch.autocast('cpu', torch.bfloat16):
        assert_as_full(model, torch.randn(2, 3, 32, 32), lambda: [
            sample((20, 25), 3, torch.Generator().manual_seed(i)) for i in range(2)])


def test_vocabulary_of_the_training(model):
    assert_as_full(model.in_vocabulary(SEEN), torch.randn(1, 3, 32, 32), plain)
