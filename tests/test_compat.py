"""Distributions of OpenMMLab's modules: by what they hold, not by what they are called or numbered."""
import subprocess
import sys
import types
from pathlib import Path

import mmcv
import pytest
import torch

from mmpartseg import compat

LATER_MMCV = """
import mmcv
mmcv.__version__ = '2.2.0'
import importlib.util
import sys
import mmpartseg
before = 'mmdet' in sys.modules
if importlib.util.find_spec('mmdet'):
    import mmdet.models
print('FOUND', mmcv.__version__, mmpartseg.models.PartSegmentor.__name__, before)
"""


def test_a_later_mmcv_is_not_refused_by_its_number():
    """mmseg 1.2.2 would, and mmdet 3.3.0 whenever it is imported; the number is what it was afterwards."""
    done = subprocess.run([sys.executable, '-c', LATER_MMCV], capture_output=True, text=True)
    assert done.stdout.splitlines()[-1:] == ['FOUND 2.2.0 PartSegmentor False'], done.stderr


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


def test_a_base_of_mmseg_is_found_whatever_distribution_it_is_of(monkeypatch, tmp_path):
    """There is no distribution of mmsegmentation where its continuation, or a checkout, is used."""
    from mmengine.config import config

    def known(function):
        def ask(package):
            if package != 'mmseg':
                raise ModuleNotFoundError(f'no distribution {package}')
            return function(package)
        return ask
    for name in ('is_installed', 'get_installed_path'):
        monkeypatch.setattr(config, name, known(getattr(config, name)))
    (tmp_path / 'mine.py').write_text("_base_ = 'mmseg::_base_/models/upernet_r50.py'")
    assert config.Config.fromfile(tmp_path / 'mine.py').model.decode_head.type == 'UPerHead'


def test_setuptools_is_asked_for_by_those_that_use_it(monkeypatch):
    def fail(name):
        raise ModuleNotFoundError("No module named 'pkg_resources'", name='pkg_resources')
    find = compat.importlib.util.find_spec
    monkeypatch.setattr(compat.importlib, 'import_module', fail)
    monkeypatch.setattr(compat.importlib.util, 'find_spec',
                        lambda name: None if name == 'pkg_resources' else find(name))
    with pytest.raises(ImportError, match="needs setuptools, which provides 'pkg_resources': pip install"):
        compat.prepare()


@pytest.mark.parametrize('cpu, expected', [
    (dict(get_capabilities=lambda: dict(avx512_bf16=True)), True),
    (dict(get_capabilities=lambda: dict(avx512_bf16=False, amx_bf16=True)), True),
    (dict(get_capabilities=lambda: dict(avx2=True, architecture='arm64')), False),
    (dict(_is_avx512_bf16_supported=lambda: True, _is_amx_tile_supported=lambda: False), True),
    (dict(_is_avx512_bf16_supported=lambda: False, _is_amx_tile_supported=lambda: True), True),
    (dict(_is_avx512_bf16_supported=lambda: False), False), ({}, False)])
def test_bfloat16_of_a_cpu_by_what_torch_says(cpu, expected, monkeypatch):
    """In public, by private functions, by one of them, not at all."""
    monkeypatch.setattr(torch, 'cpu', types.SimpleNamespace(**cpu))
    assert compat.cpu_multiplies_bfloat16() is expected


def test_this_torch_says_what_the_system_says():
    flags = Path('/proc/cpuinfo')
    if not flags.exists() or 'flags' not in flags.read_text():
        pytest.skip('only Linux on x86 lists what its processor can do')
    words = flags.read_text().split()
    assert compat.cpu_multiplies_bfloat16() == ('avx512_bf16' in words or 'amx_bf16' in words)
