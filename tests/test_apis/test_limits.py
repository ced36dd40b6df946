"""A page that many share: no request takes it down, and what is too much gets an answer."""
import gc
import json
import os
import resource
import time
from itertools import count, islice

import numpy as np
import open_clip
import pytest
import torch
import yaml
from mmseg.registry import MODELS
from PIL import Image

from mmpartseg.apis import PartSegInferencer, limits, read_vocabulary
from mmpartseg.apis.known_words import unseen_classes, unseen_words
from mmpartseg.apis.limits import visitors_picture, visitors_vocabulary
from mmpartseg.apis.vocabulary import parse_vocabulary
from mmpartseg.models.text_encoders import kept_text, tokenizing
from mmpartseg.models.text_encoders.tokenizing import Tokenizer
from mmpartseg.taxonomy import PartTaxonomy
from mmpartseg.visualization import part_palette
from tests.runs import in_child
from tests.tiny import TINY_CLIP
from tests.tiny_model import write_model

NAMES, MEGABYTES, SECONDS = 20_000, 200, 1
FORMS = {
    'an object each': lambda i: (f'thing{i}', ['part']),
    'a part each': lambda i: ('thing', [f'part{i}']),
    'both': lambda i: (f'thing{i}', [f'part{i}'])}


def written(form, kind, folder):
    """20,000 names as text, or in a file."""
    content = {}
    for obj, parts in map(FORMS[form], range(NAMES)):
        content.setdefault(obj, []).extend(parts)
    if kind == 'text':
        return '; '.join(f"{obj}: {', '.join(parts)}" for obj, parts in content.items())
    path = folder / f'words.{kind}'
    path.write_text(json.dumps(content) if kind == 'json' else yaml.dump(content, Dumper=yaml.CSafeDumper))
    return str(path)


@pytest.mark.parametrize('kind', ['text', 'json', 'yaml'])
@pytest.mark.parametrize('form', FORMS)
def test_nothing_grows_with_the_square_of_the_names(form, kind, tmp_path):
    source = written(form, kind, tmp_path)

    def parsed():
        before, spent = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss, []
        for _ in range(3):  # the fastest: caches shared with other processes cost time too
            start = time.process_time()
            taxonomy = (parse_vocabulary if kind == 'text' else read_vocabulary)(source)
            spent.append(time.process_time() - start)
        assert len(part_palette(taxonomy)) == len(taxonomy) == NAMES
        unseen_words(taxonomy, taxonomy), unseen_classes(taxonomy, taxonomy), taxonomy.union(taxonomy)
        assert PartTaxonomy(taxonomy.object_parts, taxonomy.objects[:9000]).unseen_objects
        grown = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024
        assert min(spent) < SECONDS and grown < MEGABYTES, (spent, grown)
    assert in_child(parsed) == [0]


def test_a_request_that_is_too_large():
    with pytest.raises(ValueError, match='the vocabulary has 150000 characters; up to 20000 are taken here'):
        visitors_vocabulary('a' * 150_000)
    with pytest.raises(ValueError, match='the vocabulary has 501 parts; up to 500 are taken here'):
        visitors_vocabulary('cat: ' + ', '.join(f'p{i}' for i in range(501)))
    assert len(visitors_vocabulary('cat: ' + ', '.join(f'p{i}' for i in range(500)))) == 500


def test_a_picture_that_is_too_large(tmp_path, monkeypatch):
    path = tmp_path / 'photo\x1b[2J.png'
    Image.fromarray(np.zeros((40, 50), np.uint8)).save(path)
    assert visitors_picture(str(path)).shape == (40, 50, 3)
    monkeypatch.setattr(limits, 'MOST_PIXELS', 1999)
    with pytest.raises(ValueError, match=r'50x40 \(2000 pixels\) exceeds limit of 1999'):
        visitors_picture(str(path))
    with pytest.raises(ValueError, match='50x40 pixels exceeds the limit of 1999'):
        visitors_picture(Image.new('RGB', (50, 40)))
    monkeypatch.setattr(limits, 'MOST_BYTES', 2**20)
    os.truncate(path, 2**21)
    with pytest.raises(ValueError, match=r'photo\\x1b\[2J.png has 2.0 MB; up to 1 MB are taken here'):
        visitors_picture(str(path))


@pytest.mark.parametrize('text, message', [
    ('a: &a [b, c]\nd: *a', 'references .* have no place in a vocabulary'),
    ('a: &a {b: c}\nd:\n  <<: *a', 'expected the name of an object'),
    ('? [a, b]\n: [c]', 'expected the name of an object'),
    ('a: !!set {b}', r'tags \(tag:yaml.org,2002:set\) have no place'),
    ('a: [b]\n---\nc: [d]', 'expected a single document'),
    ('a: !!python/name:os.system b', 'could not determine'),
    ('a: [b]\na: [c]', 'list every object once'), ('a: [yes]', 'names must be text'), ('', 'is empty'),
    ('[' * 100_000, 'cannot be read'), ('{a: ' * 50_000, 'cannot be read')])
def test_yaml_that_is_no_vocabulary(text, message, tmp_path):
    """References to references, for one: a few lines stood for any number of names."""
    (tmp_path / 'words.yaml').write_text(text)
    with pytest.raises(ValueError, match=f'(?s)words.yaml.*{message}'):
        read_vocabulary(tmp_path / 'words.yaml')


def test_messages_are_short():
    for words in ('x' * 10**5, 'cat: ' + 'head, ' * 10**4, 'cat: ' + 'ä' * 10**5 + '\x1b'):
        with pytest.raises(ValueError) as error:
            parse_vocabulary(words)
        assert len(str(error.value)) < 700 and str(error.value).isprintable()


def rss():
    with open('/proc/self/statm') as file:
        return int(file.read().split()[1]) * resource.getpagesize() / 2**20


def letters(number):
    """A word for each number: CLIP's tokenizer takes digits one by one, and would know all of them."""
    return ''.join(chr(ord('a') + digit) for digit in np.unravel_index(number, (26, ) * 6))


def test_a_tokenizer_keeps_few_words(monkeypatch):
    monkeypatch.setattr(tokenizing, 'MOST_WORDS', 100)
    tokenizer = Tokenizer(TINY_CLIP, TINY_CLIP['text_cfg'])
    words = [letters(1_234_567 + 91 * i) for i in range(300)]
    expected = open_clip.SimpleTokenizer()(words)
    for _ in range(2):
        assert torch.equal(tokenizer(words), expected)
    assert len(tokenizer.cache) == 100


def test_a_word_as_long_as_the_request():
    """Twelve seconds, as the time grew with the square of its length."""
    rng = np.random.default_rng(0)
    word = ''.join(chr(each) for each in rng.integers(ord('a'), ord('z') + 1, 19_000))
    encoder = MODELS.build(dict(type='OpenCLIPTextEncoder', arch=TINY_CLIP))
    start = time.process_time()
    with pytest.raises(ValueError, match=r"prompt '\w{199}… \(19002 characters\) is longer than the 77"):
        encoder([word])
    assert time.process_time() - start < 1


MANY = os.environ.get('MMPARTSEG_REQUESTS')  # as measured for docs/running.md
REQUESTS, WORDS = (int(MANY), 60) if MANY else (36, 200)


def new_words():
    """Without end; with as many tokens each, as libraries keep something for each shape (docs/running.md)."""
    encode = open_clip.tokenizer._tokenizer.encode
    return (word for word in map(letters, count()) if MANY or len(encode(word)) == 4)


def test_memory_is_flat(tmp_path, monkeypatch):
    """New words with every request: what is kept of them has an end, which is reached at once here."""
    inferencer = PartSegInferencer(*write_model(tmp_path))
    image = np.zeros((24, 40, 3), np.uint8)
    if not MANY:
        monkeypatch.setattr(kept_text, 'MOST_NAMES', 400)
        monkeypatch.setattr(tokenizing, 'MOST_WORDS', 100)

    def requests():
        words, sizes = list(islice(new_words(), REQUESTS * WORDS)), []
        for i in range(REQUESTS):
            some = words[i * WORDS:(i + 1) * WORDS]
            inferencer.set_taxonomy(visitors_vocabulary(f"cat: {', '.join(some)}"))
            inferencer(image)
            if i % (REQUESTS // 6) == 0:
                gc.collect()
                sizes.append(rss())
        print(f'{REQUESTS} requests:', [round(size, 1) for size in sizes], 'MiB')
        assert sizes[-1] - sizes[2] < (8 if MANY else 4), sizes
        encoder = inferencer.model.decode_head.text_encoder
        kept = len(encoder.kept.rows), len(encoder.kept.vocabularies)
        assert all(0 < found <= most for found, most in zip(kept, (
            kept_text.MOST_NAMES, kept_text.MOST_VOCABULARIES))), kept
    assert in_child(requests) == [0]
