"""Vocabularies, lists of objects and groups of parts as keyboards, clipboards and habits make them."""
import pytest

from mmpartseg import PartTaxonomy
from mmpartseg.apis.parts_of_objects import parts_of_objects
from mmpartseg.apis.regrouping import grouped_names, read_groups
from mmpartseg.apis.suggestions import hints
from mmpartseg.apis.vocabulary import parse_vocabulary, read_vocabulary

EXPECTED = ("cat's head", "cat's long tail", "dog's head")


@pytest.mark.parametrize('typed', [
    '"cat: head", "cat: long tail", "dog: head"', "'cat: head, long tail'; 'dog: head'",
    'cat: "head, long tail"; dog: head',
    '\u201ccat\u201d: \u201chead\u201d, \u201clong tail\u201d; dog: head',
    'cat\uff1ahead\uff0clong tail\uff1bdog\uff1ahead', 'cat: head\u3001long tail\u3002dog: head\u3002',
    'cat: [head, long tail]; dog: [head]', '{cat: [head, long tail], dog: head}',
    '(cat: head, long tail; dog: head)', 'cat:\n  - head\n  - long tail\ndog:\n  - head',
    '- cat: head, long tail\n- dog: head', '* cat: head\n* cat: long tail\n* dog: head',
    '1. cat: head, long tail\n2. dog: head', 'cat: head... long tail \u2026 dog: head, \u2026',
    "cat: cat's head, cat's long tail; dog: head",
    '[{"object": "cat", "parts": ["head", "long tail"]}, {"parts": "head", "object": "dog"}]',
    '[{"name": "cat", "parts": ["head", "long tail"]}, {"class": "dog", "parts": ["head"]}]',
    '[["cat", ["head", "long tail"]], ["dog", ["head"]]]', '[["cat", "head, long tail"], ["dog", "head"]]',
    '[["cat", "head"], ["cat", "long tail"], ["dog", "head"]]',
    "[('cat', 'head'), ('cat', 'long tail'), ('dog', 'head')]",
    '[["cat", ["head", "long tail"]], ["dog", "head"]]',
    '[["cat\'s head", "cat\'s long tail"], ["dog\'s head"]]', 'cat: head, long tail\\ndog: head',
    'cat\u00b4s head, cat`s long tail, dog\u2018s head'])
def test_what_habits_put_around_names(typed):
    found = parse_vocabulary(typed).object_parts
    assert sorted(found) == sorted(EXPECTED), found


def test_records_in_files(tmp_path):
    (tmp_path / 'words.json').write_text('[{"object": "cat", "parts": ["head", "long tail"]}, "dog\'s head"]')
    assert read_vocabulary(tmp_path / 'words.json').object_parts == EXPECTED


@pytest.mark.parametrize('typed, line', [
    ('cat -> head, ear; dog => nose', 'cat: head, ear; dog: nose'),
    ('cat: head; dog = nose', 'cat: head; dog: nose'), ('cat \u2192 head', 'cat: head'),
    ('cat/head, cat/ear', 'cat: head, cat: ear'), ('cat: head/ear', 'cat: head, ear'),
    ('cat: head; dog (nose, ear)', 'cat: head; dog: nose, ear'),
    ('cat: head; dog - nose', 'cat: head; dog: nose'),
    ('cat: head\tdog: long tail', 'cat: head; dog: long tail'), ('cat: head: tip', 'cat: head, tip'),
    ('cat.head, cat.ear', 'cat: head, cat: ear'), ('cat_head', 'cat: head'),
    ('cat.head.ear', 'cat: head, ear'), ('cat::head', 'cat: head'),
    ('cat: head\\', 'cat: head'), ('cat: {head: 1}', 'cat: head, 1')])
def test_refused_with_the_line_that_may_be_meant(typed, line):
    with pytest.raises(ValueError, match='the vocabulary is') as error:
        parse_vocabulary(typed)
    assert str(error.value).endswith(f'; did you mean {line!r}?')
    parse_vocabulary(line)


@pytest.mark.parametrize('typed, name', [
    ('Pascal_Part_116', 'pascal_part_116'), ('pascal-part-116', 'pascal_part_116'),
    ('"Part ImageNet"', 'part_imagenet'), ('PASCAL-Part-116: seen', 'pascal_part_116:seen')])
def test_shipped_names_as_people_write_them(typed, name):
    assert parse_vocabulary(typed).object_parts == PartTaxonomy.named(name).object_parts


def test_signs_that_belong_to_names():
    assert parse_vocabulary('cat: head (left); go-kart: wheel 1').object_parts == (
        "cat's head (left)", "go-kart's wheel 1")


def test_anything_is_no_object():
    assert parse_vocabulary('wheel; anything: handle').object_parts == (
        "anything's wheel", "anything's handle")
    with pytest.raises(ValueError, match=r"\['wheel'\]; list every part once: 'wheel, handle'"):
        parse_vocabulary('wheel; anything: handle, Wheel')


def test_two_names_without_anything_between():
    hint = "'tail dog' is taken for an object; for two names type 'tail; dog: …'"
    assert hint in hints(parse_vocabulary('cat: head, tail dog: ear'))
    assert hints(parse_vocabulary('dining table: leg')) == []


@pytest.mark.parametrize('typed', [
    'cat; bus', 'cat | bus', 'cat\nbus', '"cat, bus"', "'cat', 'bus'", '["cat", "bus"]', 'cat. bus.',
    'cat, Bus, bus, CAT', 'cat\uff0cbus'])
def test_objects_as_people_type_them(typed):
    taxonomy, sources = parts_of_objects(typed)
    assert [obj.lower() for obj in sources] == ['cat', 'bus']
    assert len(taxonomy) == len({name.lower() for name in taxonomy.object_parts})


def test_names_in_lists_within_lists_have_no_parts():
    assert list(parts_of_objects('[["cat", "bus"], ["dog", "car"]]')[1]) == ['cat', 'bus', 'dog', 'car']


def test_objects_with_parts_or_unknown_ones():
    with pytest.raises(ValueError, match="names alone are expected here, and 'cat' has parts"):
        parts_of_objects('cat: head')
    with pytest.raises(ValueError, match=r"has parts of \['quokka', 'teapott'\]; .* --parts \"quokka: …\""):
        parts_of_objects('quokka, cat, teapott')


NAMES = ["cat's head", "cat's eye", "dog's head", "dog's eye", 'handle']


@pytest.mark.parametrize('groups, expected', [
    ('face = head; face = eye', "cat's face, cat's face, dog's face, dog's face, handle"),
    ('"face = head | eye"', "cat's face, cat's face, dog's face, dog's face, handle"),
    ('face = "head", eye\nFace = handle', "cat's face, cat's face, dog's face, dog's face, face"),
    ('HEAD = eye', "cat's head, cat's head, dog's head, dog's head, handle"),
    ('cat: face = head, eye', "cat's face, cat's face, dog's head, dog's eye, handle"),
    ("Cat's face = head, cat's eye", "cat's face, cat's face, dog's head, dog's eye, handle"),
    ('face = cat: head, eye, dog: head', "cat's face, cat's face, dog's face, dog's eye, handle"),
    ('cat: face = head; dog: muzzle = head', "cat's face, cat's eye, dog's muzzle, dog's eye, handle")])
def test_groups_as_people_type_them(groups, expected):
    assert grouped_names(NAMES, read_groups(groups)) == expected.split(', ')


@pytest.mark.parametrize('groups, message', [
    ('a = head = eye', "'a = head = eye' is no group"), ('a == head', 'is no group'),
    ('cat: face = dog: head', "group 'cat: face' is of one object, and 'dog: head' of another"),
    ('x = head; cat: y = head', "cat's head is in more than one group"),
    ('x = bus: head', 'no part is called'), ('...', 'is no group'),
    ('x = head, Head', "repeated .*; list every part once: 'head'")])
def test_groups_that_cannot_be(groups, message):
    with pytest.raises(ValueError, match=message):
        grouped_names(NAMES, read_groups(groups))


@pytest.mark.parametrize('typed, line', [
    ("{'cat': ['head'", 'cat: head'), ('{"cat": ["head", "ear"]', 'cat: head, ear'),
    ('{"cat": "head"; "dog": "tail"}', 'cat: head; dog: tail')])
def test_damaged_json_is_refused_with_the_line_that_may_be_meant(typed, line):
    with pytest.raises(ValueError, match='begins like JSON') as error:
        parse_vocabulary(typed)
    assert str(error.value).endswith(f'; did you mean {line!r}?')


def test_names_of_files_are_no_parts():
    with pytest.raises(ValueError, match=r"part_sketches', 'pascal_part_116'\]$"):
        parse_vocabulary('words.csv')


def test_capital_s_behind_an_apostrophe():
    assert read_vocabulary(["CAT'S HEAD"]).object_parts == parse_vocabulary("CAT'S HEAD").object_parts == (
        "CAT's HEAD", )
