"""Answers of the web page that come when something else is on the screen, in a real Chromium."""
import threading

import pytest
import web_demo as demo

from tests.visited_page import (  # noqa: F401
    drop,
    fill,
    inferencer_fixture,
    line_with,
    picture_file,
    tab_fixture,
    url_fixture,
)


@pytest.fixture(name='asked')
def asked_fixture(monkeypatch):
    """Calls that have begun; they answer when ``asked.turns`` lets them."""
    asked, segment = threading.Semaphore(0), demo.segment
    asked.turns = threading.Semaphore(0)
    asked.begun = lambda: asked.acquire(timeout=30) or pytest.fail('no call has begun')
    monkeypatch.setattr(demo, 'segment',
                        lambda *given: (asked.release(), asked.turns.acquire(), segment(*given))[-1])
    yield asked
    asked.turns.release(100)


def test_nothing_is_passed_over(tab, asked, tmp_path):
    """What is asked while a call runs comes after it."""
    drop(tab, picture_file(tmp_path, 'transparent'))
    tab.get_by_role('button', name='Segment').click()
    asked.begun()
    fill(tab, Parts='cat: head')
    tab.get_by_role('textbox', name='Parts').press('Enter')
    asked.turns.release(2)
    line_with(tab, 'of 1 part found')


@pytest.mark.parametrize('answered', [0, 1])
def test_late_answers(tab, asked, tmp_path, answered):
    """Two calls wait when their picture goes, one of which may be answered: nothing of it is seen then."""
    tab.route('**/cancel', lambda route: None)  # as one that comes when the answer is on its way
    for threshold, picture in (('0.5', 'transparent'), ('0', '16 bit')):
        drop(tab, picture_file(tmp_path, picture))
        nothing_after(tab, 500)
        tab.get_by_role('spinbutton', name='Threshold').fill(threshold)
        tab.get_by_role('button', name='Segment').click()  # the field is left by that, which asks too
        asked.begun()
        if answered:
            asked.turns.release()
            asked.begun()
        tab.locator('#picture').get_by_role('button', name='Remove Image').click()
        asked.turns.release(2 - answered)
        nothing_after(tab, 1000)
        while asked.acquire(blocking=False):
            pass


def test_a_late_object(tab, asked, tmp_path):
    """What was chosen in an earlier picture is not chosen in the next."""
    tab.route('**/cancel', lambda route: None)
    asked.turns.release(2)  # for the field that is left, and for Enter
    drop(tab, picture_file(tmp_path, 'transparent'))
    tab.get_by_role('spinbutton', name='Threshold').fill('0')
    tab.get_by_role('textbox', name='Parts').press('Enter')
    line_with(tab, 'parts found')
    tab.locator('#hover .shown svg').click()
    for _ in range(3):
        asked.begun()
    for picture in ('16 bit', 'transparent'):  # another, and the first once more
        tab.locator('#picture').get_by_role('button', name='Remove Image').click()
        drop(tab, picture_file(tmp_path, picture))
        asked.turns.release(2)
        nothing_after(tab, 1000)
        tab.get_by_role('spinbutton', name='Threshold').press('ArrowUp')
        tab.get_by_role('spinbutton', name='Threshold').press('Enter')
        assert line_with(tab, 'parts found')[0].isdigit()  # no object before it


def nothing_after(tab, milliseconds):
    """What came meanwhile may be seen for a moment."""
    tab.wait_for_timeout(milliseconds)
    tab.wait_for_function("""() => !document.querySelector('#line').innerText.trim()
        && !document.querySelector('#hover .shown svg, #overlay img, #downloads a[download]')""")
