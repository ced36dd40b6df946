"""The tables of differences (also recipe, cost volumes, ZSSeg+) name options and files that exist."""
import inspect
import re
from pathlib import Path

import pytest

from mmpartseg import evaluation, models
from mmpartseg.datasets import transforms

ROOT = Path(__file__).parents[1]
PAGES = [page for page in ('differences', 'recipe', 'cost_volumes', 'zsseg')
         if (ROOT / 'docs' / f'{page}.md').exists()]
PATH = re.compile(
    r'`((?:configs/)?(?:partclipseg|clipseg|catseg|partcatseg|zsseg|tools|mmpartseg)/[\w/-]+\.(?:py|sh))')
OPTION = re.compile(r'`(\w+)(?:=[^`]*)?` of `(\w+)`')


def text_of(page):
    return (ROOT / 'docs' / f'{page}.md').read_text()


@pytest.mark.parametrize('page', PAGES)
def test_paths(page):
    for path in PATH.findall(text_of(page)):
        known = [ROOT / path, ROOT / 'configs' / path]
        assert any(each.is_file() for each in known), path


@pytest.mark.parametrize('page', PAGES)
def test_options(page):
    found = OPTION.findall(text_of(page))
    for option, name in found:
        cls = next(getattr(each, name) for each in (models, evaluation, transforms) if hasattr(each, name))
        assert option in inspect.signature(cls).parameters, (option, name)
    head = {name for name in re.findall(r'`(\w+)(?:=[^`]*)?` (?:in|of) the head', text_of(page))}
    options = inspect.signature(models.PartCLIPSegHead).parameters.keys()
    options |= inspect.signature(models.PartCLIPSegHead.__mro__[1]).parameters.keys()
    assert head <= options


def test_there_is_something_to_find():
    assert len(OPTION.findall(text_of('differences'))) >= 5
