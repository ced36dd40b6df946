"""The worked examples of docs/design.md: their files are written into an empty folder, their code is run."""
import re
import sys
from pathlib import Path

import pytest
from mmengine.config import Config
from mmseg.registry import DATASETS, MODELS

ROOT = Path(__file__).parents[1]
TEXT = (ROOT / 'docs' / 'design.md').read_text()
BLOCK = re.compile(r'```python\n(.*?)```', re.DOTALL)
EXAMPLES = dict(re.findall(r'^### (.*?)\n(.*?)(?=^### |\Z)', TEXT, re.MULTILINE | re.DOTALL))
HELPER = BLOCK.search(TEXT.partition('### ')[0])[1]
NEW = {'SoftJaccardLoss', 'CosineHead', 'Patches', 'Letters', 'ToysDataset'}


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """An empty folder beside ``configs`` that scripts import from; what they register goes again."""
    (tmp_path / 'configs').symlink_to(ROOT / 'configs')
    monkeypatch.chdir(tmp_path)
    monkeypatch.syspath_prepend(str(tmp_path))
    modules = set(sys.modules)
    (tmp_path / 'one_step.py').write_text(HELPER)
    yield tmp_path
    for name in set(sys.modules) - modules:
        if (tmp_path / f'{name}.py').exists():
            del sys.modules[name]
    for registry in (MODELS, DATASETS):
        for name in NEW & set(registry.module_dict):
            del registry._module_dict[name]


@pytest.mark.parametrize('title', EXAMPLES)
def test_example(title, folder):
    ran = 0
    for block in BLOCK.findall(EXAMPLES[title]):
        name = re.match(r'# (\S+\.py)\n', block)
        if name:
            (folder / name[1]).write_text(block)
        else:
            exec(compile(block, f'{title} of docs/design.md', 'exec'), {})
            ran += 1
    assert ran == 1 and 'assert ' in EXAMPLES[title]
    for path in folder.glob('*.py'):
        if '_base_' in path.read_text():
            assert Config.fromfile(path).default_scope == 'mmseg'


def test_there_is_one_for_each_kind():
    assert list(EXAMPLES) == ['A loss', 'A data set', 'A head', 'An encoder']


def test_paths_exist():
    for path in set(re.findall(r'`((?:mmpartseg|configs|tests|tools|data)/[\w/.*]*)`', TEXT)):
        assert list(ROOT.glob(path.rstrip('/'))), path
