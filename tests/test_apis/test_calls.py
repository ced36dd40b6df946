"""A call has a vocabulary of its own, whatever threads do beside it; pictures in every form."""
import json
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
import torch
from PIL import Image

from mmpartseg.apis import PartPrediction, PartSegInferencer

RGB = np.random.default_rng(0).integers(0, 256, (24, 40, 3), dtype=np.uint8)
BGR = np.ascontiguousarray(RGB[..., ::-1])
VOCABULARIES = [f'cat: head, part{i}; dog: head, tail; thing{i}: side, top{i % 3}' for i in range(10)]


def same(a, b):
    # names are encoded in other batches: the last digits differ
    return (a.names == b.names and np.array_equal(a.label_map, b.label_map)
            and torch.allclose(a.part_scores, b.part_scores, atol=1e-5, equal_nan=True))


def test_the_vocabulary_of_a_call_is_its_own(inferencer, model_files):
    before, = inferencer(BGR)
    for parts in VOCABULARIES[:3]:
        found, = inferencer(BGR, parts=parts)
        expected, = PartSegInferencer(*model_files, parts=parts, device='cpu')(BGR)
        assert same(found, expected) and len(found.found) > 1
        np.testing.assert_array_equal(found.draw(), expected.draw())
    after, = inferencer(BGR)
    assert same(before, after) and inferencer.model.taxonomy is inferencer.taxonomy


def test_twenty_threads_with_vocabularies_of_their_own(inferencer):
    expected = [inferencer(BGR, parts=parts)[0] for parts in VOCABULARIES]
    inferencer.model.decode_head.text_encoder.kept.forget()  # names are encoded beside each other
    jobs = [i % len(VOCABULARIES) for i in range(200)]
    with ThreadPoolExecutor(20) as pool:
        found = list(pool.map(lambda i: inferencer(BGR, parts=VOCABULARIES[i])[0], jobs))
    assert sum(same(expected[i], each) for i, each in zip(jobs, found)) == 200


def test_set_taxonomy_does_not_reach_calls_that_run(inferencer):
    predictions = inferencer.preprocess([BGR], words=inferencer.words)
    words = inferencer.words
    inferencer.set_taxonomy('cow: horn')
    found, = inferencer.forward(next(predictions), words)
    assert found.names == words.taxonomy.object_parts != inferencer.taxonomy.object_parts


def test_tensors(inferencer):
    expected, = inferencer(Image.fromarray(RGB))
    chw = torch.from_numpy(RGB).permute(2, 0, 1)
    for tensor in (chw, chw.float() / 255, chw.double() / 255, chw[None]):
        found, = inferencer(tensor)
        assert same(found, expected)
    assert len(inferencer(chw.expand(3, -1, -1, -1), batch_size=2)) == 3
    with pytest.raises(ValueError, match=r'floats must lie in 0..1, got 0..255'):
        inferencer(chw.float())
    with pytest.raises(ValueError, match=r'channels first, got shape \(24, 40, 3\)'):
        inferencer(torch.from_numpy(RGB))


def test_generators_are_read_as_they_are_asked_for(inferencer):
    read = []

    def pictures():
        for i in range(5):
            read.append(i)
            yield np.roll(BGR, i, 1)

    batches = inferencer.preprocess(pictures(), batch_size=2)
    assert len(next(batches)['inputs']) == 2 and read == [0, 1]
    found = inferencer(pictures(), batch_size=2, object_masks=(np.ones((24, 40)) > 0 for _ in range(5)),
                       object='cat')
    expected = inferencer([np.roll(BGR, i, 1) for i in range(5)], object='cat')
    assert len(found) == 5 and all(map(same, found, expected))


def test_out_dir_and_show(inferencer, tmp_path, monkeypatch):
    shown = []
    monkeypatch.setattr(Image.Image, 'show', lambda image: shown.append(np.asarray(image)))
    Image.fromarray(RGB).save(tmp_path / 'a.png')
    named, unnamed = inferencer([str(tmp_path / 'a.png'), BGR], show=True, out_dir=tmp_path / 'out',
                                shapes='rle', parts=VOCABULARIES[0])
    assert sorted(path.name for path in (tmp_path / 'out').iterdir()) == [
        f'{stem}{end}' for stem in ('a', 'picture') for end in ('.json', '_overlay.png', '_parts.png')]
    document = json.loads((tmp_path / 'out' / 'a.json').read_text())
    assert document['vocabulary'] == list(named.names) and document['parts'] == named.describe('rle')['parts']
    with Image.open(tmp_path / 'out' / 'picture_overlay.png') as image:
        np.testing.assert_array_equal(np.asarray(image), unnamed.draw())
    assert len(shown) == 2 and np.array_equal(shown[0], named.draw())


def test_what_is_asked_of_all_predictions(inferencer):
    everything, = inferencer(BGR)
    assert isinstance(everything, PartPrediction)
    best = max(everything.scores, key=everything.scores.get)
    found, = inferencer(BGR, top=1)
    assert found.found == [best] and len(everything.found) > 1
    limit = sorted(everything.scores.values())[-1]
    assert inferencer(BGR, threshold=limit)[0].found == [best]
    assert inferencer(BGR, min_area=1.)[0].found == []


@pytest.mark.parametrize('inputs, options, message', [
    (BGR, dict(batch_size=0), 'must be a whole number, at least 1, got 0'),  # and not that there is nothing
    (BGR, dict(batch_size=1.5), 'whole number, at least 1, got 1.5'),
    (BGR, dict(threshold=2), 'threshold=2, min_area=0.0 must lie in 0 to 1'),
    (BGR, dict(min_area=5), 'min_area=5 must lie'), (BGR, dict(top=-1), 'top=-1 not below'),
    (BGR, dict(refine=['zom']), r"refine=\['zom'\]: the steps that there are: \['zoom', 'snap'\]"),
    (BGR, dict(object=['cat']), r"object=\['cat'\]: expected the name of one object"),
    ([BGR, BGR], dict(object_masks=iter([np.ones(BGR.shape[:2], bool)]), parts='cat: head', batch_size=2),
     'expected one object mask for each picture, and there are 1 alone'),
    (b'GIF89a', {}, 'an image must be a path, an array, a tensor or a PIL image, got bytes'),
])
def test_what_is_no_call(inferencer, inputs, options, message):
    with pytest.raises((ValueError, TypeError), match=message):
        inferencer(inputs, **options)
