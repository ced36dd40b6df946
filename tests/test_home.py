"""Nothing is written to the user's home: what libraries keep there goes to a temporary one."""
import importlib
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


@pytest.mark.parametrize('module', KEPT)
def test_what_libraries_keep(module):
    pytest.importorskip(module)
    home = Path(os.environ['HOME'])
    assert home.is_relative_to(tempfile.gettempdir())
    folder = eval(KEPT[module], {module.split('.')[0]: importlib.import_module(module.split('.')[0])})
    assert Path(folder).is_relative_to(home)


def test_children_too():
    code = 'import os, pathlib, tests; print(pathlib.Path.home()); print(os.path.expanduser("~/.cache"))'
    printed = subprocess.run([sys.executable, '-c', code], capture_output=True, text=True, check=True,
                             cwd=Path(__file__).parents[1]).stdout
    assert printed.splitlines() == [os.environ['HOME'], os.environ['HOME'] + '/.cache']
