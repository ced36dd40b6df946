"""Distributions of OpenMMLab's modules: by what they hold, not by what they are called or numbered."""
import subprocess
import sys

import mmcv
import pytest

from mmpartseg import compat

LATER_MMCV = """
import mmcv
mmcv.__version__ = '2.2.0'
import mmpartseg
print('FOUND', mmcv.__version__, mmpartseg.models.PartSegmentor.__name__)
"""


def test_a_later_mmcv_is_not_refused_by_its_number():
    """mmseg 1.2.2 would; the number is what it was afterwards."""
    done = subprocess.run([sys.executable, '-c', LATER_MMCV], capture_output=True, text=True)
    assert done.stdout.splitlines()[-1:] == ['FOUND 2.2.0 PartSegmentor'], done.stderr


def test_an_older_one_is(monkeypatch):
    monkeypatch.setattr(mmcv, '__version__', '1.7.2')
    with pytest.raises(ImportError, match=r"needs mmcv >=2.0.0, but 1.7.2 is installed: pip install 'mmcv-l"):
        compat.prepare()


@pytest.mark.parametrize('module, message', [
    ('mmcv', "mmpartseg needs mmcv, which provides 'mmcv': pip install 'mmcv-lite>=2.0.0'"),
    ('mmseg', "mmpartseg needs mmsegmentation, which provides 'mmseg': pip install 'mmsegmentation>=1.2.2'")])
def test_what_is_not_there(module, message, monkeypatch):
    find = compat.importlib.util.find_spec
    monkeypatch.setattr(compat.importlib.util, 'find_spec',
                        lambda name: None if name == module else find(name))
    with pytest.raises(ImportError) as error:
        compat.prepare()
    assert str(error.value) == message


def test_setuptools_is_asked_for_by_those_that_use_it(monkeypatch):
    def fail(name):
        raise ModuleNotFoundError("No module named 'pkg_resources'", name='pkg_resources')
    find = compat.importlib.util.find_spec
    monkeypatch.setattr(compat.importlib, 'import_module', fail)
    monkeypatch.setattr(compat.importlib.util, 'find_spec',
                        lambda name: None if name == 'pkg_resources' else find(name))
    with pytest.raises(ImportError, match="needs setuptools, which provides 'pkg_resources': pip install"):
        compat.prepare()
