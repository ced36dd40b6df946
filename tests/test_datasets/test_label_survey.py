"""Label maps that seem to be meant otherwise: said by loader and check.py, with the line that helps."""
import ast
import logging
import re

import numpy as np
import pytest
from mmengine.logging import MMLogger
from PIL import Image

from mmpartseg.datasets import label_survey
from mmpartseg.datasets.label_files import StoredMap
from mmpartseg.datasets.label_survey import LOOKED_AT, facts_of, finding
from mmpartseg.datasets.preparation.checking import inspect, match_files, value_problems
from tests.surveyed import CAT, NAMES, build, write

MASK = np.zeros((8, 10), np.uint8)
MASK[2:5, 3:7] = 1
VOC = [0, 0, 0, 128, 0, 0, 0, 128, 0, 128, 128, 0]  # the first colours of the usual palette


def palette(ids, colours):
    image = Image.fromarray(ids, 'P')
    image.putpalette(colours)
    return image
FORMS = {  # how a mask of 0 and "all ones" is stored
    '1 bit': lambda: Image.fromarray(MASK > 0), '8 bit': lambda: Image.fromarray(MASK * 255),
    '16 bit': lambda: Image.fromarray(MASK.astype(np.uint16) * 65535),
    'palette': lambda: palette(MASK * 255, [v for i in range(256) for v in (i, i, i)])}


@pytest.fixture
def warnings_of(monkeypatch):
    """What a function logs as warnings."""
    def run(function, *args, **kwargs):
        messages = []
        monkeypatch.setattr(MMLogger.get_current_instance(), 'handle',
                            lambda record: messages.append(record.getMessage())
                            if record.levelno >= logging.WARNING else None)
        return function(*args, **kwargs), '\n'.join(messages)
    return run


def checked(folder, taxonomy, **options):
    """Problems that check.py prints."""
    dataset = build(folder, taxonomy, lazy_init=True, **options)
    samples, problems = match_files(dataset)
    found = [inspect(sample, dataset.label_tables) for sample in samples]
    return [*problems, *(p for f in found for p in f.problems), *value_problems(dataset, found)]


def setting(text, name):
    """The value of a line for the config that a message shows."""
    return ast.literal_eval(re.search(rf'{name}=(\{{.*?\}})', text)[1])


@pytest.mark.parametrize('form', FORMS)
def test_masks_of_zero_and_the_ignore_value(tmp_path, warnings_of, form):
    write(tmp_path, [FORMS[form]()] * 3)
    top = 65535 if form == '16 bit' else 255
    data, text = warnings_of(build, tmp_path, CAT)
    assert f"all 3 label maps looked at hold 0 and {top} alone: 0 is read as 'cat's head'" in text
    assert 'reduce_zero_label=True' in text
    assert set(data[0]['data_samples'].gt_sem_seg.data.unique().tolist()) == {0, 255}
    assert data[0]['data_samples'].gt_sem_seg.data[0, 0, 0] == 0  # the outside, as if it were the part
    (kind, detail), = checked(tmp_path, CAT)
    assert kind == 'values that may mean something else' and detail in text
    # the line that it shows makes the part the part, and says no more
    values = setting(text, 'part_values')
    data, text = warnings_of(build, tmp_path, CAT, part_values=values)
    assert not text and not checked(tmp_path, CAT, part_values=values)
    assert np.array_equal(data[0]['data_samples'].gt_sem_seg.data[0] == 0, MASK == 1)
    # and the other one affirms what is
    same = setting(detail.split('; if not, ')[1], 'part_values')
    assert same == {0: CAT[0], top: None}
    data, text = warnings_of(build, tmp_path, CAT, part_values=same)
    assert not text and data[0]['data_samples'].gt_sem_seg.data[0, 0, 0] == 0


def test_masks_with_reduce_zero_label(tmp_path, warnings_of):
    """0 and 255 are both ignored: nothing would be labelled."""
    write(tmp_path, [FORMS['8 bit']()])
    _, text = warnings_of(build, tmp_path, CAT, reduce_zero_label=True)
    assert 'hold 0 and 255 alone: 0 is ignored, and 255 is ignored' in text
    assert setting(text, 'part_values') == {0: None, 255: "cat's head"}


def test_object_masks(tmp_path, warnings_of):
    parts = np.where(MASK, 1, 255).astype(np.uint8)
    write(tmp_path, [Image.fromarray(parts)], [FORMS['8 bit']()])
    taxonomy = ["cat's head", "cat's tail"]
    _, text = warnings_of(build, tmp_path, taxonomy)
    assert "objects: all 1 label maps looked at hold 0 and 255 alone: 0 is read as 'cat'" in text
    values = setting(text, 'object_values')
    data, text = warnings_of(build, tmp_path, taxonomy, object_values=values)
    assert not text and values == {0: None, 255: 'cat'}
    objects = data[0]['data_samples'].gt_object_seg.data[0]
    assert np.array_equal(objects == 0, MASK == 1)


def test_16_bit_files_with_255(tmp_path):
    """255 is an id there: out of range, and the message says what to state."""
    write(tmp_path, [Image.fromarray(MASK.astype(np.uint16) * 255)])
    with pytest.raises(ValueError, match='holds id 255, .* 255 is an id like any other in a file') as error:
        build(tmp_path, CAT)[0]
    assert setting(str(error.value).rsplit('marks the part', 1)[1], 'part_values').keys() == {0, 255}
    data = build(tmp_path, CAT, part_values={0: None, 255: CAT[0]})
    assert np.array_equal(data[0]['data_samples'].gt_sem_seg.data[0] == 0, MASK == 1)


@pytest.mark.parametrize('image', [
    Image.fromarray(MASK), palette(MASK, VOC), palette(MASK, [0, 0, 0, 255, 255, 255])],
    ids=['gray', 'palette', 'black and white'])
def test_background_zero_classes_from_one(tmp_path, warnings_of, image):
    """Recognised where the last class occurs, by the id, and where it does not, by what never occurs."""
    write(tmp_path, [image] * 2)
    with pytest.raises(ValueError, match=r'holds id 1, outside.*put reduce_zero_label=True into the'):
        build(tmp_path, CAT)[0]
    _, text = warnings_of(build, tmp_path, NAMES)
    assert "looked at hold 0, and none the value 255" in text and "read as 'cat's head'" in text
    assert 'put reduce_zero_label=True into the data set' in text
    (kind, detail), = checked(tmp_path, NAMES)
    assert 'reduce_zero_label=True' in detail
    data, text = warnings_of(build, tmp_path, NAMES, reduce_zero_label=True)
    assert not text and not checked(tmp_path, NAMES, reduce_zero_label=True)
    assert np.array_equal(data[0]['data_samples'].gt_sem_seg.data[0] == 0, MASK == 1)
    _, text = warnings_of(build, tmp_path, NAMES, part_values=dict(enumerate(NAMES)))
    assert not text


def test_palette_files_with_black_zero(tmp_path, warnings_of):
    """VOC's form has 255 along borders, too; the palette tells."""
    ids = MASK.copy()
    ids[0, 0] = 255
    write(tmp_path, [palette(ids, VOC + [200] * 756)])
    _, text = warnings_of(build, tmp_path, NAMES)
    assert 'are palette files that show 0 in black: 0 seems to be background' in text


def test_gray_files_with_zero_around(tmp_path, warnings_of):
    """As VOC's, but without colours: 255 along borders, the highest class in none of them."""
    ids = MASK.copy()
    ids[3, 3] = 255
    write(tmp_path, [Image.fromarray(ids)])
    _, text = warnings_of(build, tmp_path, NAMES)
    assert 'have 0 along most of their edges: 0 seems to be background' in text


@pytest.mark.parametrize('maps', [
    [np.array([[0, 1, 255]])], [np.array([[1, 2]]), np.array([[0, 1]])], [np.array([[0, 0]])],
    [np.array([[255, 255]])], [np.array([[0, 255]]), np.array([[1, 255]])]])
def test_what_is_as_it_should_be(maps):
    stored = [StoredMap(each.astype(np.uint8), 1, None) for each in maps]
    assert finding([facts_of(each) for each in stored], 'x', 'part_values', 0) is None


def test_gray_and_coloured_palettes_of_other_forms():
    ids = np.array([[0, 1, 255]], np.uint8)
    for colours in ([[9, 9, 9], [1, 0, 0]], [[0, 0, 0], [7, 7, 7]]):
        facts = facts_of(StoredMap(ids, 1, np.array(colours, np.uint8)))
        assert not facts.black_zero and finding([facts], 'x', 'part_values', 0) is None


def test_few_maps_are_looked_at(monkeypatch):
    read = []
    monkeypatch.setattr(label_survey, 'read_stored',
                        lambda path, _: read.append(path) or StoredMap(np.zeros((1, 1), np.uint8), 1, None))
    assert len(label_survey.facts_of_some(range(1000))) == len(read)
    assert LOOKED_AT // 2 < len(read) <= LOOKED_AT and read[0] == 0 and read[-1] > 900
    assert len(label_survey.facts_of_some(range(3))) == 3 and label_survey.facts_of_some([]) == []


def test_a_picture_in_place_of_a_map(tmp_path):
    noise = np.random.default_rng(0).integers(0, 255, (8, 10), np.uint8)
    write(tmp_path, [Image.fromarray(noise)])
    with pytest.raises(ValueError, match=r'and \d+ others, .*so many look like a picture: .*a lossy file'):
        build(tmp_path, NAMES)[0]
