"""What surrounds the code: versions agree, CI calls what is documented, links lead somewhere."""
import ast
import configparser
import importlib
import re
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

import mmpartseg

ROOT = Path(__file__).parents[1]
SETUP = configparser.ConfigParser()
SETUP.read(ROOT / 'setup.cfg')
FENCE = re.compile(r'^```.*?^```', re.MULTILINE | re.DOTALL)
PAGES = ('*.md', 'docs/*.md', 'data/*.md', 'data/*/*.md', 'configs/*/*.md', '.github/*.md')
MARKDOWN = sorted(path for pattern in PAGES for path in ROOT.glob(pattern))


def read(name):
    return (ROOT / name).read_text(encoding='utf-8')


def test_one_version():
    version = mmpartseg.__version__
    assert re.search(r'^## (\S+)', read('CHANGELOG.md'), re.MULTILINE)[1] == version
    assert yaml.safe_load(read('CITATION.cff'))['version'] == version
    assert f'v{version}/' in read('configs/partclipseg/metafile.yaml')


def test_citation_names_paper_and_software():
    citation = yaml.safe_load(read('CITATION.cff'))
    zoo = yaml.safe_load(read('configs/zoo.yml'))
    paper = zoo['families']['partclipseg']['paper']
    preferred = citation['preferred-citation']
    for key in ('title', 'url', 'year'):
        assert preferred[key] == paper[key]
    names = ' and '.join(f'{a["given-names"]} {a["family-names"]}' for a in preferred['authors'])
    assert names == paper['authors']
    assert citation['repository-code'] == SETUP['metadata']['url'] == zoo['repository']
    owner, _, name = zoo['repository'].removeprefix('https://github.com/').partition('/')
    ours = f'//(github.com/{owner}|{owner}.github.io)/{name}(/|$)|//arxiv.org/'
    assert all(re.search(ours, line) for line in SETUP['metadata']['project_urls'].strip().splitlines())


def test_ci_calls_what_is_documented():
    """Every step of .ci/run is a command of CONTRIBUTING.md, every workflow calls .ci/run alone."""
    table = dict(re.findall(r'^\| `(\w+)` \| `(.+?)` \|', read('CONTRIBUTING.md'), re.MULTILINE))
    steps = dict(re.findall(r'^ +(\w+)\) (.+?) ;;', read('.ci/run'), re.MULTILINE))
    assert steps == table and set(re.search(r'STEPS=\((.*)\)', read('.ci/run'))[1].split()) == set(steps)
    for command in steps.values():
        assert (ROOT / command.split()[1]).is_file()
    jobs = yaml.safe_load(read('.github/workflows/ci.yml'))['jobs']
    job, matrix = jobs['steps'], jobs['steps']['strategy']['matrix']
    assert set(matrix['step']) == set(steps)
    tested = {*matrix['python'], *(each['python'] for each in matrix['include'])}
    assert tested == set(pythons())
    assert [step['run'] for step in job['steps'] if 'run' in step] == ['bash .ci/run ${{ matrix.step }}']
    publish = yaml.safe_load(read('.github/workflows/publish.yml'))
    assert publish[True]['push']['tags'] == ['v*']  # YAML reads `on` as true
    assert publish['jobs']['ci']['uses'] == './.github/workflows/ci.yml'
    assert publish['jobs']['pypi']['needs'] == 'ci'


def pythons():
    """The versions that the classifiers claim, as CI tests them."""
    return re.findall(r'Python :: (3\.\d+)', SETUP['metadata']['classifiers'])


def test_pythons_agree():
    first, *_, last = pythons()
    minor = int(last.partition('.')[2])
    assert SETUP['options']['python_requires'] == f'>={first},<3.{minor + 1}'
    for name in ('README.md', 'CONTRIBUTING.md', 'tools/environment.sh'):
        assert set(re.findall(r'Python (3\.\d+) to (3\.\d+)', read(name))) == {(first, last)}, name
    allowed = f'(3, {first.partition(".")[2]}) <= sys.version_info[:2] <= (3, {minor})'
    assert allowed in read('tools/environment.sh')


def test_an_unknown_step():
    ended = subprocess.run(['bash', ROOT / '.ci/run', 'nothing'], capture_output=True, text=True)
    assert ended.returncode == 2 and "'nothing' is no step; the steps are tests lint" in ended.stderr


def test_pinned_versions_agree():
    pinned = dict(line.split(';')[0].split('#')[0].strip().split('==')
                  for line in read('requirements.txt').splitlines() if '==' in line)
    hooks = yaml.safe_load(read('.pre-commit-config.yaml'))['repos']
    assert hooks[0]['rev'] == f'v{pinned["ruff"]}'
    build = re.search(r'requires = \["(.*)"\]', read('pyproject.toml'))[1]
    assert build == pinned_line('setuptools')


def pinned_line(name):
    return next(line for line in read('requirements.txt').splitlines() if line.startswith(name))


def test_docker_runs_the_commands_of_the_readme():
    lines = read('Dockerfile').splitlines()
    runs = [line.removeprefix('RUN ') for line in lines if line.startswith('RUN ')]
    user = lines.index('USER 1000')  # Kubernetes' runAsNonRoot asks for a number
    ours = [line.removeprefix('RUN ') for line in lines[user:] if line.startswith('RUN ')]
    assert ours and all(f'\n{command}\n' in read('README.md') for command in ours)
    assert len(runs) - len(ours) == 2  # system packages, the user
    folder = next(line.removeprefix('WORKDIR ') for line in lines if line.startswith('WORKDIR '))
    assert f'--uid 1000 user && install --directory --owner user {folder}' in runs[1]
    assert sum(line.startswith('USER ') for line in lines) == 1


def test_issue_templates_are_forms():
    for path in ROOT.glob('.github/ISSUE_TEMPLATE/*.yml'):
        form = yaml.safe_load(path.read_text())
        if path.name != 'config.yml':
            assert {'name', 'description', 'body'} <= set(form)
            ids = [field['id'] for field in form['body']]
            assert len(set(ids)) == len(ids) and all('label' in field['attributes'] for field in form['body'])


def test_the_readme_fits_in_a_few_screens():
    assert len(read('README.md').splitlines()) < 150


def anchors_of(path):
    """GitHub's names of the headings of a page."""
    headings = re.findall(r'^#+ (.*)', FENCE.sub('', path.read_text()), re.MULTILINE)
    return {re.sub(r'[^\w\- ]', '', heading.lower()).replace(' ', '-') for heading in headings}


@pytest.mark.parametrize('path', MARKDOWN, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_links(path):
    text = FENCE.sub('', path.read_text(encoding='utf-8'))
    for link in re.findall(r'\]\(([^)\s]+)\)', text):
        if re.match(r'\w+:', link):
            assert re.match(r'https://[\w.-]+\.\w+(/|$)', link), link
            continue
        name, _, anchor = link.partition('#')
        target = (path.parent / name).resolve() if name else path
        assert target.exists() and target.is_relative_to(ROOT), f'{link} leads nowhere'
        assert not anchor or anchor in anchors_of(target), f'{link}: no such heading'


def test_every_page_is_in_the_navigation():
    nav = str(yaml.safe_load(read('mkdocs.yml'))['nav'])
    for path in ROOT.glob('docs/*.md'):
        assert f"'{path.name}'" in nav, f'add docs/{path.name} to nav in mkdocs.yml'


@pytest.mark.parametrize('link, page, expected', [
    ('docs/tutorial.md', 'README.md', 'tutorial.md'),
    ('configs/partclipseg/README.md#citation', 'README.md', 'zoo/partclipseg/index.md#citation'),
    ('../data/README.md', 'docs/tutorial.md', 'data/index.md'),
    ('../../docs/recipe.md', 'configs/clipseg/README.md', '../../recipe.md'),
    ('../tools/train.py', 'docs/tutorial.md', 'https://host/blob/main/tools/train.py'),
    ('../tools', 'docs/tutorial.md', 'https://host/tree/main/tools'),
    ('https://elsewhere.org', 'README.md', 'https://elsewhere.org'), ('#here', 'README.md', '#here')])
def test_links_on_the_site(link, page, expected, monkeypatch):
    monkeypatch.setitem(sys.modules, 'mkdocs.structure.files', type(sys)('files'))
    monkeypatch.setattr(sys.modules['mkdocs.structure.files'], 'File', None, raising=False)
    monkeypatch.syspath_prepend(str(ROOT / 'tools'))
    pages = importlib.import_module('docs_pages')
    shown = pages.outside_pages().get(page, page.removeprefix('docs/'))
    assert pages.resolve(link, page, shown, 'https://host') == expected
    assert pages.title_of('configs/partclipseg/README.md') == 'PartCLIPSeg'


@pytest.mark.parametrize('folder', sorted({path.parent for path in ROOT.glob('mmpartseg/**/*.py')}),
                         ids=lambda path: path.relative_to(ROOT).as_posix())
def test_each_folder_says_what_lives_there(folder):
    docstring = ast.get_docstring(ast.parse((folder / '__init__.py').read_text()))
    assert docstring and docstring.split('\n')[0].endswith('.')


# what users have one of at times; sizes, limits and "5 of the 7 parts" are no counts of this kind
THINGS = ('pictures|images|classes|objects|samples|polygons|files|entries|processes|warnings|problems|'
          'photos|shapes|shots|members|evaluators|architectures|channels')


@pytest.mark.parametrize('folder', ['mmpartseg', 'tools'])
def test_no_count_of_one_is_printed_with_a_plural(folder):
    """``'1 pictures'``: numbers in texts get their nouns from :func:`mmpartseg.printable.counted`."""
    after = re.compile(rf' (?:[a-z]+ )?(?:{THINGS})\b')
    for path in ROOT.glob(f'{folder}/**/*.py'):
        for text in ast.walk(ast.parse(path.read_text())):
            for value, then in zip(text.values, text.values[1:]) if isinstance(text, ast.JoinedStr) else ():
                assert not (isinstance(value, ast.FormattedValue) and isinstance(then, ast.Constant)
                            and after.match(then.value)), f'{path}:{text.lineno}: {then.value}'


@pytest.mark.parametrize('folder', ['mmpartseg', 'tools', 'configs', 'tests'])
def test_files_are_short(folder):
    for path in ROOT.glob(f'{folder}/**/*.py'):
        assert len(path.read_text().splitlines()) <= 200, path
