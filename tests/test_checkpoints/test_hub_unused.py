"""huggingface_hub has its modules as attributes once something has imported them, not before."""
import importlib

import huggingface_hub
import pytest

from mmpartseg.checkpoints.schemes import load_from_clipseg


@pytest.mark.parametrize('name', ['typo', 'nobody/nothing'])
def test_a_name_that_is_no_folder(name, monkeypatch):
    for module in ('constants', 'errors'):
        importlib.import_module(f'huggingface_hub.{module}')
        monkeypatch.delattr(huggingface_hub, module)
    with pytest.raises(FileNotFoundError, match=f'clipseg://{name} is neither a folder nor in the cache'):
        load_from_clipseg(f'clipseg://{name}')
