"""What both tests of the web page need."""
import json
import os
import shutil
from pathlib import Path

import numpy as np
import pytest
import web_demo as demo
import web_page
from PIL import Image

from mmpartseg.apis import PartSegInferencer
from tests.tiny_model import write_model

RGB = np.random.default_rng(0).integers(0, 256, (24, 40, 3), dtype=np.uint8)
MARKUP = '<img src=x onerror=window.hit=1>${window.hit=1}{{1}}'
PARTS = 'cat: head, tail; cow: head'
SIZES = {'desk': dict(width=1200, height=1000), 'phone': dict(width=390, height=844)}


@pytest.fixture(name='inferencer', scope='module')
def inferencer_fixture(tmp_path_factory):
    return PartSegInferencer(*write_model(tmp_path_factory.mktemp('model')))


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


@pytest.fixture(name='url', scope='module')
def url_fixture(inferencer, tmp_path_factory):
    """The page, served."""
    pytest.importorskip('gradio')
    folder = tmp_path_factory.mktemp('page')
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(os.environ, 'GRADIO_TEMP_DIR', str(folder))
        page = web_page.build_page(lambda *given: demo.segment(inferencer, folder, *given), PARTS,
                                   demo.training_note(inferencer.words.trained),
                                   demo.example_pictures(folder))
        _, url, _ = page.launch(prevent_thread_lock=True, quiet=True, allowed_paths=[str(folder)],
                                css=web_page.LOOK, **demo.PRIVATE)
        yield url
        page.close()


@pytest.fixture(name='tab', params=SIZES)
def tab_fixture(request, url, tmp_path):
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
