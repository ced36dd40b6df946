"""Every way to write a vocabulary, and every way to get it wrong."""
import json

import pytest

from mmpartseg import PartTaxonomy
from mmpartseg.apis.suggestions import hints, near_misses
from mmpartseg.apis.vocabulary import parse_vocabulary, read_vocabulary, shipped_names

EXPECTED = ("cat's head", "cat's long tail", "dog's head")


@pytest.mark.parametrize('parts', [
    'cat: head, long tail; dog: head',
    ' cat :head,long   tail;dog:head ; ',
    'cat: head, long tail\ndog: head  # the good boy\n',
    "cat's head, cat's long tail; dog: head",
    'cat\u2019s head; cat\u2019s long tail; dog: head',
    {'cat': ['head', 'long tail'], 'dog': 'head'},
    ["cat's head", "cat's long tail", "dog's head"],
    [{'cat': ['head', 'long tail']}, {'dog': ['head']}],
    ['cat: head, long tail', 'dog: head'],
    {'object_parts': EXPECTED},
    PartTaxonomy(EXPECTED),
])
def test_forms(parts):
    assert read_vocabulary(parts).object_parts == EXPECTED


@pytest.mark.parametrize('typed', [
    '"cat: head, long tail; dog: head"', "'cat: head, long tail; dog: head'",
    '\u201ccat: head, long tail; dog: head\u201d', "'cat's head; cat: long tail; dog: head'",
    '"cat": "head", "long tail"; "dog": "head"',
    '{"cat": ["head", "long tail"], "dog": ["head"]}', "{'cat': ['head', 'long tail'], 'dog': 'head'}",
    '{"cat": ["head", "long tail",], "dog": "head",}', '["cat\'s head", "cat\'s long tail", "dog\'s head"]',
    '[{"cat": ["head", "long tail"]}, {"dog": ["head"]}]', '{"cat": "head, long tail", "dog": "head"}',
    '{"cat": ["head"], "cat": ["long tail"], "dog": ["head"]}',
    'cat: head, long tail, ; dog: head,;', 'cat: head,, long tail; dog: head',
    ', cat: head, long tail, dog: head', 'cat: head; long tail; dog: head',
    'cat: head; CAT: long tail; dog: head', 'cat: head; dog: head; cat: long tail',
    'cat: head | long tail | dog: head', 'cat: head, long tail | dog: head',
    'cat: head. long tail. dog: head.',
    'cat:\nhead\nlong tail\n\ndog: head\n',
    'cat: head, long tail; dog\u2019s head',
])
def test_as_people_type_it(typed):
    found = parse_vocabulary(typed).object_parts
    assert sorted(found) == sorted(EXPECTED), found


def test_parts_without_an_object():
    assert read_vocabulary('handle, steering wheel; cat: head').object_parts == (
        "anything's handle", "anything's steering wheel", "cat's head")


def test_what_a_dot_and_an_apostrophe_mean():
    assert parse_vocabulary("st.bernard: no.1 paw").object_parts == ("st.bernard's no.1 paw", )
    assert parse_vocabulary("car: driver's seat; truck's door").object_parts == (
        "car's driver's seat", "truck's door")


@pytest.mark.parametrize('name, text', [
    ('v.yaml', 'cat: [head, long tail]\ndog: [head]\n'),
    ('v.yml', 'cat: head, long tail\ndog: head\n'),
    ('list.yaml', '- cat: head, long tail\n- dog\'s head\n'),
    ('v.json', json.dumps({'cat': ['head', 'long tail'], 'dog': ['head']})),
    ('list.json', json.dumps(EXPECTED)),
    ('v.txt', '# animals\n\ncat: head, long tail\ndog\'s head\n'),
    ('bom.txt', '\ufeffcat: head, long tail\r\ndog: head\r\n'),
    ('no_ending', 'cat: head, long tail; dog: head'),
])
def test_files(tmp_path, name, text):
    path = tmp_path / name
    path.write_text(text, encoding='utf-8', newline='')
    assert read_vocabulary(str(path)).object_parts == EXPECTED
    assert read_vocabulary(path).object_parts == EXPECTED


def test_shipped():
    assert set(shipped_names()) >= {'pascal_part_116', 'ade20k_part_234', 'part_imagenet'}
    assert len(read_vocabulary('pascal_part_116')) == 116
    assert len(read_vocabulary('pascal_part_116:seen')) == 74


@pytest.mark.parametrize('parts, message', [
    ('', r"vocabulary is ''; write 'cat: head, tail; dog: head'"),
    ([], r'vocabulary is \[\]; write'),
    ({}, r'vocabulary is \[\]; write'),
    (3, r'vocabulary is 3; write'),
    ('pascal_part', r"vocabulary is 'pascal_part'; .*'pascal_part_116'"),
    ('cat:', r"object 'cat' has no part: .* as in 'cat: head, tail'"),
    (': head', r"empty name in ': head': every object needs a name, as in 'cat: head'"),
    ('{"": ["head"]}', "empty name: every object needs a name, as in 'cat: head'"),
    ('{"cat": "head", "dog": 3}', r"object 'dog' has no list of part names, but 3; expected"),
    ('{"cat": ["head"', r'begins like JSON and cannot be read: .*; expected {"cat": \["head", "tail"\]}'),
    ('[1]', 'names must be text, got 1; put it in quotes'),
    ('[' * 10**5, r'begins like JSON and cannot be read: .*; expected {"cat": \["head", "tail"\]}$'),
    ('{"a":' * 10**4, 'begins like JSON and cannot be read: '),
    ('[' * 500 + ']' * 500, 'lists within lists, more than 20 of them; expected'),
    ("[('cat', ['head'], 1)]", r"object None has no list of part names, but \['cat'\]; expected"),
    ('[1' + '0' * 5000 + ']', r'begins like JSON .*; expected {"cat"'),
    (dict(object_parts=["cat's he\x1b[2Jad"]), r"cat's he\\x1b\[2Jad.* holds characters that"),
    (dict(object_parts=["cat's head", "Cat's Head"]), r"repeated in the vocabulary: \[\"cat's head\"\]"),
    ([['cat']], r"an entry is \['cat'\]; write 'cat: head"), ([7], 'an entry is 7; write'),
    (['x' * 10**5], r"class name 'x{199}… \(100002 characters\) must read"),
    ('a/b, wheel', r"vocabulary is 'a/b, wheel'; write 'cat: head, tail"),
    ('cat=head, ear', r"; did you mean 'cat: head, ear'\?$"),
    ('cat (head, ear); dog [nose]', r"; did you mean 'cat: head, ear; dog: nose'\?$"),
    ('cat - head, ear', r"; did you mean 'cat: head, ear'\?$"),
    ('pascal_part', r"did you mean 'pascal_part_116'\?$"),
    ({'cat': []}, "object 'cat' has no list of part names"),
    ({'cat': None}, "object 'cat' has no list of part names, but None"),
    ({'cat': [True]}, 'names must be text'),
    ('cat: head, Head, ear; dog: tail',
     r"repeated in the vocabulary: \[\"cat's head\"\]; list every part once: 'cat: head, ear; dog: tail'$"),
    ({'cat': ['head'], 'Cat': ['Head']}, r"repeated in the vocabulary: \[\"cat's head\"\]"),
    (["cat's head", "cat's  head"], r"repeated in the vocabulary: \[\"cat's head\"\]"),
    (['cat head'], "must read"),
    ("child's toy: wheel", "object name \"child's toy\" holds"),
])
def test_errors(parts, message):
    with pytest.raises(ValueError, match=message):
        read_vocabulary(parts)


@pytest.mark.parametrize('name, text, message', [
    ('empty.yaml', '', "empty.yaml' is empty"),
    ('comments.txt', '# nothing\n', "comments.txt' is empty"),
    ('twice.yaml', 'cat: [head]\ncat: [tail]\n', r"repeated in the vocabulary: \['cat'\]"),
    ('twice.json', '{"cat": ["head"], "cat": ["tail"]}', r"repeated in the vocabulary: \['cat'\]"),
    ('broken.json', '{', "broken.json' cannot be read"),
    ('broken.yaml', 'cat: [', "broken.yaml' cannot be read"),
    ('binary.txt', None, "binary.txt' cannot be read"),
])
def test_file_errors(tmp_path, name, text, message):
    (tmp_path / name).write_bytes(b'\xff\xfe\x00\x80' if text is None else text.encode())
    with pytest.raises(ValueError, match=message):
        read_vocabulary(tmp_path / name)


def test_typed_text_reads_no_file(tmp_path):
    (tmp_path / 'words.txt').write_text('cat: head\n')
    with pytest.raises(ValueError, match='the vocabulary is') as error:
        parse_vocabulary(str(tmp_path / 'words.txt'))
    assert 'name a file' not in str(error.value)  # nor is one advised
    assert parse_vocabulary(' cat: head, long tail; dog: head ').object_parts == EXPECTED
    assert len(parse_vocabulary('pascal_part_116')) == 116


@pytest.mark.parametrize('typed, expected', [
    ('cat: head; bus: whele', {'whele': 'wheel'}), ('bicyle: wheel', {'bicyle': 'bicycle'}),
    ('bycicle: wheel', {'bycicle': 'bicycle'}),
    ('cat: head, Ear; bus: wheels', {}), ('quokka: snout; teapot: spout', {}),
])
def test_near_misses(typed, expected):
    assert near_misses(parse_vocabulary(typed)) == expected


@pytest.mark.parametrize('typed, words', [
    ('cat: head; dog', ['dog']), ('cat', ['cat']), ('cat: head, ear; dog: nose', []), ('wheel, door', [])])
def test_objects_typed_as_parts(typed, words):
    assert hints(parse_vocabulary(typed)) == [
        f"'{word}' is taken for a part; if it is an object, its parts go behind a colon: '{word}: …'"
        for word in words]


def test_missing_file(tmp_path):
    with pytest.raises(FileNotFoundError, match=r"no vocabulary file '.*words.yaml'"):
        read_vocabulary(str(tmp_path / 'words.yaml'))


@pytest.mark.parametrize('typed, hint', [
    ('cat head', "'cat head' is taken for a part; for the head of a cat type 'cat: head'"),
    ('cat: tail; Bus wheel', "'Bus wheel' is taken for a part; for the wheel of a bus type 'bus: wheel'"),
    ('cats head', "'cats head' is taken for a part; for the head of a cat type 'cat: head'"),
    ('cat-ear', "'cat-ear' is taken for a part; for the ear of a cat type 'cat: ear'"),
    ('head of a cat', "'head of a cat' is taken for a part; for the head of a cat type 'cat: head'"),
    ('cat: head and ear', "'head and ear' is taken for one part; for several type 'head, ear'"),
    ('cat: head & ear', "'head & ear' is taken for one part; for several type 'head, ear'"),
    ('person: upper arm, license plate', None), ('big head', None)])
def test_an_object_with_its_part_without_a_colon(typed, hint):
    assert hints(parse_vocabulary(typed)) == ([hint] if hint else [])
