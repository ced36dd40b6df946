"""Captions and phrases of PartShapes say what is in the scene, and point at whole things alone."""
import importlib
import json
import sys
from pathlib import Path
from types import SimpleNamespace

import cv2
import numpy as np
import pytest
import torch

from mmpartseg.datasets.shapes import Thing, load_vocabulary, render_scene
from mmpartseg.datasets.shapes.kind import COLORS, KINDS
from mmpartseg.datasets.shapes.words import Phrase, caption, parts_listed, phrases, plural
from mmpartseg.taxonomy import split_name

sys.path.append(str(Path(__file__).parents[2] / 'tools' / 'pretraining'))
draw = importlib.import_module('draw')
NAMES = {word: kind.name for kind in KINDS.values() for word in (kind.name, *kind.synonyms)}
CAT = Thing('cat', 'red', 'striped', 'small', (0.2, 0.5), ('head', 'leg'))
TABLE = Thing('table', None, None, 'large', (0.7, 0.6), ('top', 'leg'))
SCENE = SimpleNamespace(things=(CAT, TABLE), background=('sky', 'grass', 0.6), style='cartoon')


def draws(function, count=200):
    return [function(np.random.default_rng(i), SCENE) for i in range(count)]


def test_captions_mention_only_what_is_there():
    text = ' '.join(draws(caption))
    allowed = {'cat', 'table'}
    words = {word: name for word, name in NAMES.items() if f' {word} ' in f' {text} '}
    assert set(words.values()) - {'bed', 'ball'} == allowed  # "double bed" and the like hold no other
    assert {color for color in COLORS if f' {color} ' in text} == {'red'}
    for said in ('a small striped red cat', 'with a head and legs', 'table', 'cat', 'left of', 'right of',
                 'on grass before sky', 'a cartoon of', "'s head", 'kitten'):
        assert said in text, said
    assert 'large cat' not in text and ' wing' not in text and 'wheel' not in text


def test_parts_are_named_as_people_do():
    shown = {parts_listed(np.random.default_rng(i), CAT) for i in range(50)}
    assert shown == {'a head', 'legs', 'a head and legs', 'legs and a head'}
    assert [plural(noun) for noun in ('bus', 'fish', 'butterfly', 'monkey', 'goose', 'great white')] == [
        'buses', 'fish', 'butterflies', 'monkeys', 'geese', 'great whites']


def test_numbers_are_counted():
    scene = SimpleNamespace(things=(CAT, CAT), background=SCENE.background, style='cartoon')
    text = ' '.join(caption(np.random.default_rng(i), scene) for i in range(100))
    assert 'two cats' in text and 'three' not in text


def test_phrases_mean_what_they_say():
    found = {phrase for each in draws(phrases) for phrase in each}
    assert Phrase('cat', kind='cat') in found
    assert Phrase('kitten', kind='cat') in found
    assert Phrase('red cat', kind='cat', color='red') in found
    assert Phrase('small cat', kind='cat', size='small') in found
    assert Phrase('cat on the left', kind='cat', side='left') in found
    assert Phrase('grass', ground='grass') in found
    assert not any('None' in phrase.text for phrase in found)
    assert all(phrase.means(CAT) == ('cat' == phrase.kind) for phrase in found)
    other = CAT._replace(color='blue', size=None, place=(0.8, 0.5))
    assert not any(phrase.means(other) for phrase in found
                   if phrase.color or phrase.size or phrase.side)
    assert not Phrase('cat', kind='cat').means(CAT._replace(place=None))


@pytest.fixture(scope='module')
def drawn(tmp_path_factory):
    out = tmp_path_factory.mktemp('words') / 'pretrain'
    options = ['--number', '60', '--size', '48', '--workers', '1']
    draw.main(['--out', str(out), *options])
    return out


def test_files_hold_no_part(drawn):
    """What pre-training reads: pictures, captions, and masks of whole things; no file tells parts."""
    assert sorted(path.name for path in drawn.iterdir()) == [
        'drawn.json', 'images', 'instances', 'scenes.jsonl']
    lines = [json.loads(line) for line in (drawn / 'scenes.jsonl').read_text().splitlines()]
    parts = {split_name(name)[1] for name in load_vocabulary().class_index}
    for index, line in enumerate(lines):
        scene = render_scene(0, 'pretrain', index, 48)
        instances = cv2.imread(str(drawn / 'instances' / line['file']), cv2.IMREAD_UNCHANGED)
        np.testing.assert_array_equal(instances, scene.instances)
        assert instances.ndim == 2 and set(np.unique(instances)) <= {*range(len(line['things'])), 255}
        for phrase in line['phrases']:
            assert phrase['kind'] is not None or phrase['ground'] is not None
            words = set(phrase['text'].split()) - set(' '.join(NAMES).split())
            assert not words & parts, phrase
    assert {thing['kind'] for line in lines for thing in line['things']} & set(load_vocabulary().unseen)


def test_same_seed_same_bytes(drawn, tmp_path):
    draw.main(
        ['--out', str(tmp_path / 'again'), '--number', '60', '--size', '48', '--workers', '2'])
    for path in drawn.rglob('*'):
        if path.is_file():
            assert path.read_bytes() == (tmp_path / 'again' / path.relative_to(drawn)).read_bytes()


def test_masks_of_phrases(drawn):
    """A mask is all of the things meant, or the ground that they leave free."""
    from mmseg.registry import DATASETS

    from mmpartseg.pretraining.phrase_head import phrase_masks
    dataset = DATASETS.build(dict(
        type='ScenesWithWords', data_root=str(drawn),
        pipeline=[dict(type='LoadPartImage'), dict(type='PackWords', masks=True)]))
    samples = [dataset[i]['data_samples'] for i in range(20)]
    asked = [Phrase(**words) for words in samples[3].phrases] + [Phrase('red things', color='red')]
    masks = phrase_masks(samples, asked, (48, 48))
    for sample, row in zip(samples, masks):
        instances = sample.gt_sem_seg.data[0]
        above, below, horizon = sample.background
        for phrase, mask in zip(asked, row):
            expected = torch.zeros(48, 48, dtype=torch.bool)
            for y in range(48):
                for x in range(48):
                    k = int(instances[y, x])
                    if k == 255:
                        here = above if (y + 0.5) / 48 < horizon else below
                        expected[y, x] = phrase.ground == here
                    else:
                        expected[y, x] = phrase.means(Thing(**sample.things[k]))
            assert torch.equal(mask, expected), phrase
    assert masks.any((0, 2, 3)).sum() >= len(asked) - 1
