"""setup.py, which adds to setup.cfg what that cannot say."""
import configparser
import re
import runpy
from pathlib import Path

import mmpartseg

ROOT = Path(__file__).parents[1]


def test_the_package_index_shows_the_readme(monkeypatch):
    """Relative links would lead nowhere there."""
    given, settings = {}, configparser.ConfigParser()
    settings.read(ROOT / 'setup.cfg')
    monkeypatch.setattr('setuptools.setup', lambda **options: given.update(options))
    monkeypatch.chdir(ROOT)
    runpy.run_path('setup.py')
    assert given['long_description_content_type'] == 'text/markdown'
    links = re.findall(r'(!?)\[[^]]*\]\(([^)\s]+)\)', given['long_description'])
    start = f"{settings['metadata']['url']}/"
    ours = [(picture, link.removeprefix(start)) for picture, link in links if link.startswith(start)]
    assert len(ours) > 20 and not [link for _, link in links if '://' not in link]
    for picture, link in ours:
        kind, tag, path = link.split('/', 2)
        assert (kind, tag) == ('raw' if picture else 'blob', f'v{mmpartseg.__version__}')
        assert (ROOT / path).exists(), path
