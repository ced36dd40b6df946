"""Captions and phrases of PartShapes say what is in the scene, and never where an unseen part is."""
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
from mmpartseg.taxonomy import load_metainfo, split_name

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


def test_files_hold_no_part_of_unseen_objects(drawn):
    """What pre-training reads: pictures, captions, whole things, and parts of seen objects alone."""
    assert sorted(path.name for path in drawn.iterdir()) == [
        'drawn.json', 'images', 'instances', 'parts', 'scenes.jsonl']
    lines = [json.loads(line) for line in (drawn / 'scenes.jsonl').read_text().splitlines()]
    vocabulary = load_vocabulary()
    of_unseen = [k for name, k in vocabulary.class_index.items()
                 if split_name(name)[0] in vocabulary.unseen]
    parts = {split_name(name)[1] for name in vocabulary.class_index}
    hidden = 0
    for index, line in enumerate(lines):
        scene = render_scene(0, 'pretrain', index, 48)
        instances, part_map = (cv2.imread(str(drawn / name / line['file']), cv2.IMREAD_UNCHANGED)
                               for name in ('instances', 'parts'))
        np.testing.assert_array_equal(instances, scene.instances)
        assert instances.ndim == 2 and set(np.unique(instances)) <= {*range(len(line['things'])), 255}
        assert not set(np.unique(part_map)) & set(of_unseen)
        unseen = np.isin(instances, [i for i, thing in enumerate(line['things'])
                                     if thing['kind'] in vocabulary.unseen])
        assert (part_map[unseen] == 255).all()
        np.testing.assert_array_equal(part_map[~unseen], scene.parts[~unseen])
        hidden += (scene.parts[unseen] != 255).sum()
        for phrase in line['phrases']:
            assert phrase['kind'] is not None or phrase['ground'] is not None
            words = set(phrase['text'].replace("'s", '').split()) - set(' '.join(NAMES).split())
            assert bool(words & parts) == (phrase['part'] is not None), phrase
            assert phrase['part'] is None or phrase['kind'] not in vocabulary.unseen
    assert hidden > 1000
    assert any(phrase['part'] for line in lines for phrase in line['phrases'])


def test_same_seed_same_bytes(drawn, tmp_path):
    draw.main(
        ['--out', str(tmp_path / 'again'), '--number', '60', '--size', '48', '--workers', '2'])
    for path in drawn.rglob('*'):
        if path.is_file():
            assert path.read_bytes() == (tmp_path / 'again' / path.relative_to(drawn)).read_bytes()


def test_masks_of_phrases(drawn):
    """A mask is all of the things meant, or a part of them, or the ground that they leave free."""
    from mmseg.registry import DATASETS

    from mmpartseg.pretraining.phrases import phrase_masks
    dataset = DATASETS.build(dict(
        type='ScenesWithWords', data_root=str(drawn),
        pipeline=[dict(type='LoadPartImage'), dict(type='PackWords', masks=True)]))
    samples = [dataset[i]['data_samples'] for i in range(20)]
    asked = [Phrase(**words) for words in samples[3].phrases]
    asked += [Phrase('red things', color='red'), Phrase('leg', part='leg'), Phrase('head', part='head'),
              Phrase("cat's head", kind='cat', part='head')]
    masks, known = phrase_masks(samples, asked, (48, 48))
    classes, unseen = list(load_vocabulary().class_index), load_vocabulary().unseen
    for sample, row, row_known in zip(samples, masks, known):
        instances, parts = sample.gt_instance.data[0].tolist(), sample.gt_part.data[0].tolist()
        things = [Thing(**thing) for thing in sample.things]
        above, below, horizon = sample.background
        for phrase, mask, sure in zip(asked, row, row_known):
            expected, expected_known = np.zeros((48, 48), bool), np.ones((48, 48), bool)
            for y in range(48):
                for x in range(48):
                    k, part = instances[y][x], parts[y][x]
                    if k == 255:
                        here = above if (y + 0.5) / 48 < horizon else below
                        expected[y, x] = phrase.ground == here
                        continue
                    thing = things[k]
                    expected[y, x] = phrase.means(thing) and (
                        phrase.part is None
                        or (part != 255 and split_name(classes[part])[1] == phrase.part))
                    expected_known[y, x] = not (
                        phrase.part and phrase.means(thing) and thing.kind in unseen)
            np.testing.assert_array_equal(mask, expected)
            np.testing.assert_array_equal(sure, expected_known)
    assert masks.any((0, 2, 3)).sum() >= len(asked) - 2 and not known.all()


def test_loss_of_phrases():
    """Phrases that point at something weigh as much as those that do not; which of several, by softmax."""
    from mmpartseg.pretraining.phrase_losses import share, which
    values = torch.tensor([[1., 2.], [4., 9.]])
    chosen = torch.tensor([[True, False], [True, False]])
    assert share(values, chosen) == 2.5 and share(values, ~chosen) == 5.5
    assert share(values, torch.zeros_like(chosen)) == 0
    logits = torch.tensor([1., 3., 0.]).view(1, 3, 1, 1).expand(1, 3, 1, 2)
    masks = torch.tensor([[False, False], [True, False], [False, False]]).view(1, 3, 1, 2)
    torch.testing.assert_close(which(logits, masks), torch.logsumexp(logits[0, :, 0, 0], 0) - 3)
    assert which(logits, torch.zeros_like(masks)) == 0


def test_vocabulary_of_synonyms():
    """The same classes in the same order, every object by another of its words."""
    meta, other = load_metainfo('part_shapes'), load_metainfo('part_shapes_synonyms')
    word = {name: KINDS[name].synonyms[0] for name in meta['object_classes']}
    assert other['object_classes'] == list(word.values())
    assert other['unseen_objects'] == [word[name] for name in meta['unseen_objects']]
    pairs = map(split_name, meta['object_part_classes'])
    assert other['object_part_classes'] == [f"{word[obj]}'s {part}" for obj, part in pairs]
    assert not set(word.values()) & set(meta['object_classes'])
