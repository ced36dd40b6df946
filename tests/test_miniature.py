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

from mmpartseg.checkpoints.schemes import load_from_clipseg
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
    for name in ('clipseg/model.safetensors', 'partclipseg.safetensors', 'catseg.safetensors'):
        assert CARD['sha256'][name] in text
    assert sum(path.stat().st_size for path in (FOLDER / 'clipseg').iterdir()) <= 10_000_000


def test_the_recipe_starts_from_the_shipped_clipseg(cfg):
    """Every entry is loaded or named; image tower, decoder and its masks are those of the file."""
    model = MODELS.build(cfg.model)
    load_checkpoint(model, f'clipseg://{FOLDER}/clipseg')
    finished = MODELS.build(cfg.model)
    load_checkpoint(finished, str(FOLDER / 'partclipseg.safetensors'))
    names = [name for name, value in model.state_dict().items()
             if not torch.equal(value, finished.state_dict()[name])]
    kept = ('backbone.', 'decode_head.decoder.', 'decode_head.mask_branch.')
    assert not [name for name in names if name.startswith(kept)]
    for part in ('adapter', 'object_part_film', 'object_part_branch', 'project_text', 'background_embedding'):
        assert any(name.startswith(f'decode_head.{part}') for name in names), part


@pytest.mark.parametrize('name', ['catseg/part_shapes', 'partcatseg/part_shapes'])
def test_the_cost_family_starts_from_the_shipped_catseg(name, monkeypatch, tmp_path):
    """From whatever folder; of the shipped CLIP it has moved attention and position embedding alone."""
    monkeypatch.chdir(tmp_path)
    config = Config.fromfile(ROOT / f'configs/{name}.py')
    assert config.load_from == 'catseg://data/miniature/catseg.safetensors'
    clip = load_from_clipseg(f'clipseg://{FOLDER}/clipseg')['state_dict']
    model = MODELS.build(config.model)
    fresh = {key: value.clone() for key, value in model.state_dict().items()}
    load_checkpoint(model, config.load_from)
    state = model.state_dict()
    own = {key.split('.')[1] for key, value in state.items() if torch.equal(value, fresh[key])
           and key.startswith('decode_head.') and 'losses' not in key}
    assert own <= {'text_encoder', 'background_embedding', 'object_aware_cost', 'train_indices', 'test_index'}
    tower = {key.removeprefix('backbone.'): value for key, value in clip.items()
             if key.startswith('backbone.')}
    moved = {key for key, value in tower.items() if not torch.equal(value, state[f'backbone.clip.{key}'])}
    assert moved == {key for key in tower if '.attn.' in key or 'positional_embedding' in key}


def test_the_variant_from_clip_alone_trains_as_from_nothing():
    """Neither the start nor the shorter schedule of the config that it inherits."""
    cfg = Config.fromfile(ROOT / 'configs/catseg/part_shapes_cvpr24.py')
    plain = Config.fromfile(ROOT / 'configs/_base_/schedules/part_shapes_from_clip.py')
    assert cfg.load_from is None and cfg.optim_wrapper.optimizer.lr == plain.optim_wrapper.optimizer.lr
    assert cfg.train_cfg.max_iters == cfg.param_scheduler[0].end == plain.train_cfg.max_iters == 1000


@pytest.mark.parametrize('name, clip', [
    ('catseg/part_shapes', 'backbone.clip.'), ('catseg/part_shapes_cvpr24', 'backbone.clip.'),
    ('partcatseg/part_shapes', 'backbone.clip.'),
    ('zsseg/part_shapes_prompts', 'decode_head.regions.backbone.'),
    ('zsseg/part_shapes', 'decode_head.regions.backbone.')])
def test_the_other_methods_start_from_its_clip(name, clip, monkeypatch):
    """Both towers are those of the file; nothing of them trains, or queries and values."""
    if name == 'zsseg/part_shapes':
        pytest.importorskip('mmdet')
    monkeypatch.chdir(ROOT)
    model = MODELS.build(Config.fromfile(ROOT / f'configs/{name}.py').model)
    model.init_weights()
    own, text = model.state_dict(), 'decode_head.text_encoder.'
    places = {'backbone.': clip, text: text}
    shipped = {place + key.removeprefix(prefix): value
               for prefix, place in places.items() for key, value in load_from_clipseg(
                   f'clipseg://{FOLDER}/clipseg')['state_dict'].items() if key.startswith(prefix)}
    for key, value in shipped.items():
        if key not in own:  # split
            stem = key.removesuffix('in_proj_weight')
            own[key] = torch.cat([own[f'{stem}{letter}_proj_weight'] for letter in 'qkv'])
        assert torch.equal(own[key], value), key
    trained = {key for key, parameter in model.named_parameters()
               if parameter.requires_grad and key.startswith((clip + 'visual.', text + 'tower.'))}
    if name.endswith('cvpr24'):
        assert trained and all(key.endswith(('q_proj_weight', 'v_proj_weight')) for key in trained)
    else:
        assert not trained


def test_zsseg_sees_pictures_as_this_clip_was_trained():
    regions = Config.fromfile(ROOT / 'configs/zsseg/part_shapes.py').model.decode_head.regions
    preprocessor = Config.fromfile(CONFIG).model.data_preprocessor
    classifier = MODELS.build(dict(regions, init_cfg=None))
    for own, other in ((classifier.mean, preprocessor.mean), (classifier.std, preprocessor.std)):
        torch.testing.assert_close(255 * own.flatten(), torch.tensor(other), atol=0.01, rtol=0)


def test_zsseg_finds_objects_by_the_finished_model(monkeypatch):
    pytest.importorskip('mmdet')
    monkeypatch.chdir(ROOT)
    model = MODELS.build(Config.fromfile(ROOT / 'configs/zsseg/part_shapes_pred_all.py').model)
    finished = load_checkpoint(MODELS.build(Config.fromfile(CONFIG).model),
                               str(FOLDER / 'partclipseg.safetensors'))
    own = model.object_segmentor.state_dict()
    assert own.keys() == finished.keys()
    assert all(torch.equal(own[key], value) for key, value in finished.items())


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
