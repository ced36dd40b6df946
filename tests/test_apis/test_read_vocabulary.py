"""Every way to write a vocabulary, and every way to get it wrong."""
import json

import pytest

from mmpartseg import PartTaxonomy
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
    {'object_parts': EXPECTED},
    PartTaxonomy(EXPECTED),
])
def test_forms(parts):
    assert read_vocabulary(parts).object_parts == EXPECTED


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
    ('cat: head,, tail', "empty name in 'cat:'"),
    ('cat:', "empty name in 'cat:"),
    (': head', 'empty name in'),
    ({'cat': []}, "object 'cat' has no list of part names"),
    ({'cat': None}, "object 'cat' has no list of part names, but None"),
    ({'cat': [True]}, 'names must be text'),
    ('cat: head, Head', r"repeated in the vocabulary: \[\"cat's head\"\]"),
    ('cat: head; Cat: tail', r"repeated in the vocabulary: \['cat'\]"),
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
    with pytest.raises(ValueError, match='the vocabulary is'):
        parse_vocabulary(str(tmp_path / 'words.txt'))
    assert parse_vocabulary(' cat: head, long tail; dog: head ').object_parts == EXPECTED
    assert len(parse_vocabulary('pascal_part_116')) == 116


def test_missing_file(tmp_path):
    with pytest.raises(FileNotFoundError, match=r"no vocabulary file '.*words.yaml'"):
        read_vocabulary(str(tmp_path / 'words.yaml'))
