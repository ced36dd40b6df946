"""PartTaxonomy: parsing, index maps, and the published counts of the shipped vocabularies."""
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mmpartseg import taxonomy
from mmpartseg.taxonomy import PartTaxonomy, load_metainfo, split_name

NAMES = ["dog's head", "cat's head", "cat's tail", "bus's license plate"]

# classes, objects, parts of the whole vocabulary, then of its seen classes
PUBLISHED = {
    'pascal_part_116': ((116, 16, 42), (74, 11, 41)),
    'ade20k_part_234': ((234, 44, 85), (176, 33, 83)),
    'part_imagenet': ((147, 40, 13), (92, 25, 13)),
    'part_imagenet_ood': ((482, 128, 13), (410, 109, 13)),
}
OBJECT_CLASSES = {'pascal_part_116': 20, 'ade20k_part_234': 44, 'part_imagenet': 40,
                  'part_imagenet_ood': 128}
WORD = st.text(st.characters(codec='utf-8', exclude_characters="'"), min_size=1).filter(str.strip)


def counts(taxonomy):
    return len(taxonomy), len(taxonomy.objects), len(taxonomy.parts)


def test_worked_example():
    taxonomy = PartTaxonomy(NAMES, unseen_objects=['dog'])
    assert taxonomy.object_parts == tuple(NAMES)
    assert taxonomy.objects == ('bus', 'cat', 'dog')
    assert taxonomy.parts == ('head', 'license plate', 'tail')
    assert taxonomy.object_of == (2, 1, 1, 0)
    assert taxonomy.part_of == (0, 0, 2, 1)
    assert taxonomy.is_seen == (False, True, True, True)
    assert taxonomy.seen().object_parts == tuple(NAMES[1:])
    assert taxonomy.seen().objects == ('bus', 'cat')
    assert taxonomy.seen().object_of == (1, 1, 0)
    assert taxonomy.seen().unseen_objects == ()


def test_the_first_apostrophe_splits():
    assert split_name("dog's owner's hand") == ('dog', "owner's hand")
    assert split_name("bus's side") == ('bus', 'side')


@given(obj=WORD, part=WORD)
def test_any_two_names_come_apart_again(obj, part):
    assert split_name(f"{obj}'s {part}") == (obj, part)


@given(st.lists(st.tuples(WORD, WORD), min_size=1, max_size=8, unique=True), st.data())
def test_index_maps_give_the_names_back(pairs, data):
    unseen = data.draw(st.sets(st.sampled_from([obj for obj, _ in pairs])))
    taxonomy = PartTaxonomy([f"{obj}'s {part}" for obj, part in pairs], unseen)
    assert [(taxonomy.objects[o], taxonomy.parts[p])
            for o, p in zip(taxonomy.object_of, taxonomy.part_of)] == pairs
    assert list(taxonomy.objects) == sorted({obj for obj, _ in pairs})
    assert list(taxonomy.parts) == sorted({part for _, part in pairs})
    assert list(taxonomy.is_seen) == [obj not in unseen for obj, _ in pairs]
    if any(taxonomy.is_seen):
        assert taxonomy.seen().object_parts == tuple(
            name for name, (obj, _) in zip(taxonomy.object_parts, pairs) if obj not in unseen)


@given(st.text())
def test_any_text_parses_or_raises_value_error(text):
    try:
        obj, part = split_name(text)
    except ValueError as error:
        assert repr(text) in str(error)
    else:
        assert f"{obj}'s {part}" == text
        assert obj.strip() and part.strip()


@pytest.mark.parametrize(('names', 'unseen', 'message'), [
    (['cat head'], (), "'cat head' must read"),
    (["'s head"], (), "\"'s head\" must read"),
    (["cat's "], (), "\"cat's \" must read"),
    (["cat's  "], (), 'must read'),
    ([''], (), "'' must read"),
    (["cat's head", 3], (), 'must be a string, got 3'),
    (["cat's head", "dog's head", "cat's head"], (), r"more than once: \[\"cat's head\"\]"),
    (["cat's head"], ['boat'], r"unseen objects \['boat'\] have no class"),
    ([], (), 'at least one class name'),
    ("cat's head", (), 'lists of names, got a string'),
    (["cat's head"], 'cat', 'lists of names, got a string'),
])
def test_bad_names(names, unseen, message):
    with pytest.raises(ValueError, match=message):
        PartTaxonomy(names, unseen)


def test_no_seen_class_left():
    with pytest.raises(ValueError, match='at least one class name'):
        PartTaxonomy(["cat's head"], ['cat']).seen()


@pytest.mark.parametrize('name', PUBLISHED)
def test_published_counts(name):
    whole, seen = PUBLISHED[name]
    assert counts(PartTaxonomy.named(name)) == whole
    assert counts(PartTaxonomy.named(name).seen()) == seen
    assert PartTaxonomy.named(f'{name}:seen') == PartTaxonomy.named(name).seen()
    assert len(load_metainfo(name)['object_classes']) == OBJECT_CLASSES[name]


@pytest.mark.parametrize('name', [*PUBLISHED, 'part_shapes', 'part_shapes_synonyms', 'part_sketches'])
def test_shipped_lists_agree(name):
    meta, taxonomy = load_metainfo(name), PartTaxonomy.named(name)
    assert set(taxonomy.objects) <= set(meta['object_classes'])
    assert len(set(meta['object_classes'])) == len(meta['object_classes'])
    assert sum(taxonomy.is_seen) == len(taxonomy.seen())


def test_part_shapes_meets_its_plan():
    """At least 12 objects, 4 of them unseen, and 8 part names shared by several objects."""
    taxonomy = PartTaxonomy.named('part_shapes')
    owners = {part: {taxonomy.object_of[k] for k, p in enumerate(taxonomy.part_of) if p == part}
              for part in range(len(taxonomy.parts))}
    assert len(taxonomy.objects) >= 12
    assert len(taxonomy.unseen_objects) >= 4
    assert sum(len(objects) > 1 for objects in owners.values()) >= 8


def test_pascal_objects_without_parts():
    meta = load_metainfo('pascal_part_116')
    objects = PartTaxonomy.named('pascal_part_116').objects
    assert sorted(set(meta['object_classes']) - set(objects)) == [
        'boat', 'chair', 'diningtable', 'sofa']
    assert meta['unseen_objects'] == ['bird', 'car', 'dog', 'motorbike', 'sheep']


@pytest.mark.parametrize('name', ['pascal', 'pascal_part_116/../x', ''])
def test_unknown_vocabulary(name):
    with pytest.raises(KeyError, match='pascal_part_116'):
        PartTaxonomy.named(name)


def test_only_seen_may_follow_a_name():
    with pytest.raises(ValueError, match="'pascal_part_116:unseen'"):
        PartTaxonomy.named('pascal_part_116:unseen')


def test_build_takes_every_form():
    expected = PartTaxonomy(NAMES, ['dog'])
    assert PartTaxonomy.build(expected) is expected
    assert PartTaxonomy.build({'object_parts': NAMES, 'unseen_objects': ['dog']}) == expected
    assert PartTaxonomy.build(NAMES) == PartTaxonomy(NAMES)
    assert PartTaxonomy.build('part_shapes:seen') == PartTaxonomy.named('part_shapes').seen()
    assert hash(PartTaxonomy.build(NAMES)) == hash(PartTaxonomy(NAMES))
    assert PartTaxonomy(NAMES) != expected
    assert repr(expected) == 'PartTaxonomy(4 classes, 3 objects (1 unseen), 3 parts)'


@pytest.mark.parametrize('change, message', [
    (lambda text: text.replace("cat's head", "cat's neck"), 'is not as it was shipped: its content has the'),
    (lambda text: text.replace('"sha256"', '"sha257"'), 'is not as it was shipped: .* states None'),
    (lambda text: text[:-9], 'is damaged'),
    (lambda text: '[' * 10**5, 'is damaged')])
def test_shipped_lists_that_were_changed(change, message, tmp_path, monkeypatch):
    """Also where what they say is still valid."""
    text = (taxonomy.METAINFO_DIR / 'part_shapes.json').read_text()
    (tmp_path / 'part_shapes.json').write_text(change(text))
    monkeypatch.setattr(taxonomy, 'METAINFO_DIR', tmp_path)
    with pytest.raises(ValueError, match=f'part_shapes.json {message}'):
        load_metainfo('part_shapes')


def test_long_lists_are_cut_in_messages():
    assert taxonomy.few(['a', 'b']) == "['a', 'b']"
    assert taxonomy.few(range(20)) == '[0, 1, 2, 3, 4, … 20 in all]'
