"""Exported models."""
import pytest
import torch

from mmpartseg import compat
from tests.tiny_model import load_tool, write_model

pytest.importorskip('onnx')
pytest.importorskip('onnxscript')
onnxruntime = pytest.importorskip('onnxruntime')
export = load_tool('export_onnx')
PARTS = 'cat: head, tail; cow: head'
SIZES = [(False, (32, 32)), (True, (32, 32)), (True, (48, 24))]
try:
    compat.check_dynamic_onnx()
except ImportError:  # what is left is the refusal
    SIZES = SIZES[:1]


@pytest.fixture(name='model_files', scope='module')
def model_files_fixture(tmp_path_factory):
    return write_model(tmp_path_factory.mktemp('model'))


@pytest.fixture(name='exported', scope='module')
def exported_fixture(model_files, tmp_path_factory):
    """``{dynamic: onnx file}``."""
    folder = tmp_path_factory.mktemp('exported')
    config, checkpoint = model_files
    for dynamic in {dynamic for dynamic, _ in SIZES}:
        export.main(['--config', config, '--checkpoint', checkpoint, '--parts', PARTS,
                     '--out', str(folder / f'{dynamic}.onnx'), *(['--dynamic'] if dynamic else [])])
    return {dynamic: folder / f'{dynamic}.onnx' for dynamic, _ in SIZES}


def outputs(path, image):
    """By name, of the ONNX file and of the program beside it."""
    session = onnxruntime.InferenceSession(path)
    names = [output.name for output in session.get_outputs()]
    program = torch.export.load(path.with_suffix('.pt2')).module()
    return (dict(zip(names, session.run(None, {'image': image}))),
            dict(zip(names, [value.numpy() for value in program(torch.from_numpy(image))])))
