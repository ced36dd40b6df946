"""A tiny untrained model with its config and checkpoint files."""
import pytest

from mmpartseg.apis import PartSegInferencer
from tests.tiny_model import write_model


@pytest.fixture(scope='session')
def model_files(tmp_path_factory):
    """``(config file, checkpoint file)``."""
    return write_model(tmp_path_factory.mktemp('model'))


@pytest.fixture
def inferencer(model_files):
    """In the config's vocabulary."""
    return PartSegInferencer(*model_files, device='cpu')
