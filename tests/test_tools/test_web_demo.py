"""The web page: what a click does, the page behind gradio's client, and in a headless Chromium."""
import json
import os
import shutil
import sys
import threading
from pathlib import Path
from unittest.mock import MagicMock
from xml.etree import ElementTree

import numpy as np
import pytest
import web_demo as demo
import web_page
from PIL import Image

from mmpartseg import PartTaxonomy
from mmpartseg.apis import PartSegInferencer, read_image
from mmpartseg.apis.words import NothingSeen
from mmpartseg.model_registry import published_model
from tests.tiny_model import TRAINED, write_model

RGB = np.random.default_rng(0).integers(0, 256, (24, 40, 3), dtype=np.uint8)
MARKUP = '<img src=x onerror=window.hit=1>${window.hit=1}{{1}}'
PARTS = 'cat: head, tail; cow: head'
SIZES = {'desk': dict(width=1200, height=1000), 'phone': dict(width=390, height=844)}


@pytest.fixture(scope='module')
def inferencer(tmp_path_factory):
    return PartSegInferencer(*write_model(tmp_path_factory.mktemp('model')))


@pytest.fixture
def segment(inferencer, tmp_path):
    return lambda *given, **options: demo.segment(inferencer, tmp_path, *given, **options)


def document(downloads):
    return json.loads(next(Path(path) for path in downloads if path.endswith('.json')).read_text())


def picture_file(folder, kind):
    """The same picture in 16 bits, or shown through on white; and one that is damaged."""
    path = folder / f'{kind}.png'
    gray = RGB[..., 0]
    if kind == '16 bit':
        Image.fromarray(gray.astype(np.uint16) * 257).save(path)
    elif kind == 'transparent':
        Image.fromarray(np.dstack([RGB, np.zeros_like(gray)])).save(path)
    else:
        Image.fromarray(RGB).save(path)
        path.write_bytes(path.read_bytes()[:300])
    return str(path)


def test_click(segment):
    picture, svg, downloads, line = segment(Image.fromarray(RGB), 'cat: head, <b>tial</b>; cow: head', '')
    assert picture.shape[2] == 3
    assert [Path(path).name for path in downloads] == [
        'picture.json', 'picture_overlay.png', 'picture_parts.png']
    found = document(downloads)['parts']
    parsed = ElementTree.fromstring(svg)  # names are escaped
    assert [group.get('data-name') for group in parsed.iter() if group.get('class') == 'part'] == [
        f"{part['name']} ({part['score']:.2f})" for part in found]
    assert parsed.get('viewBox') == '0 0 40 24'
    assert line == (f'{len(found)} of 3 parts found. Never seen in training: objects cow. '
                    'Never seen in training: parts <b>tial</b>')
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
    (*_, line, box), = whole(path, f'cat: {MARKUP}', '', 0, 0.5)
    assert '<' not in line and '&lt;img src=x' in line and box is None
    answers = whole(picture_file(tmp_path, 'damaged'), 'cat: head', MARKUP, 0, 0.5)
    *cleared, line, box = next(answers)
    assert cleared == [None, '', None] and box is None and 'damaged.png cannot be read' in line
    with pytest.raises(ValueError, match=r'damaged\.png cannot be read'):
        next(answers)
    with pytest.raises(ValueError) as error:
        list(whole(path, 'cat: head', MARKUP, 0, 0.5))
    assert '<' not in str(error.value) and '&lt;img src=x' in str(error.value)
    clear = image.change.call_args.args[0]
    assert clear() == (None, '', None, '', None)


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


def test_without_gradio(monkeypatch):
    monkeypatch.setitem(sys.modules, 'gradio', None)
    with pytest.raises(ImportError, match=r"needs gradio 6: pip install 'mmpartseg\[demo\]'"):
        demo.main(['--config', 'c', '--checkpoint', 'w'])


@pytest.fixture(scope='module')
def url(inferencer, tmp_path_factory):
    """The page, served."""
    pytest.importorskip('gradio')
    folder = tmp_path_factory.mktemp('page')
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(os.environ, 'GRADIO_TEMP_DIR', str(folder))
        page = web_page.build_page(lambda *given: demo.segment(inferencer, folder, *given), PARTS,
                                   demo.training_note(inferencer.words.trained),
                                   demo.example_pictures(folder))
        _, url, _ = page.launch(prevent_thread_lock=True, quiet=True, allowed_paths=[str(folder)],
                                **demo.PRIVATE)
        yield url
        page.close()


def test_visitors_do_not_meet(url, tmp_path):
    """Twenty at once, each with a vocabulary and a picture of its own."""
    client = pytest.importorskip('gradio_client')
    paths, answers = [picture_file(tmp_path, kind) for kind in ('16 bit', 'transparent')], {}

    def visit(i):
        own = client.Client(url, verbose=False, download_files=str(tmp_path))
        *_, downloads, line = own.predict(client.handle_file(paths[i % 2]), f'owl: part{i}, wing', '', 0,
                                          0.5, api_name='/segment')
        answers[i] = document(downloads), line
    visitors = [threading.Thread(target=visit, args=[i]) for i in range(20)]
    for each in visitors:
        each.start()
    for each in visitors:
        each.join()
    assert len(answers) == 20
    for i, (found, line) in answers.items():
        assert found['vocabulary'] == [f"owl's part{i}", "owl's wing"] and f'parts part{i}, wing' in line
        assert found['image'] == Path(paths[i % 2]).name


def test_errors_behind_the_client(url, tmp_path):
    client = pytest.importorskip('gradio_client')
    own = client.Client(url, verbose=False, download_files=str(tmp_path))
    with pytest.raises(client.exceptions.AppError, match='image damaged.png cannot be read'):
        own.predict(client.handle_file(picture_file(tmp_path, 'damaged')), PARTS, '', 0, 0.5,
                    api_name='/segment')
    assert list(own.view_api(return_format='dict')['named_endpoints']) == ['/segment']


@pytest.fixture(params=SIZES)
def tab(request, url, tmp_path):
    """The page in a headless Chromium."""
    playwright = pytest.importorskip('playwright.sync_api')
    if shutil.which('chromium') is None:
        pytest.skip('no Chromium')
    with playwright.sync_playwright() as play:
        browser = play.chromium.launch(executable_path=shutil.which('chromium'), args=['--no-sandbox'])
        phone = request.param == 'phone'
        tab = browser.new_context(viewport=SIZES[request.param], has_touch=phone, is_mobile=phone).new_page()
        tab.phone, tab.problems = phone, []
        tab.on('pageerror', lambda error: tab.problems.append(str(error)))
        tab.on('request', lambda sent: sent.url.startswith((url, 'data:', 'blob:'))
               or tab.problems.append(sent.url))
        tab.goto(url)
        yield tab
        tab.screenshot(path=str(tmp_path / f'{request.param}.png'), full_page=True)
        assert tab.problems == [] and tab.evaluate('window.hit') is None
        # nothing to scroll sideways
        assert tab.evaluate('document.documentElement.scrollWidth') <= SIZES[request.param]['width']
        browser.close()


def drop(tab, path):
    with tab.expect_response(lambda answer: '/upload' in answer.url):
        tab.set_input_files('#picture input[type=file]', str(path))
    tab.wait_for_selector('#picture img')


def fill(tab, **texts):
    for label, text in texts.items():
        tab.get_by_role('textbox', name=label).fill(text)


def line_with(tab, text):
    tab.locator('#line').get_by_text(text).wait_for()
    return tab.locator('#line').inner_text()


def test_use(tab, tmp_path):
    """Drop a picture, press Enter, point, click, draw a box, move sliders, download."""
    Image.fromarray(RGB).resize((400, 240)).save(tmp_path / 'my cat.png')
    drop(tab, tmp_path / 'my cat.png')
    tab.get_by_role('spinbutton', name='Threshold').fill('0')
    fill(tab, Parts=PARTS)
    tab.get_by_role('textbox', name='Parts').press('Enter')
    assert 'Never seen in training: objects cow' in line_with(tab, 'parts found')
    tab.wait_for_selector('#overlay img')
    part = tab.locator('#hover .part').first
    part.scroll_into_view_if_needed()
    x, y = point_on(tab, part)
    tip = tab.locator('#hover .tip')
    assert not tip.is_visible()
    if not tab.phone:  # which has no mouse to point with
        tab.mouse.move(x, y)
        assert tip.inner_text() == part.get_attribute('data-name')
        shown = tip.bounding_box()
        assert 0 < shown['y'] - y < 30
        assert min(abs(shown['x'] - x), abs(shown['x'] + shown['width'] - x)) < 30
    (tab.touchscreen.tap if tab.phone else tab.mouse.click)(x, y)
    obj = part.get_attribute('data-name').partition("'s")[0]
    line_with(tab, f'{obj}, ')
    # of the new parts; a finger has gone, and what it pointed at is still said
    tab.wait_for_function("document.querySelector('#hover .tip').textContent", timeout=8000)
    frame = tab.locator('#hover .shown svg').bounding_box()
    tab.mouse.move(frame['x'] + 5, frame['y'] + 5)
    tab.mouse.down()
    tab.mouse.move(frame['x'] + frame['width'] / 2, frame['y'] + frame['height'] / 2)
    assert tab.locator('#hover .frame').is_visible()
    fill_object = tab.get_by_role('textbox', name='Object')
    fill_object.evaluate("e => { e.value = 'cow'; e.dispatchEvent(new Event('input')); }")
    tab.mouse.up()
    line_with(tab, 'cow, ')
    assert not tab.locator('#hover .frame').is_visible()
    opacity = tab.get_by_role('slider', name='Opacity')
    opacity.focus()
    opacity.press('Home')
    opacity.dispatch_event('pointerup')
    tab.wait_for_function("document.querySelector('#hover style').textContent.includes('fill-opacity: 0.00')")
    line_with(tab, 'cow, ')  # the box stays chosen
    with tab.expect_download() as download:
        tab.locator('#downloads a[download]').first.click()
    assert json.loads(Path(download.value.path()).read_text())['width'] == 400
    assert download.value.suggested_filename.startswith('my')


def point_on(tab, part):
    """A point of the screen where a part is."""
    box, shape = part.locator('path').bounding_box(), (
        "([x, y]) => document.elementFromPoint(x, y)?.closest('.part')?.dataset.name")
    points = ((box['x'] + i * box['width'] / 40, box['y'] + j * box['height'] / 40)
              for i in range(1, 40) for j in range(1, 40))
    name = part.get_attribute('data-name')
    return next(point for point in points if tab.evaluate(shape, list(point)) == name)


def test_mistakes(tab, tmp_path):
    """What is wrong is said, as it is, and nothing old stays beside it."""
    drop(tab, picture_file(tmp_path, 'transparent'))
    fill(tab, Parts=PARTS)
    tab.get_by_role('button', name='Segment').click()
    line_with(tab, 'parts found')
    fill(tab, Parts='cat: head, head')
    tab.get_by_role('button', name='Segment').click()
    line_with(tab, 'repeated in the vocabulary')
    tab.wait_for_selector('#overlay img', state='detached')
    assert tab.locator('#hover .shown svg').count() == tab.locator('#downloads a[download]').count() == 0
    for parts, name in ((f'cat: head, {MARKUP}', ''), ('cat: head', MARKUP)):
        fill(tab, Parts=parts, Object=name)
        tab.get_by_role('textbox', name='Object').press('Enter')
        line_with(tab, MARKUP)
    fill(tab, Parts=f'cat: {MARKUP}, tail', Object='cat')
    tab.get_by_role('spinbutton', name='Threshold').fill('0')
    tab.get_by_role('button', name='Segment').click()
    tab.wait_for_selector('#hover .part')
    tab.locator('#picture').get_by_role('button', name='Remove Image').click()
    tab.wait_for_selector('#hover .shown svg', state='detached')
    assert tab.locator('#line').inner_text().strip() == ''
    drop(tab, picture_file(tmp_path, 'damaged'))
    tab.get_by_role('button', name='Segment').click()
    line_with(tab, 'image damaged.png cannot be read')


def test_example_and_note(tab):
    assert 'trained on 3 parts of 2 objects (bus, cat)' in tab.locator('#note').inner_text()
    tab.locator('#examples').get_by_text('bird: head, beak').first.click()
    tab.wait_for_selector('#picture img')
    assert tab.get_by_role('textbox', name='Parts').input_value().startswith('bird: head, beak')
    tab.get_by_role('button', name='Segment').click()
    line_with(tab, 'of 5 parts found')
