"""Pictures for tools/predict.py, and how it is run."""
import json

import numpy as np
import pytest
from PIL import Image

from tests.tiny_model import load_tool, write_model

predict = load_tool('predict')
PARTS = 'cat: head, tail; cow: head, horn'
RGB = np.random.default_rng(0).integers(0, 256, (24, 40, 3), dtype=np.uint8)


@pytest.fixture(name='model_files', scope='module')
def model_files_fixture(tmp_path_factory):
    return write_model(tmp_path_factory.mktemp('model'))


@pytest.fixture(name='pictures')
def pictures_fixture(tmp_path):
    """A folder with two good pictures and a broken one between them."""
    folder = tmp_path / 'pictures'
    folder.mkdir()
    Image.fromarray(RGB).save(folder / 'a.png')
    (folder / 'b.jpg').write_bytes(b'no picture')
    Image.fromarray(RGB[:, ::-1]).save(folder / 'c.png')
    return folder


@pytest.fixture(name='run')
def run_fixture(model_files, tmp_path):
    """Run the tool on arguments; returns its exit code and reads the JSON files it wrote."""
    def run(*args, parts=PARTS, out=tmp_path / 'out'):
        config, checkpoint = model_files
        args = ('--threshold', 0, *args)  # the model is untrained
        code = predict.main(['--device', 'cpu', *map(str, args), '--config', config,
                             '--checkpoint', checkpoint, '--out', str(out),
                             *(['--parts', parts] if parts else [])])
        return code, {p.stem: json.loads(p.read_text()) for p in sorted(out.glob('*.json'))}
    return run
