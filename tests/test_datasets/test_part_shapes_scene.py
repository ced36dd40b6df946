"""PartShapes: what the scenes show."""
from collections import Counter

import numpy as np
import pytest

from mmpartseg.datasets.shapes import load_vocabulary, render_scene
from mmpartseg.datasets.shapes.kind import KINDS
from mmpartseg.datasets.shapes.part import TINTS, tint
from mmpartseg.taxonomy import split_name

OBJECTS, UNSEEN, CLASSES = load_vocabulary()
PAIRS = [split_name(name) for name in CLASSES]
OBJECT_OF = np.array([OBJECTS.index(obj) for obj, _ in PAIRS])


@pytest.fixture(scope='module')
def val_scenes():
    return [render_scene(0, 'val', i, 96) for i in range(200)]


def test_vocabulary_is_a_small_world():
    parts = {obj: {part for o, part in PAIRS if o == obj} for obj in OBJECTS}
    uses = Counter(part for names in parts.values() for part in names)
    with_parts = [obj for obj in OBJECTS if parts[obj]]
    assert len(OBJECTS) >= 30 and len(with_parts) >= 24 and len(UNSEEN) >= 8
    assert len(uses) >= 16 and sum(count >= 3 for count in uses.values()) > len(uses) / 2
    seen_parts = set().union(*(parts[obj] for obj in OBJECTS if obj not in UNSEEN))
    assert all(parts[obj] <= seen_parts for obj in UNSEEN)
    assert len({kind.group for kind in KINDS.values()}) >= 5


def test_no_word_means_two_kinds():
    words = Counter(word for kind in KINDS.values() for word in (kind.name, *kind.synonyms))
    assert max(words.values()) == 1
    assert all(kind.synonyms for kind in KINDS.values())


def test_ids_are_valid_and_the_maps_agree(val_scenes):
    for scene in val_scenes:
        assert scene.image.shape == (96, 96, 3)
        assert {each.dtype for each in scene[:4]} == {np.dtype('uint8')}
        assert set(np.unique(scene.objects)) <= {*range(len(OBJECTS)), 255}
        labelled = scene.parts != 255
        assert scene.parts[labelled].max(initial=0) < len(CLASSES)
        np.testing.assert_array_equal(OBJECT_OF[scene.parts[labelled]], scene.objects[labelled])
        kinds = np.full(256, 255)
        kinds[:len(scene.things)] = [OBJECTS.index(thing.kind) for thing in scene.things]
        np.testing.assert_array_equal(kinds[scene.instances], scene.objects)


def test_every_class_occurs_and_kinds_are_equally_frequent(val_scenes):
    parts = Counter(k for scene in val_scenes for k in np.unique(scene.parts) if k != 255)
    kinds = Counter(thing.kind for scene in val_scenes for thing in scene.things)
    assert not [name for k, name in enumerate(CLASSES) if not parts[k]]
    assert max(kinds.values()) < 4 * min(kinds.values())
    assert parts[CLASSES["horse's saddle"]] <= 0.02 * len(val_scenes)  # the rare one


def test_some_object_pixels_belong_to_no_part(val_scenes):
    assert any(((scene.parts == 255) & (scene.objects != 255)).any() for scene in val_scenes)


def test_eyes_are_tiny(val_scenes):
    for name in ('cat', 'dog'):
        eye, obj = (sum((part_map == index).sum() for part_map in maps) for maps, index in (
            ([scene.parts for scene in val_scenes], CLASSES[f"{name}'s eye"]),
            ([scene.objects for scene in val_scenes], OBJECTS.index(name))))
        assert 0 < eye < 0.02 * obj


def test_unseen_kinds_are_few_in_part_training():
    shown = [{thing.kind for thing in render_scene(0, 'train', i, 48).things} for i in range(100)]
    with_unseen = [kinds for kinds in shown if kinds & set(UNSEEN)]
    assert 3 <= len(with_unseen) < 10
    assert any(kinds <= set(UNSEEN) for kinds in with_unseen)


def test_what_is_said_of_things_is_so(val_scenes):
    classes = list(CLASSES)
    for scene in val_scenes[:50]:
        for position, thing in enumerate(scene.things):
            own = scene.instances == position
            assert (thing.place is None) == (not own.any())
            if own.any():
                rows, columns = np.nonzero(own)
                assert abs(thing.place[0] * 96 - columns.mean() - 0.5) < 1e-9
                visible = {split_name(classes[k])[1] for k in np.unique(scene.parts[own]) if k != 255}
                assert visible == set(thing.parts)


def test_the_sets_are_disjoint():
    """Part training, tuning, test and pre-training share no picture."""
    pictures = [render_scene(seed, split, i, 32).image.tobytes() for seed in (0, 1)
                for split in ('train', 'val', 'test', 'pretrain') for i in range(20)]
    assert len(set(pictures)) == len(pictures)


def test_label_boundary_agrees_with_the_image():
    """The picture changes most where the labels change, not a pixel or two beside it."""
    shifts = range(-3, 4)
    steps = np.zeros((2, len(shifts)))
    for index in range(30):
        scene = render_scene(1, 'val', index, 96)
        image, objects = scene.image, scene.objects
        for axis in (0, 1):
            step = np.abs(np.diff(image.astype(float), axis=axis)).mean(2)
            change = np.diff(objects.astype(int), axis=axis) != 0
            steps[axis] += [step[np.roll(change, shift, axis)].mean() for shift in shifts]
    assert [shifts[i] for i in steps.argmax(1)] == [0, 0], steps


def test_kinds_of_parts_lean_towards_a_colour_of_their_own():
    assert tint((100, 200, 0), 'leg', strength=0.25) == (93, 165, 16)
    assert tint((100, 200, 0), 'torso') == (100, 200, 0)
    assert set(TINTS) <= {part for _, part in PAIRS}
