"""What stands beside an ONNX file for a stock transformers."""
import json
from types import SimpleNamespace

import numpy as np
import pytest

from mmpartseg.apis import PartSegInferencer
from mmpartseg.apis.export_processor import write_processor
from tests.exported import PARTS, exported_fixture, model_files_fixture, outputs  # noqa: F401

pytest.importorskip('onnx')
pytest.importorskip('onnxscript')
onnxruntime = pytest.importorskip('onnxruntime')


def test_a_stock_processor_feeds_it(exported, model_files):
    transformers = pytest.importorskip('transformers')
    folder = exported[False].with_name('False_processor')
    processor = transformers.CLIPSegProcessor.from_pretrained(folder)
    picture = np.random.default_rng(0).integers(0, 256, (60, 80, 3), np.uint8)
    image = processor(images=picture, return_tensors='np')['pixel_values'].astype('float32')
    inferencer = PartSegInferencer(*model_files, parts=PARTS, device='cpu', channel_order='rgb')
    expected = inferencer.prepare(picture)['inputs'].flip(0)[None].numpy()  # BGR
    assert image.shape == expected.shape and np.abs(image - expected).max() <= 1
    assert outputs(exported[False], image)[0]['label_map'].shape == (1, 32, 32)
    prompts = json.loads((folder / 'prompts.json').read_text())
    head = inferencer.model.decode_head
    assert tuple(prompts['classes']) == inferencer.taxonomy.object_parts
    assert tuple(prompts['prompts']) == tuple(head.prompts(inferencer.taxonomy))
    tokens = processor(text=prompts['prompts'], padding='max_length', return_tensors='pt')['input_ids']
    ends = head.text_encoder.tokenizer(prompts['prompts']).argmax(1)
    for found, own, end in zip(tokens, head.text_encoder.tokenizer(prompts['prompts']), ends):
        assert found[:end + 1].tolist() == own[:end + 1].tolist()
    assert 'at 32x32' in (folder / 'README.md').read_text()


def test_no_tokenizer_where_it_is_not_clips(tmp_path):
    tokenizer = SimpleNamespace(context_length=64)
    encoder = SimpleNamespace(tokenizer=tokenizer, templates=('a photo of a {}', ))
    head = SimpleNamespace(text_encoder=encoder, prompts=lambda taxonomy: taxonomy.object_parts)
    write_processor(tmp_path, 'a.onnx', (32, 48), SimpleNamespace(
        decode_head=head, taxonomy=SimpleNamespace(object_parts=["cat's head"])))
    assert sorted(path.name for path in tmp_path.iterdir()) == [
        'README.md', 'preprocessor_config.json', 'prompts.json']
    assert "not CLIP's" in (tmp_path / 'README.md').read_text()
