"""The shipped weights are those of their card, and do what it says."""
import importlib
import json
import sys
from pathlib import Path

import pytest
import torch
from mmengine.config import Config
from mmengine.runner.checkpoint import load_checkpoint
from mmseg.registry import MODELS

from mmpartseg.datasets.shapes import render_scene

ROOT = Path(__file__).parents[1]
sys.path[:0] = [str(ROOT / 'tools' / name) for name in ('dataset_converters', 'pretraining')]
part_shapes, card = (importlib.import_module(name) for name in ('part_shapes', 'card'))
FOLDER = ROOT / 'data' / 'miniature'
CARD = json.loads((FOLDER / 'card.json').read_text())
CONFIG = ROOT / 'configs' / 'partclipseg' / 'part_shapes.py'


@pytest.fixture(scope='module')
def cfg():
    return Config.fromfile(CONFIG)


def test_files_are_those_of_the_card():
    assert card.hashes(FOLDER) == CARD['sha256']
    text = (FOLDER / 'README.md').read_text()
    for name in ('clipseg/model.safetensors', 'partclipseg.safetensors'):
        assert CARD['sha256'][name] in text
    assert sum(path.stat().st_size for path in (FOLDER / 'clipseg').iterdir()) <= 10_000_000


def test_the_recipe_starts_from_the_shipped_clipseg(cfg):
    """Every entry is loaded or named, and the towers are those of the file."""
    model = MODELS.build(cfg.model)
    load_checkpoint(model, f'clipseg://{FOLDER}/clipseg')
    finished = MODELS.build(cfg.model)
    load_checkpoint(finished, str(FOLDER / 'partclipseg.safetensors'))
    for a, b in zip(model.backbone.parameters(), finished.backbone.parameters()):
        assert torch.equal(a, b)  # frozen
    changed = [name for name, value in model.decode_head.decoder.state_dict().items()
               if not torch.equal(value, finished.decode_head.decoder.state_dict()[name])]
    assert changed


def test_transformers_reads_the_folder(cfg):
    from transformers import CLIPSegForImageSegmentation, CLIPSegProcessor
    head = dict(Config.fromfile(ROOT / 'configs/clipseg/part_shapes.py').model.decode_head,
                adapter_channels=None)
    ours = MODELS.build(dict(cfg.model, decode_head=head)).eval()
    load_checkpoint(ours, f'clipseg://{FOLDER}/clipseg')
    theirs, report = CLIPSegForImageSegmentation.from_pretrained(
        FOLDER / 'clipseg', dtype=torch.float32, output_loading_info=True)
    assert not report['missing_keys'] and not report['unexpected_keys']
    words = ['cat', 'kitten', "motorbike's wheel"]
    picture = render_scene(5, 'test', 3, 96).image
    inputs = CLIPSegProcessor.from_pretrained(FOLDER / 'clipseg')(
        text=words, images=[picture] * 3, padding=True, return_tensors='pt')
    bgr = torch.from_numpy(picture[..., ::-1].transpose(2, 0, 1).copy())
    pixels = ours.data_preprocessor(dict(inputs=[bgr]))['inputs']
    with torch.no_grad():
        text = ours.decode_head.text_encoder(words)
        actual = ours.decode_head.decode(ours.extract_feat(pixels), None, text=text).object_part[0]
        expected = theirs.eval()(**inputs).logits
    torch.testing.assert_close(actual, expected, atol=1e-3, rtol=1e-3)


@pytest.fixture(scope='module')
def scores(tmp_path_factory):
    """Of the shipped model on the first scenes of the test set, drawn anew."""
    out = tmp_path_factory.mktemp('shapes') / 'part_shapes'
    part_shapes.main(['--out', str(out), '--num-train', '0', '--num-val', '0', '--num-test',
                      str(card.SCENES), '--workers', '1'])
    return card.first_scenes(CONFIG, FOLDER, out)


def test_scores_are_those_of_the_card(scores):
    """A machine that rounds otherwise may move a pixel."""
    assert CARD['scenes'] == card.SCENES
    for key, value in CARD['scores'].items():
        assert abs(scores[key] - value) < 1, (key, scores[key])


def test_unseen_objects_are_found(scores):
    """Names that say nothing, as those of a random text encoder, give 0.1 in Pred-All."""
    assert scores['pred_all/unseen'] > 1
