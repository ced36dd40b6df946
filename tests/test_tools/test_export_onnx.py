"""Exported models against the segmentor itself, with onnxruntime and torch.export."""
import json
import shutil
from types import SimpleNamespace

import numpy as np
import pytest
import torch
from mmengine.config import Config
from mmseg.models.decode_heads import FCNHead
from mmseg.registry import MODELS
from mmseg.structures import SegDataSample

from mmpartseg.apis import PartSegInferencer
from mmpartseg.apis.export import FixedVocabulary, export_onnx, export_program
from mmpartseg.models import ZSSegHead
from tests.exported import PARTS, SIZES, export, exported_fixture, model_files_fixture, outputs  # noqa: F401
from tests.released_protocol import clear
from tests.tiny_cost import VARIANTS, cost_config, cost_segmentor

pytest.importorskip('onnx')
pytest.importorskip('onnxscript')
onnxruntime = pytest.importorskip('onnxruntime')


def test_options_of_the_model_are_those_of_predict(capsys):
    assert export.parse_args(['--model', 'mini', '--out', 'a.onnx']).model == 'mini'
    for wrong in (['--config', 'c.py'], ['--checkpoint', 'w.pth'], ['--model', 'mini', '--config', 'c.py']):
        with pytest.raises(SystemExit):
            export.parse_args([*wrong, '--out', 'a.onnx'])
        assert ' goes with ' in capsys.readouterr().err


@pytest.mark.parametrize('dynamic, size', SIZES)
def test_same_as_the_segmentor(exported, model_files, dynamic, size):
    image = np.random.default_rng(0).integers(0, 256, (*size, 3), dtype=np.uint8)
    inferencer = PartSegInferencer(*model_files, parts=PARTS, channel_order='rgb')
    inferencer.pipeline.transforms[0].scale = size[::-1]
    inferencer.model.test_cfg.return_logits = True
    expected, = inferencer(image)
    batch = image.transpose(2, 0, 1)[None].astype(np.float32)
    for found in outputs(exported[dynamic], batch):
        assert list(found) == ['class_scores', 'object_scores', 'label_map']
        for name, field in (('class_scores', 'seg_logits'), ('object_scores', 'object_logits')):
            np.testing.assert_allclose(found[name][0], expected.get(field).data.numpy(), atol=1e-4)
        np.testing.assert_array_equal(found['label_map'][0], expected.pred_sem_seg.data[0].numpy())
    assert len(np.unique(found['label_map'])) > 1


def test_metadata(exported):
    session = onnxruntime.InferenceSession(exported[False])
    stored = session.get_modelmeta().custom_metadata_map
    assert json.loads(stored['classes']) == ["cat's head", "cat's tail", "cow's head"]
    assert json.loads(stored['objects']) == ['cat', 'cow']
    assert session.get_inputs()[0].shape == [1, 3, 32, 32]


@pytest.mark.skipif(len(SIZES) == 1, reason='this torch exports fixed sizes')
def test_program_refuses_other_sizes(exported):
    program = torch.export.load(exported[True].with_suffix('.pt2')).module()
    with pytest.raises((AssertionError, RuntimeError),  # of torch 2.7
                       match='Guard failed|Expected input image'):
        program(torch.zeros(1, 3, 33, 32))


@pytest.mark.parametrize('bgr_to_rgb', [True, False])
def test_heads_without_object_scores(model_files, bgr_to_rgb):
    cfg = Config.fromfile(model_files[0])
    head = cfg.model.decode_head
    head.type = 'CLIPSegHead'
    cfg.model.data_preprocessor.bgr_to_rgb = bgr_to_rgb
    inferencer = PartSegInferencer(cfg, parts=PARTS)
    inferencer.model.test_cfg.return_logits = True
    module = FixedVocabulary(inferencer.model, (32, 32))
    image = np.random.default_rng(0).integers(0, 256, (32, 32, 3), dtype=np.uint8)
    expected, = inferencer(image)
    rgb = torch.from_numpy(image[..., ::-1].copy()).permute(2, 0, 1)[None].float()
    with torch.no_grad():
        scores, labels = module(rgb)
    assert module.output_names == ('class_scores', 'label_map')
    torch.testing.assert_close(scores[0], expected.seg_logits.data)
    assert torch.equal(labels, expected.pred_sem_seg.data)


@pytest.mark.parametrize('variant', list(VARIANTS))
def test_cost_family(variant, tmp_path):
    """Any size of picture, resized inside; of cvpr24, one class of seven is not looked at."""
    cfg = cost_config(variant)
    cfg['decode_head']['num_layers'] = 1  # a small graph
    cfg['test_cfg']['return_logits'] = True
    torch.manual_seed(0)
    model = MODELS.build(cfg).eval()
    module, path = FixedVocabulary(model, (40, 48)), tmp_path / 'model.onnx'
    export_onnx(export_program(module, (40, 48)), module, path, {})
    image = torch.randint(0, 256, (3, 40, 48), generator=torch.Generator().manual_seed(0))
    with torch.no_grad():
        expected, = model.test_step(dict(
            inputs=[image.flip(0)], data_samples=[SegDataSample(metainfo=dict(ori_shape=(40, 48)))]))
    scores, labels = onnxruntime.InferenceSession(path).run(None, {'image': image[None].float().numpy()})
    torch.testing.assert_close(torch.from_numpy(scores[0]), expected.seg_logits.data, atol=1e-5, rtol=0)
    sure = clear(expected.seg_logits.data, list(range(len(scores[0]))))
    assert sure.float().mean() > 0.95
    assert torch.equal(torch.from_numpy(labels[0])[sure], expected.pred_sem_seg.data[0][sure])


def test_cost_family_has_a_size_of_its_own():
    with pytest.raises(ValueError, match='GuidedCLIP is exported for one size.*OpenCLIPViT'):
        FixedVocabulary(cost_segmentor('catseg'), (40, 48), dynamic=True)


def test_two_stages_are_refused():
    with pytest.raises(ValueError, match='ZSSegHead cannot be exported: the boxes .* depend on what is in'):
        FixedVocabulary(SimpleNamespace(decode_head=object.__new__(ZSSegHead)), (32, 32))


def test_fixed_heads_are_refused():
    model = torch.nn.Module()
    model.decode_head = FCNHead(in_channels=4, channels=4, num_classes=3)
    with pytest.raises(ValueError, match='FCNHead is not conditioned on text'):
        FixedVocabulary(model, (32, 32))


def test_a_difference_leaves_no_file(exported, model_files, tmp_path, monkeypatch):
    config, checkpoint = model_files
    program = torch.export.load(exported[False].with_suffix('.pt2'))
    monkeypatch.setattr(export, 'export_program', lambda *_: program)
    monkeypatch.setattr(export, 'export_onnx',
                        lambda program, module, path, names: shutil.copy(exported[False], path))
    monkeypatch.setattr(export, 'score_difference', lambda *_: 2e-4)
    with pytest.raises(ValueError, match=r'differs from torch by 0.0002, more than 0.0001'):
        export.main(['--config', config, '--checkpoint', checkpoint, '--parts', 'cat: head',
                     '--out', str(tmp_path / 'a.onnx')])
    assert list(tmp_path.iterdir()) == []


def test_dynamic_size_needs_a_newer_torch(model_files, tmp_path, monkeypatch):
    monkeypatch.setattr(torch, '__version__', '2.6.0+cpu')
    with pytest.raises(ImportError, match=r"need torch >=2.7.0, but 2.6.0\+cpu.*pip install 'torch>=2"):
        export.main(['--config', model_files[0], '--checkpoint', model_files[1], '--dynamic',
                     '--out', str(tmp_path / 'a.onnx')])
    assert list(tmp_path.iterdir()) == []


def test_errors(model_files, tmp_path, monkeypatch, capsys):
    common = ['--config', model_files[0], '--checkpoint', model_files[1]]
    with pytest.raises(ValueError, match=r'multiples of its patch, \(8, 8\); got \(30, 32\)'):
        export.main([*common, '--size', '30', '32', '--out', str(tmp_path / 'a.onnx')])
    with pytest.raises(SystemExit):
        export.parse_args([*common, '--out', 'model.pt'])
    assert "--out must end in .onnx, got 'model.pt'" in capsys.readouterr().err
    monkeypatch.setattr(export.importlib.util, 'find_spec', lambda name: None)
    with pytest.raises(ImportError, match=r"onnx, onnxscript, .*pip install 'mmpartseg\[export\]'"):
        export.main([*common, '--out', str(tmp_path / 'a.onnx')])
