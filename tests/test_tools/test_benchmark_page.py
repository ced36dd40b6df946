"""``tools/benchmark.py page``: the tables of docs/benchmarks.md, each in its place."""
import json
import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

from tests.tiny_model import TOOLS

sys.path.insert(0, str(TOOLS))
from benchmarking import options, page  # noqa: E402

DOCS = Path(__file__).parents[2] / 'docs' / 'benchmarks.md'
EMPTY = f'# Speed\n\nbefore\n\n{page.BEGIN}\n{page.END}\n\nafter\n'


@pytest.fixture
def commands(monkeypatch):
    """Commands that were run, each with a report of how many there were."""
    found = []

    def measured(script, arguments, folder):
        found.append(arguments)
        return dict(command='metric', device='cpu (x)', threads=2, torch='2', load_average=0.5, cores=2,
                    number=len(found))
    monkeypatch.setattr(page, 'measured', measured)
    return found


@pytest.mark.parametrize('name', page.TABLES)
def test_commands_are_ones(name):
    """The command line takes them, and their configs exist."""
    arguments = shlex.split(page.TABLES[name][1])
    args = options.parse_args('', arguments)
    config = getattr(args, 'config', None)
    assert config is None or (DOCS.parents[1] / config).is_file()
    assert tuple(page.TABLES) == options.TABLES


def test_all_in_their_order(commands, tmp_path, capsys):
    path = tmp_path / 'page.md'
    path.write_text(EMPTY)
    page.write_page(str(TOOLS / 'benchmark.py'), path, ['metric', 'inference'])
    page.write_page(str(TOOLS / 'benchmark.py'), path, ['training'])
    text = path.read_text()
    titles = [line for line in text.splitlines() if line.startswith('### ')]
    assert titles == [f'### {page.TABLES[name][0]}' for name in ('inference', 'training', 'metric')]
    assert commands == [page.TABLES[name][1] for name in ('metric', 'inference', 'training')]
    assert text.startswith('# Speed\n\nbefore\n') and text.endswith('\n\nafter\n')
    assert 'Commit ' in text and 'load average 0.5 on 2 cores' in text


def test_measured_again_a_table_is_replaced(commands, tmp_path, capsys):
    path = tmp_path / 'page.md'
    path.write_text(EMPTY)
    for _ in range(2):
        page.write_page(str(TOOLS / 'benchmark.py'), path, ['metric'])
    text = path.read_text()
    assert 'number: 2' in text and 'number: 1' not in text and text.count('### ') == 1


def test_a_page_that_is_missing_is_told_first(commands, tmp_path):
    with pytest.raises(FileNotFoundError, match='missing.md'):
        page.write_page(str(TOOLS / 'benchmark.py'), tmp_path / 'missing.md', ['metric'])
    assert commands == []


def test_a_page_without_a_place(tmp_path):
    with pytest.raises(ValueError, match='the page has no place for the tables; it needs the lines'):
        page.sections_of('# Speed')


def test_the_shipped_page_has_a_place():
    assert set(page.sections_of(DOCS.read_text())[1]) <= {title for title, _ in page.TABLES.values()}


def test_the_commit_of_all_tables(tmp_path):
    """Each table but the first was marked as of a changed checkout: the page itself had changed."""
    def git(*words):
        subprocess.run(['git', '-C', str(tmp_path), '-c', 'user.name=x', '-c', 'user.email=x', *words],
                       check=True, capture_output=True)
    for name in ('page.md', 'code.py'):
        (tmp_path / name).write_text('1')
    git('init')
    git('add', '.')
    git('commit', '-m', 'x')
    clean = page.commit(tmp_path, 'page.md')
    assert re.fullmatch('[0-9a-f]{10}', clean)
    (tmp_path / 'page.md').write_text('2')
    assert page.commit(tmp_path, 'page.md') == clean
    (tmp_path / 'code.py').write_text('2')
    assert page.commit(tmp_path, 'page.md') == clean + '-dirty'
    assert page.commit(tmp_path / 'nothing', 'page.md') == 'unknown'


def test_settings_of_the_tables_are_their_commands(capsys):
    for option in ('--threads', '--repeats'):
        with pytest.raises(SystemExit):
            options.parse_args('', ['page', option, '7'])
        assert f'leave out {option}' in capsys.readouterr().err


def test_a_command_of_its_own(tmp_path):
    script = tmp_path / 'script.py'
    script.write_text('import json, sys\nopen(sys.argv[sys.argv.index("--json") + 1], "w").write('
                      'json.dumps(sys.argv[1:3]))\nsys.exit(sys.argv[1] == "bad")\n')
    assert page.measured(str(script), 'good "a b"', tmp_path) == ['good', 'a b']
    with pytest.raises(ValueError, match='failed: .*script.py bad'):
        page.measured(str(script), 'bad', tmp_path)
    assert json.loads((tmp_path / 'report.json').read_text())[0] == 'bad'
