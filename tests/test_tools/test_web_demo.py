"""The web page: what a click does, what is written, how it is served."""
import sys
from pathlib import Path
from unittest.mock import MagicMock
from xml.etree import ElementTree

import numpy as np
import pytest
import web_demo as demo
import web_page
from PIL import Image

from mmpartseg import PartTaxonomy
from mmpartseg.apis import read_image
from mmpartseg.apis.words import NothingSeen
from mmpartseg.model_registry import published_model
from tests.tiny_model import TRAINED, write_model
from tests.visited_page import MARKUP, PARTS, RGB, document, inferencer_fixture, picture_file  # noqa: F401


@pytest.fixture
def segment(inferencer, tmp_path):
    return lambda *given, **options: demo.segment(inferencer, tmp_path, *given, **options)


def test_click(segment):
    picture, svg, downloads, line = segment(Image.fromarray(RGB), 'cat: head, R&D tial; cow: head', '')
    assert picture.shape[2] == 3
    assert [Path(path).name for path in downloads] == [
        'picture.json', 'picture_overlay.png', 'picture_parts.png']
    found = document(downloads)['parts']
    parsed = ElementTree.fromstring(svg)  # names are escaped
    assert [group.get('data-name') for group in parsed.iter() if group.get('class') == 'part'] == [
        f"{part['name']} ({part['score']:.2f})" for part in found]
    assert parsed.get('viewBox') == '0 0 40 24'
    assert line == (f'{len(found)} of 3 parts found. Never seen in training: objects cow. '
                    'Never seen in training: parts R&D tial')
    assert "'tial': did you mean 'tail'?" in segment(Image.fromarray(RGB), 'cat: head, tial', '')[-1]


def test_a_part_of_anything(segment):
    *_, downloads, _ = segment(Image.fromarray(RGB), 'handle, wheel; cat: head', '', 0)
    assert document(downloads)['vocabulary'] == ['handle', 'wheel', "cat's head"]


def test_the_same_picture_in_other_words(inferencer, segment, monkeypatch):
    """It goes through the image tower once, and so does each word through the text tower."""
    seen, encoded = [], []
    hook = inferencer.model.backbone.register_forward_hook(lambda *args: seen.append(1))
    encoder = inferencer.model.decode_head.text_encoder
    encode = encoder._encode
    monkeypatch.setattr(encoder, '_encode', lambda names: encoded.extend(names) or encode(names))
    for words, name, box in (('owl: beak', '', None), ('owl: beak, wing; elk: horn', '', (3, 3, 20, 20)),
                             ('owl: beak, wing', 'owl', None)):
        segment(Image.fromarray(RGB[::2]), words, name, box=box)
    hook.remove()
    assert seen == [1] and sorted(encoded) == ['beak', 'elk', 'horn', 'owl', 'wing']


def test_object(segment):
    *_, downloads, _ = segment(Image.fromarray(RGB), 'cat: head; cow: head', ' Cow ', 0)
    assert document(downloads)['parts'][0]['pixels'] == 24 * 40


def test_a_click_and_a_box_choose_an_object(inferencer, segment):
    whole, = inferencer(RGB[..., ::-1], parts=PARTS)
    objects = np.array([0, 0, 1, 2])[whole.label_map]  # cat, cow, none
    y, x = np.argwhere(objects == 0)[0].tolist()
    *_, downloads, line = segment(Image.fromarray(RGB), PARTS, '', 0, box=(x, y, x, y))
    found = document(downloads)
    pixels = sum(part['pixels'] for part in found['parts'])
    assert found['protocol'] == 'oracle_obj' and {part['object'] for part in found['parts']} == {'cat'}
    assert line.startswith(f'cat, {pixels} pixels: ') and 0 < pixels <= (objects == 0).sum()
    *_, downloads, line = segment(Image.fromarray(RGB), PARTS, 'cow', 0, box=(0, 0, 9, 9))
    inside = (objects[:10, :10] == 1).sum() or 100
    assert line.startswith(f'cow, {inside} pixels: ')
    *_, line = segment(Image.fromarray(RGB), PARTS, 'cow', 0, box=(x, y, x, y))
    assert line.startswith('No object was found there. ')
    with pytest.raises(ValueError, match='a box is four numbers'):
        segment(Image.fromarray(RGB), PARTS, '', box='here')


def test_threshold_and_opacity(inferencer, segment, monkeypatch):
    image, drawn, draw = Image.fromarray(RGB), [], inferencer.draw
    monkeypatch.setattr(inferencer, 'draw',
                        lambda *given, alpha: drawn.append(alpha) or draw(*given, alpha=alpha))
    _, svg, downloads, line = segment(image, 'cat: head, tail', 'cat', 0, 0.25)
    assert 'fill-opacity: 0.25' in svg and line.startswith(f"{len(document(downloads)['parts'])} of 2")
    _, svg, _, line = segment(image, 'cat: head, tail', 'cat', 1)
    assert line.startswith('0 of 2 parts found') and 'class="part"' not in svg
    assert drawn == [0.25, 0.5]


@pytest.mark.parametrize('kind', ['16 bit', 'transparent'])
def test_pictures_are_read_as_elsewhere(kind, inferencer, segment, tmp_path, monkeypatch):
    seen = []
    monkeypatch.setattr(inferencer, 'draw', lambda pixels, sample, alpha: seen.append(pixels) or pixels)
    path = picture_file(tmp_path, kind)
    *_, downloads, _ = segment(path, 'cat: head', '')
    np.testing.assert_array_equal(seen[0], read_image(path))
    assert seen[0].mean() > 254 if kind == 'transparent' else 100 < seen[0].mean() < 150
    assert [Path(each).name for each in downloads] == [
        f'{kind}.json', f'{kind}_overlay.png', f'{kind}_parts.png']
    assert document(downloads)['image'] == f'{kind}.png'


@pytest.mark.parametrize('image, parts, name, message', [
    (None, 'cat: head', '', 'drop a picture first'),
    (RGB, 'cat: head, head', '', 'repeated in the vocabulary'),
    (RGB, 'cat: head', 'dog', "object 'dog' is not in the vocabulary"),
    (RGB, 'cat: head', 'd' * 201, "the object's name has 201 characters; up to 200 are taken here"),
    (RGB, '/etc/hosts.txt', '', 'the vocabulary is'),  # never read
    ('gone.png', 'cat: head', '', 'the upload is not there any more; drop the picture again'),
])
def test_errors(segment, image, parts, name, message):
    image = Image.fromarray(image) if isinstance(image, np.ndarray) else image
    with pytest.raises(ValueError, match=message):
        segment(image, parts, name)


def test_a_damaged_file_is_called_by_its_name(segment, tmp_path):
    with pytest.raises(ValueError, match='^image damaged.png cannot be read.*cut short'):
        segment(picture_file(tmp_path, 'damaged'), 'cat: head', '')


def test_note():
    note = demo.training_note(PartTaxonomy(TRAINED), published_model('mini'))
    assert 'Model: mini, ' in note and 'drawings alone' in note and 'Licence: Apache-2.0' in note
    assert 'trained on 3 parts of 2 objects (bus, cat): head, tail, wheel.' in note
    assert demo.training_note(NothingSeen) == 'It was trained without any parts: every word is new to it.'


def test_examples(tmp_path):
    for path, parts, name in demo.example_pictures(tmp_path):
        assert read_image(path).shape[2] == 3 and demo.visitors_vocabulary(parts) and name == ''
    assert len(list(tmp_path.iterdir())) == 2


@pytest.fixture
def mocked(monkeypatch):
    """A stand-in for gradio, for where it is not installed."""
    gradio = MagicMock()
    gradio.Error = lambda text, print_exception: ValueError(text)
    monkeypatch.setitem(sys.modules, 'gradio', gradio)
    return gradio


def test_what_the_browser_gets(mocked, segment, tmp_path):
    """Files as they are; errors and lines escaped; old results cleared before an error is said."""
    web_page.build_page(segment, PARTS, f'note {MARKUP}', [])
    image = mocked.Image.return_value
    assert image.preprocess(None) is None and image.preprocess(MagicMock(path='a.png')) == 'a.png'
    assert '<' not in mocked.HTML.call_args_list[-1].args[0]
    whole = mocked.on.call_args_list[0].args[1]
    path = picture_file(tmp_path, '16 bit')
    (*_, line, answered, chosen), = whole(path, 'cat: R&D', '', 0, 0.5)
    assert 'R&amp;D' in line and '<' not in line and chosen == (path, None)
    assert answered.endswith(f' {tmp_path.name}/16 bit.png') and str(tmp_path) not in answered
    damaged = picture_file(tmp_path, 'damaged')
    answers = whole(damaged, 'cat: head', MARKUP, 0, 0.5)
    *cleared, line, answered, chosen = next(answers)
    assert cleared == [None, '', None] and 'damaged.png cannot be read' in line
    assert answered.endswith(f' {tmp_path.name}/damaged.png') and chosen == (damaged, None)
    with pytest.raises(ValueError, match=r'damaged\.png cannot be read'):
        next(answers)
    for parts, name in ((f'cat: {MARKUP}', ''), ('cat: head', MARKUP)):
        with pytest.raises(ValueError) as error:
            list(whole(path, parts, name, 0, 0.5))
        assert '<' not in str(error.value) and '&lt;img src=x' in str(error.value)
    cancel, clear = image.change.call_args_list  # without the server
    assert len(cancel.kwargs['cancels']) == 3 and cancel.args == (None, )
    assert clear.args[:2] == (None, None) and len(clear.args[2]) == 5


def test_bound_to_this_machine(mocked, tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(demo, 'example_pictures', lambda folder: [])
    monkeypatch.setenv('GRADIO_TEMP_DIR', '')  # is set by main
    page, files = mocked.Blocks.return_value.__enter__.return_value, write_model(tmp_path)
    for more, host in (((), '127.0.0.1'), (('--host', '0.0.0.0'), '0.0.0.0')):
        demo.main(['--config', files[0], '--checkpoint', files[1], *more])
        options = page.launch.call_args.kwargs
        assert options['server_name'] == host and page.block_thread.called
        assert f'The page is at http://{host}:7860; Ctrl-C' in capsys.readouterr().out
        assert options['share'] is options['run_history'] is options['enable_monitoring'] is False
    assert mocked.Blocks.call_args.kwargs['analytics_enabled'] is False
    page.launch.side_effect = OSError('Cannot find empty port: set GRADIO_SERVER_PORT')
    with pytest.raises(OSError, match='port 7860 of 127.0.0.1 cannot be had.* another with --port'):
        demo.main(['--config', files[0], '--checkpoint', files[1]])


def test_without_gradio(monkeypatch):
    monkeypatch.setitem(sys.modules, 'gradio', None)
    with pytest.raises(ImportError, match=r"needs gradio 6: pip install 'mmpartseg\[demo\]'"):
        demo.main(['--config', 'c', '--checkpoint', 'w'])
