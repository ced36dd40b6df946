"""The web page: what a click does, and the page itself in a headless Chromium where there is one."""
import json
import shutil
import sys
from pathlib import Path
from unittest.mock import MagicMock
from xml.etree import ElementTree

import numpy as np
import pytest
from PIL import Image

from mmpartseg.apis import PartSegInferencer
from tests.tiny_model import load_tool, write_model

demo = load_tool('web_demo')
RGB = np.random.default_rng(0).integers(0, 256, (24, 40, 3), dtype=np.uint8)
MARKUP = '<img src=x onerror=window.hit=1>'
SVG = '{http://www.w3.org/2000/svg}'


@pytest.fixture(scope='module')
def inferencer(tmp_path_factory):
    return PartSegInferencer(*write_model(tmp_path_factory.mktemp('model')))


def test_click(inferencer, tmp_path):
    picture, svg, downloads, line = demo.segment(
        inferencer, tmp_path, Image.fromarray(RGB), 'cat: head, <b>tail</b>; cow: head', '')
    assert picture.shape[2] == 3
    assert [Path(path).name for path in downloads] == [
        'picture.json', 'picture_overlay.png', 'picture_parts.png']
    document = json.loads(Path(downloads[0]).read_text())
    parsed = ElementTree.fromstring(svg)  # names are escaped
    titles = [title.text for title in parsed.iter(f'{SVG}title')]
    assert titles == [f"{p['name']} ({p['score']:.2f})" for p in document['parts']]
    assert parsed.get('viewBox') == '0 0 40 24'
    assert line == (f"{len(document['parts'])} of 3 parts found. Never seen in training: objects "
                    'cow. Never seen in training: parts <b>tail</b>')


def test_the_same_picture_in_other_words(inferencer, tmp_path, monkeypatch):
    """It goes through the image tower once, and so does each word through the text tower."""
    seen, encoded = [], []
    hook = inferencer.model.backbone.register_forward_hook(lambda *args: seen.append(1))
    encoder = inferencer.model.decode_head.text_encoder
    encode = encoder._encode
    monkeypatch.setattr(encoder, '_encode', lambda names: encoded.extend(names) or encode(names))
    for words, name in (('owl: beak', ''), ('owl: beak, wing; elk: horn', ''), ('owl: beak, wing', 'owl')):
        demo.segment(inferencer, tmp_path, Image.fromarray(RGB[::2]), words, name)
    hook.remove()
    assert seen == [1] and sorted(encoded) == ['beak', 'elk', 'horn', 'owl', 'wing']


def test_object(inferencer, tmp_path):
    *_, downloads, _ = demo.segment(inferencer, tmp_path, Image.fromarray(RGB),
                                    'cat: head; cow: head', ' cow ')
    assert json.loads(Path(downloads[0]).read_text())['parts'][0]['pixels'] == 24 * 40


@pytest.mark.parametrize('image, parts, name, message', [
    (None, 'cat: head', '', 'drop a picture first'),
    (RGB, 'cat: head, head', '', 'repeated in the vocabulary'),
    (RGB, 'cat: head', 'dog', "object 'dog' is not in the vocabulary"),
    (RGB, '/etc/hosts.txt', '', 'the vocabulary is'),  # never read
])
def test_errors(inferencer, tmp_path, image, parts, name, message):
    image = None if image is None else Image.fromarray(image)
    with pytest.raises(ValueError, match=message):
        demo.segment(inferencer, tmp_path, image, parts, name)


def test_the_page_hands_the_file_on(inferencer, tmp_path, monkeypatch):
    """gradio's own decoding drops transparency; a file is read as everywhere else."""
    gradio = MagicMock()
    monkeypatch.setitem(sys.modules, 'gradio', gradio)
    demo.build_page(inferencer, demo.EXAMPLE, tmp_path)
    settings = gradio.Image.call_args_list[0].kwargs
    assert settings['type'] == 'filepath' and settings['image_mode'] is None
    Image.fromarray(np.dstack([RGB, np.zeros((24, 40), np.uint8)])).save(tmp_path / 'a.png')
    seen = []
    monkeypatch.setattr(inferencer, 'draw', lambda pixels, sample: seen.append(pixels) or pixels)
    demo.segment(inferencer, tmp_path, str(tmp_path / 'a.png'), 'cat: head', '')
    assert (seen[0] == 255).all()


def test_what_the_browser_gets_is_escaped(inferencer, tmp_path, monkeypatch):
    """The line below the picture and the errors: browsers take both for HTML."""
    gradio = MagicMock()
    gradio.Error = lambda text, print_exception: ValueError(text)
    monkeypatch.setitem(sys.modules, 'gradio', gradio)
    page = demo.build_page(inferencer, demo.EXAMPLE, tmp_path)
    assert page is not None and gradio.HTML.call_args_list[0].kwargs['elem_id'] == 'line'
    click = gradio.Button.return_value.click.call_args.args[0]
    Image.fromarray(RGB).save(tmp_path / 'a.png')
    *_, line = click(str(tmp_path / 'a.png'), f'cat: {MARKUP}', '')
    assert '<' not in line and '&lt;img src=x' in line
    with pytest.raises(ValueError) as error:
        click(str(tmp_path / 'a.png'), 'cat: head', MARKUP)
    assert '<' not in str(error.value) and '&lt;img src=x' in str(error.value)


def test_without_gradio(monkeypatch):
    monkeypatch.setitem(sys.modules, 'gradio', None)
    with pytest.raises(ImportError, match=r"needs gradio: pip install 'mmpartseg\[demo\]'"):
        demo.main(['--config', 'c', '--checkpoint', 'w'])


@pytest.mark.skipif(shutil.which('chromium') is None, reason='no Chromium')
def test_page_in_a_browser(inferencer, tmp_path, monkeypatch):
    pytest.importorskip('gradio')
    playwright = pytest.importorskip('playwright.sync_api')
    monkeypatch.setenv('GRADIO_ANALYTICS_ENABLED', 'False')
    Image.fromarray(RGB).resize((400, 240)).save(tmp_path / 'picture.png')
    page = demo.build_page(inferencer, demo.EXAMPLE, tmp_path)
    _, url, _ = page.launch(prevent_thread_lock=True, quiet=True, allowed_paths=[str(tmp_path)])
    try:
        with playwright.sync_playwright() as play:
            browser = play.chromium.launch(executable_path=shutil.which('chromium'),
                                           args=['--no-sandbox'])
            use_page(browser.new_page(viewport={'width': 1200, 'height': 1000}), url, tmp_path)
            browser.close()
    finally:
        page.close()


def use_page(tab, url, folder):
    """Drop a picture, type parts, look, hover, download; then make a mistake."""
    tab.goto(url)
    tab.set_input_files('#picture input[type=file]', str(folder / 'picture.png'))
    tab.wait_for_selector('#picture img')
    tab.get_by_role('textbox', name='Parts').fill('cat: head, tail; cow: head')
    tab.get_by_role('button', name='Segment').click()
    tab.wait_for_selector('#overlay img')
    assert 'Never seen in training: objects cow' in tab.locator('#line').inner_text()
    part = tab.locator('#hover .part').first
    assert part.locator('text').evaluate('e => getComputedStyle(e).visibility') == 'hidden'
    box = part.locator('path').bounding_box()
    shape = "([x, y]) => document.elementFromPoint(x, y)?.closest('.part') !== null"
    points = ((box['x'] + i * box['width'] / 40, box['y'] + j * box['height'] / 40)
              for i in range(1, 40) for j in range(1, 40))
    tab.mouse.move(*next(point for point in points if tab.evaluate(shape, list(point))))
    shown = 'g => g.filter(t => getComputedStyle(t).visibility == "visible").length'
    assert tab.locator('#hover .part text').evaluate_all(shown) == 1
    with tab.expect_download() as download:
        tab.locator('#downloads a[download]').first.click()
    assert json.loads(Path(download.value.path()).read_text())['width'] == 400
    tab.screenshot(path=str(folder / 'page.png'))
    tab.get_by_role('textbox', name='Parts').fill('cat: head, head')
    tab.get_by_role('button', name='Segment').click()
    tab.get_by_text('repeated in the vocabulary').wait_for()
    # shown as it is: below the picture, and in an error
    for parts, name in ((f'cat: head, {MARKUP}', ''), ('cat: head', MARKUP)):
        tab.get_by_role('textbox', name='Parts').fill(parts)
        tab.get_by_role('textbox', name='Object').fill(name)
        tab.get_by_role('button', name='Segment').click()
        tab.get_by_text(MARKUP).first.wait_for()
    assert tab.evaluate('window.hit') is None
