"""Label maps from the classes of present objects alone: those of the full computation, at every pixel."""
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from mmengine.config import ConfigDict
from mmengine.structures import PixelData
from mmseg.registry import MODELS
from mmseg.structures import SegDataSample

from mmpartseg.models.segmentors.decide import decide_known
from mmpartseg.models.segmentors.decision import Decision
from tests.objects_first import WHOLE, drawn_model, model_fixture, plain  # noqa: F401
from tests.tiny import SEEN, segmentor

FIELDS = ('pred_sem_seg', 'pred_oracle_sem_seg', 'pred_obj_sem_seg')
SLIDE = dict(mode='slide', crop_size=(16, 24), stride=(16, 16))
TILES = dict(mode='tiles_and_whole', size=(48, 48), tile=32, stride=16)


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


def assert_as_full(model, inputs, make_samples, precision=None):
    """Label maps and scores of what is found, as from all classes; in a precision of autocast."""
    with torch.no_grad(), torch.autocast('cpu', precision, enabled=precision is not None):
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


@settings(max_examples=80, deadline=None)
@given(names=vocabularies(), seed=st.integers(0, 99), count=st.integers(1, 3), maps=st.integers(0, 3),
       test_cfg=st.sampled_from([WHOLE, SLIDE, TILES]), ties=st.integers(0, 3), scores=st.booleans(),
       padding=st.booleans(), flip=st.booleans(), rule=st.sampled_from(['pixel', 'image']),
       precision=st.sampled_from([None, torch.bfloat16, torch.float16]))
def test_label_maps_are_those_of_the_full_computation(
        names, seed, count, maps, test_cfg, ties, scores, padding, flip, rule, precision):
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
    assert_as_full(model, inputs, samples, precision)


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


def test_scores_of_all_classes_are_decided_whichever_objects_are_present(monkeypatch):
    """So that the other tests compare with something that no choice of classes had a part in."""
    model = drawn_model(3)
    with torch.no_grad():
        scores = model.inference(torch.randn(2, 3, 32, 32), [{}, {}])
    monkeypatch.setattr(Decision, 'objects_present', None)
    one, other = model.postprocess(scores, [sample((20, 25), 3, torch.Generator()) for _ in range(2)])
    assert 'pred_oracle_sem_seg' in one and 'pred_obj_sem_seg' in other


@pytest.mark.parametrize('dtype', [torch.float32, torch.bfloat16, torch.float16])
def test_scores_held_in_low_precision_decide_alike(dtype):
    """Of a small picture; how many rows are upsampled together follows from the number of classes."""
    names = [f"thing {o}'s part {p}" for o in range(50) for p in range(4)]
    generator = torch.Generator().manual_seed(0)
    scores = torch.randn(len(names) + 1 + 51, 22, 22, generator=generator).to(dtype)
    objects = torch.randint(3, (400, 75), generator=generator)
    of = torch.arange(50).repeat_interleave(4)
    few = of < 3
    whole = decide_known(scores[:200], (400, 75), of, objects, 2**20)
    chosen = decide_known(scores[:200][few], (400, 75), of[few], objects, 2**20,
                          torch.cat([few.nonzero()[:, 0], torch.tensor([200])]))
    assert torch.equal(whole, chosen)


@pytest.mark.parametrize('precision', [torch.bfloat16, torch.float16])
def test_mixed_precision_decides_alike(precision):
    """From scores that are in it."""
    model = drawn_model(5)
    with torch.no_grad(), torch.autocast('cpu', precision):
        scores = model.inference(torch.randn(1, 3, 32, 32), [{}])
    assert scores.dtype == precision
    assert_as_full(model, torch.randn(2, 3, 32, 32), lambda: [
        sample((20, 25), 3, torch.Generator().manual_seed(i)) for i in range(2)], precision)


def test_vocabulary_of_the_training(model):
    assert_as_full(model.in_vocabulary(SEEN), torch.randn(1, 3, 32, 32), plain)
