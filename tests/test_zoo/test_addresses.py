"""The project's address is stated in one place."""
import re
import shutil
from pathlib import Path

import pytest

from mmpartseg.zoo import load_zoo
from mmpartseg.zoo.addresses import STATED_IN, addressed, owner_and_name

ROOT = Path(__file__).parents[2]


@pytest.fixture
def checkout(tmp_path):
    for name in STATED_IN:
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(ROOT / name, tmp_path / name)
    return tmp_path


def test_another_address(checkout):
    before = {name: (checkout / name).read_text() for name in STATED_IN}
    zoo = load_zoo(ROOT)._replace(root=checkout)
    assert addressed(zoo) == before
    after = addressed(zoo._replace(repository='https://github.com/lab-x/part.seg'))
    for name in STATED_IN:
        found = re.findall(r'github\.com/([\w.-]+/[\w.-]+)|//([\w.-]+)\.github\.io(/[\w.-]+)', after[name])
        assert found and {''.join(each) for each in found} == {'lab-x/part.seg'}, name
        assert len(after[name].splitlines()) == len(before[name].splitlines())
        (checkout / name).write_text(after[name])
    assert 'arxiv.org/abs/2406.11384' in after['setup.cfg']
    assert addressed(zoo) == before  # and back again


def test_nobody_else_states_an_address():
    """In files that people write; what the zoo writes has it from there."""
    owner, name = owner_and_name(load_zoo(ROOT).repository)
    for path in [*ROOT.glob('*.*'), *ROOT.glob('docs/*.md'), *ROOT.glob('mmpartseg/**/*.py'),
                 *ROOT.glob('tools/**/*.py'), *ROOT.glob('.github/**/*.yml')]:
        if path.is_file() and path.relative_to(ROOT).as_posix() not in STATED_IN:
            assert f'github.com/{owner}/{name}' not in path.read_text(errors='replace'), path


@pytest.mark.parametrize('address', ['https://gitlab.com/a/b', 'https://github.com/a', 'github.com/a/b',
                                     'https://github.com/a/b/', 'https://github.com/a/b.git'])
def test_other_hosts(address):
    with pytest.raises(ValueError, match=f"repository is '{address}', expected https://github.com/OWNER/NAME"):
        owner_and_name(address)
