"""The web page behind gradio's client and in a real Chromium, at desk and phone width."""
import json
import threading
from pathlib import Path

import pytest
from PIL import Image

from tests.visited_page import (  # noqa: F401
    MARKUP,
    PARTS,
    RGB,
    document,
    drop,
    fill,
    inferencer_fixture,
    line_with,
    picture_file,
    tab_fixture,
    url_fixture,
)


def test_visitors_do_not_meet(url, tmp_path):
    """Twenty at once, each with a vocabulary and a picture of its own."""
    client = pytest.importorskip('gradio_client')
    paths, answers = [picture_file(tmp_path, kind) for kind in ('16 bit', 'transparent')], {}

    def visit(i):
        own = client.Client(url, verbose=False, download_files=str(tmp_path), httpx_kwargs=dict(timeout=60))
        *_, downloads, line, _ = own.predict(client.handle_file(paths[i % 2]), f'owl: part{i}, wing', '', 0,
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
    own = client.Client(url, verbose=False, download_files=str(tmp_path), httpx_kwargs=dict(timeout=60))
    with pytest.raises(client.exceptions.AppError, match='image damaged.png cannot be read'):
        own.predict(client.handle_file(picture_file(tmp_path, 'damaged')), PARTS, '', 0, 0.5,
                    api_name='/segment')
    assert list(own.view_api(return_format='dict')['named_endpoints']) == ['/segment']


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
    threshold = tab.get_by_role('spinbutton', name='Threshold')
    threshold.fill('1')
    threshold.press('Enter')
    line_with(tab, '0 of 3 parts found')
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
    fill(tab, Parts='cat: R&D, tail', Object='cat')
    tab.get_by_role('spinbutton', name='Threshold').fill('0')
    tab.get_by_role('button', name='Segment').click()
    tab.wait_for_selector('#hover .part')
    tab.locator('#picture').get_by_role('button', name='Remove Image').click()
    tab.wait_for_selector('#hover .shown svg', state='detached')
    assert tab.locator('#line').inner_text().strip() == ''
    drop(tab, picture_file(tmp_path, 'damaged'))
    tab.get_by_role('button', name='Segment').click()
    line_with(tab, 'image damaged.png cannot be read')


def test_a_tall_picture(tab, tmp_path):
    """It leaves room for what stands below it."""
    Image.new('RGB', (200, 4000)).save(tmp_path / 'tall.png')
    drop(tab, tmp_path / 'tall.png')
    shown = tab.locator('#picture img').bounding_box()
    assert 300 < shown['height'] < 0.8 * tab.viewport_size['height']


def test_example_and_note(tab):
    assert 'trained on 3 parts of 2 objects (bus, cat)' in tab.locator('#note').inner_text()
    tab.locator('#examples').get_by_text('bird: head, beak').first.click()
    tab.wait_for_selector('#picture img')
    assert tab.get_by_role('textbox', name='Parts').input_value().startswith('bird: head, beak')
    tab.get_by_role('button', name='Segment').click()
    line_with(tab, 'of 5 parts found')
