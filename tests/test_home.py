"""Nothing is written to the user's home: what libraries keep there goes to a temporary one."""
import importlib.util
import os
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

# module, expression: where it keeps what it downloads, logs or sets
KEPT = {
    'pathlib': 'pathlib.Path.home()',
    'huggingface_hub.constants': 'huggingface_hub.constants.HF_HUB_CACHE',
    'torch.hub': 'torch.hub.get_dir()',
    'matplotlib': 'matplotlib.get_cachedir()',
    'wandb.env': 'wandb.env.get_data_dir()',
}


def kept_by(module):
    return eval(KEPT[module], {module.split('.')[0]: importlib.import_module(module.split('.')[0])})


@pytest.mark.parametrize('module', KEPT)
def test_what_libraries_keep(module):
    pytest.importorskip(module)
    home = Path(os.environ['HOME'])
    assert home.is_relative_to(tempfile.gettempdir())
    assert Path(kept_by(module)).is_relative_to(home)


def test_children_too():
    """Tools that a test starts, which import nothing of the tests."""
    here = [module for module in KEPT if importlib.util.find_spec(module.split('.')[0])]
    code = ''.join(f'import {module}; print({KEPT[module]});' for module in here)
    printed = subprocess.run([sys.executable, '-c', code], capture_output=True, text=True, check=True,
                             cwd=Path(__file__).parents[1]).stdout
    assert printed.splitlines() == [str(kept_by(module)) for module in here]
    assert all(Path(line).is_relative_to(os.environ['HOME']) for line in printed.splitlines())
