"""``zsseg://``: every entry of a released file has a place; prompts alone start stage 2."""
import json

import pytest
import torch
from mmengine.config import Config
from mmengine.runner.checkpoint import load_checkpoint
from mmseg.registry import MODELS

from mmpartseg.checkpoints import zsseg_to_mmpartseg
from tests.keyed_weights import OWN_COPY
from tests.mixed import ROOT
from tests.tiny import TINY_CLIP

SPEC = json.loads((OWN_COPY / 'zsseg_checkpoint_spec.json').read_text())
LEARNED = ('decode_head.text_encoder.prefix_prompt', 'decode_head.text_encoder.connect_prompt',
           'decode_head.regions.fuse_weight')


def tiny_model(**changes):
    pytest.importorskip('mmdet')
    from tests.zsseg import shrink
    model = Config.fromfile(ROOT / 'configs/zsseg/pascal_part.py').model
    shrink(model, TINY_CLIP, channels=32, layers=2)
    model.decode_head.update(changes)
    return MODELS.build(model)


def test_every_entry_of_the_released_model():
    """Names and shapes of the full-size model, without its memory."""
    pytest.importorskip('mmdet')
    cfg = Config.fromfile(ROOT / 'configs/zsseg/released_pascal_part.py').model
    cfg.decode_head.text_encoder.pretrained = cfg.decode_head.regions.pretrained = None
    with torch.device('meta'):
        model = MODELS.build(cfg)
        released = {name: torch.empty(shape) for name, shape in SPEC.items()}
    state = zsseg_to_mmpartseg(released, 'spec')
    own = {name: tuple(value.shape) for name, value in model.state_dict().items()}
    assert {name: tuple(value.shape) for name, value in state.items()} == own
    trainable = sum(p.numel() for p in model.parameters() if p.requires_grad)
    assert round(trainable / 1e6, 1) == 42.0  # as counted in the released model


def prompts(prefix='', width=16):
    """What stage 1 learns, in released names, with copies of CLIP's token embeddings."""
    state = {name: torch.full((4, width), value) for name, value in
             (('prefix_prompt', 1.), ('connect_prompt', 2.))}
    state.update(fuse_weight=torch.tensor(0.3), dot_signal=torch.zeros(1, width))
    return {prefix + name: value for name, value in state.items()}


@pytest.mark.parametrize('prefix', ['', 'prompt_learner.', 'clip_adapter.prompt_learner.', 'model.'])
def test_released_prompts_start_stage_2(prefix, tmp_path):
    model = tiny_model()
    before = {name: value.clone() for name, value in model.state_dict().items()}
    torch.save(dict(model=prompts(prefix)), tmp_path / 'prompt.pth')
    load_checkpoint(model, f'zsseg://{tmp_path}/prompt.pth')
    after = model.state_dict()
    assert {name for name in after if not torch.equal(after[name], before[name])} == set(LEARNED)
    assert (after[LEARNED[0]] == 1).all() and after[LEARNED[2]] == torch.tensor(0.3)


def test_our_stage_1_starts_stage_2(tmp_path):
    from tests.zsseg import shrink
    cfg = Config.fromfile(ROOT / 'configs/zsseg/pascal_part_prompts.py').model
    stage_1 = MODELS.build(shrink(cfg, TINY_CLIP))
    with torch.no_grad():
        stage_1.decode_head.regions.fuse_weight.fill_(0.7)
    torch.save(dict(state_dict=stage_1.state_dict()), tmp_path / 'iter_3200.pth')
    model = tiny_model()
    load_checkpoint(model, f'zsseg://{tmp_path}/iter_3200.pth')
    after = model.state_dict()
    for name, value in stage_1.state_dict().items():
        assert torch.equal(after[name], value), name
    with pytest.raises(ValueError, match='does not fit the model.*missing'):
        load_checkpoint(model, str(tmp_path / 'iter_3200.pth'))  # without the scheme: half a model
    damaged = {name: value for name, value in stage_1.state_dict().items() if 'resblocks.0.ln_1' not in name}
    torch.save(dict(state_dict=damaged), tmp_path / 'damaged.pth')
    with pytest.raises(ValueError, match='4 entries missing'):  # CLIP is there, but not all of it
        load_checkpoint(tiny_model(), f'zsseg://{tmp_path}/damaged.pth')


def test_a_neck_keeps_its_start(tmp_path):
    """In miniature there is one between the backbone and the proposals."""
    stage_1, stage_2 = (Config.fromfile(ROOT / f'configs/zsseg/{name}.py').model
                        for name in ('part_shapes_prompts', 'part_shapes'))
    for towers in (stage_1.decode_head, stage_2.decode_head):
        towers.text_encoder.init_cfg = towers.regions.init_cfg = None
    stage_2.backbone.init_cfg = None
    torch.save(dict(state_dict=MODELS.build(stage_1).state_dict()), tmp_path / 'iter_1200.pth')
    model = MODELS.build(stage_2)
    before = {name: value.clone() for name, value in model.neck.state_dict().items()}
    load_checkpoint(model, f'zsseg://{tmp_path}/iter_1200.pth')
    after = model.neck.state_dict()
    assert before and all(torch.equal(after[name], value) for name, value in before.items())


@pytest.mark.parametrize('name', ['released_pascal_part', 'pascal_part_r101', 'pascal_part_prompts'])
def test_nothing_is_fetched_where_a_checkpoint_has_all(name, tmp_path):
    """CLIP comes when training starts, out of CLIPSeg, with names that fit both towers."""
    head = Config.fromfile(ROOT / f'configs/zsseg/{name}.py').model.decode_head
    towers = head.text_encoder, head.regions
    assert [tower.get('pretrained') for tower in towers] == [None, None]
    sources = {tower.init_cfg.pop('checkpoint') for tower in towers}
    assert sources == {'clipseg://CIDAS/clipseg-rd64-refined'}
    whole = MODELS.build(dict(type='OpenCLIPViT', arch=TINY_CLIP)), MODELS.build(
        dict(type='OpenCLIPTextEncoder', arch=TINY_CLIP))
    torch.save({f'{prefix}{key}': value for prefix, tower in zip(
        ('backbone.', 'decode_head.text_encoder.'), whole) for key, value in tower.state_dict().items()},
        tmp_path / 'clip.pth')
    for tower, loaded in zip(towers, whole[::-1]):
        tower.update(arch=TINY_CLIP, init_cfg=dict(tower.init_cfg, checkpoint=str(tmp_path / 'clip.pth')))
        built = MODELS.build(tower)
        built.init_weights()
        state = getattr(built, 'backbone', built).state_dict()
        assert all(torch.equal(state[key], value) for key, value in loaded.state_dict().items())


@pytest.mark.parametrize('missing', ['fuse_weight', 'connect_prompt'])
def test_prompts_go_together(missing):
    state = prompts()
    del state[missing]
    with pytest.raises(ValueError, match=f'file: .*{missing}.* missing; prompts and fuse weight'):
        zsseg_to_mmpartseg(state, 'file')


@pytest.mark.parametrize('prefix', ['', 'prompt_learner.'])
def test_another_entry_beside_prompts_is_named_as_in_the_file(prefix):
    with pytest.raises(ValueError, match=rf"file: 1 entry is not of ZSSeg\+.*\['{prefix}meta_net\.bias'\]"):
        zsseg_to_mmpartseg({**prompts(prefix), f'{prefix}meta_net.bias': torch.zeros(1)}, 'file')


def test_other_entries():
    with pytest.raises(ValueError, match="no entry 'prefix_prompt', so these are not weights of ZSSeg"):
        zsseg_to_mmpartseg({'decoder.film_mul.weight': torch.zeros(1)}, 'file')
    released = {name: torch.zeros(1) for name in SPEC}
    for name in ('backbone.stem.conv2.weight', 'sem_seg_head.predictor.class_embed.layers.2.bias',
                 'clip_adapter.clip_model.text.bias'):
        with pytest.raises(ValueError, match=rf"file: 1 entry is not of ZSSeg\+.*{name}"):
            zsseg_to_mmpartseg({**released, name: torch.zeros(1)}, 'file')
