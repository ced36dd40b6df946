"""``catseg://`` and ``partcatseg://``: every entry of the released naming has its place."""
import json

import pytest
import torch
from mmengine.runner import CheckpointLoader
from mmengine.runner.checkpoint import load_checkpoint
from mmseg.registry import MODELS

from mmpartseg.checkpoints import catseg_to_mmpartseg, mmpartseg_to_catseg
from mmpartseg.checkpoints.catseg import rename
from mmpartseg.models.clip import build_image_tower
from tests.keyed_weights import OWN_COPY
from tests.tiny import TINY_CLIP
from tests.tiny_cost import RESNET, cost_config, cost_segmentor

AGGREGATOR = 'sem_seg_head.predictor.transformer.'


def spec_of(name):
    return json.loads((OWN_COPY / f'{name}_checkpoint_spec.json').read_text())


def released(model):
    """A file in the released naming for a tiny model: the inverse of the renaming."""
    theirs = {rename(name): name for spec in ('catseg', 'catseg_ovparts', 'partcatseg')
              for name in spec_of(spec) if rename(name)}
    state = {}
    for name, value in model.state_dict().items():
        if name.endswith('num_batches_tracked'):
            continue
        if name in theirs:
            state[theirs[name]] = value.clone()
        elif 'layer' not in name:  # tiny towers have names that the released ones have not
            raise KeyError(name)
    state[f'{AGGREGATOR}layers.0.swin_block.block_2.attn_mask'] = torch.zeros(1)
    state['sem_seg_head.predictor.clip_model.logit_scale'] = torch.zeros(())
    return state


@pytest.mark.parametrize('name', ['catseg', 'catseg_ovparts', 'partcatseg'])
def test_every_released_entry_is_known_and_no_two_meet(name):
    state = {key: torch.empty(shape, device='meta') for key, shape in spec_of(name).items()}
    ours = catseg_to_mmpartseg(state, 'the file')
    used = [key for key in state if rename(key) in ours]
    dropped = set(state) - set(used)
    assert len({rename(key) for key in used}) == len(used)
    assert all('layers_object' in key or key.endswith(('attn_mask', 'logit_scale', 'mask_token'))
               for key in dropped), dropped


@pytest.mark.parametrize('variant, scheme', [('cvpr24', 'catseg'), ('partcatseg', 'partcatseg')])
def test_a_file_becomes_the_model(variant, scheme, tmp_path):
    model = cost_segmentor(variant, seed=1)
    torch.save(dict(model=released(model), iteration=7), tmp_path / 'final.pth')
    other = cost_segmentor(variant, seed=2)
    load_checkpoint(other, f'{scheme}://{tmp_path}/final.pth')
    for name, value in model.state_dict().items():
        assert torch.equal(other.state_dict()[name], value), name


def test_catseg_starts_partcatseg(tmp_path, monkeypatch):
    """What PartCATSeg has and CATSeg has not starts as a copy, or as it is."""
    start = cost_segmentor('partcatseg', seed=1)
    state = {k: v for k, v in released(start).items()
             if not any(word in k for word in ('conv2.', 'conv_proj_feat', 'layers_specific_part', 'dinov2',
                                               'non_object_embedding', 'guidance_projection.0.'))}
    state[AGGREGATOR + 'guidance_projection.0.weight'] = torch.zeros(8, 99, 3, 3)  # of another backbone
    state['backbone.stem.conv1.weight'] = torch.zeros(8, 3, 7, 7)
    state.update({k: v for k, v in released(start).items() if 'text_guidance_projection' in k})
    torch.save(dict(model=state), tmp_path / 'base.pth')
    model = cost_segmentor('partcatseg', seed=2)
    before, printed = {k: v.clone() for k, v in model.state_dict().items()}, []
    monkeypatch.setattr('mmpartseg.checkpoints.strict.print_log', lambda line, logger: printed.append(line))
    load_checkpoint(model, f'catseg://{tmp_path}/base.pth')
    after, head = model.state_dict(), model.decode_head
    assert torch.equal(head.class_embedding.conv.weight, start.decode_head.embedding.conv.weight)
    for name, value in head.stack.state_dict().items():
        assert torch.equal(value, start.decode_head.stack.state_dict()[name])
        assert torch.equal(value, head.class_stack.state_dict()[name])
    line, = printed
    assert 'backbone.guidance (' in line and 'decode_head.object_aware_cost (2)' in line and len(line) < 400
    for name in ('decode_head.guidance.appearance.0.weight', 'backbone.guidance.model.pos_embed',
                 'decode_head.object_aware_cost.project.weight', 'decode_head.background_embedding'):
        assert torch.equal(after[name], before[name]), name


@pytest.mark.parametrize('change, message', [
    (lambda s: s.update({'backbone.surprise': torch.zeros(1)}), '1 entry is not of CATSeg.*surprise'),
    (lambda s: s.pop(AGGREGATOR + 'conv1.weight'), 'not weights of CATSeg or PartCATSeg')])
def test_entries_that_do_not_add_up(change, message, tmp_path):
    state = released(cost_segmentor('cvpr24'))
    change(state)
    torch.save(dict(model=state), tmp_path / 'final.pth')
    with pytest.raises(ValueError, match=f'catseg://.*{message}'):
        CheckpointLoader.load_checkpoint(f'catseg://{tmp_path}/final.pth')


@pytest.mark.parametrize('file_depth, depth', [(34, 18), (101, 50)])
def test_a_deeper_guidance_is_not_cut_down(file_depth, depth, tmp_path):
    """None of it is taken, and that is told."""
    def model(depth, seed):
        cfg = cost_config('catseg')
        cfg['backbone']['guidance'] = dict(RESNET, depth=depth)
        if depth > 34:
            cfg['decode_head']['in_channels'] = (32, 64, 128)
        torch.manual_seed(seed)
        return MODELS.build(cfg).eval()
    torch.save(dict(model=mmpartseg_to_catseg(model(file_depth, 1).state_dict())), tmp_path / 'final.pth')
    other = model(depth, 2)
    before = {name: value.clone() for name, value in other.state_dict().items()}
    load_checkpoint(other, f'catseg://{tmp_path}/final.pth')
    guidance = {name for name in before if name.startswith('backbone.guidance.')}
    assert {name for name in before if torch.equal(before[name], other.state_dict()[name])} >= guidance
    assert guidance == {name for name in other.kept_start if name.startswith('backbone.')}


def test_an_entry_too_many_of_the_second_stack(tmp_path):
    state = released(cost_segmentor('partcatseg'))
    state[AGGREGATOR + 'layers_specific_part.7.swin_block.block_1.attn.q.weight'] = torch.zeros(1)
    torch.save(dict(model=state), tmp_path / 'final.pth')
    with pytest.raises(ValueError, match='does not fit the model.*class_stack'):
        load_checkpoint(cost_segmentor('partcatseg'), f'partcatseg://{tmp_path}/final.pth')


@pytest.mark.parametrize('variant, theirs, ours', [
    ('cvpr24', AGGREGATOR + 'head.bias', 'decoder.head.bias'),
    # that may be missing as a whole, when another model starts from the file, and not in part
    ('cvpr24', AGGREGATOR + 'guidance_projection.0.weight', 'guidance.appearance.0.weight'),
    ('cvpr24', 'upsample2.bias', 'guidance.upsample.1.bias'),
    ('partcatseg', AGGREGATOR + 'conv_proj_feat.bias', 'object_aware_cost.project.bias'),
    ('partcatseg', 'backbone.dinov2.norm.weight', 'backbone.guidance.model.norm.weight')])
def test_a_missing_entry_is_named(variant, theirs, ours, tmp_path):
    state = released(cost_segmentor(variant))
    del state[theirs]
    torch.save(dict(model=state), tmp_path / 'final.pth')
    with pytest.raises(ValueError, match=f'does not fit the model. 1 entry missing.*{ours}'):
        load_checkpoint(cost_segmentor(variant), f'{variant.replace("cvpr24", "catseg")}://{tmp_path}/final.pth')


@pytest.mark.parametrize('dtype', [torch.float16, torch.bfloat16, torch.float64])
def test_weights_of_another_type(dtype, tmp_path):
    """Training on a GPU may have left them in half precision; the model stays in single."""
    state = {name: value.to(dtype) for name, value in released(cost_segmentor('partcatseg', seed=1)).items()}
    torch.save(dict(model=state), tmp_path / 'final.pth')
    model = cost_segmentor('partcatseg', seed=2)
    load_checkpoint(model, f'partcatseg://{tmp_path}/final.pth')
    expected = cost_segmentor('partcatseg', seed=1).state_dict()
    for name, value in model.state_dict().items():
        assert value.dtype == expected[name].dtype and torch.equal(value, expected[name].to(dtype).to(value))


@pytest.mark.parametrize('dtype', [torch.int64, torch.complex64, torch.qint8])
def test_values_that_are_no_weights(dtype, tmp_path):
    """mmengine logs of the last that they cannot be copied, and would go on with random weights."""
    state = released(cost_segmentor('cvpr24'))
    name = AGGREGATOR + 'conv1.weight'
    state[name] = (torch.quantize_per_tensor(state[name], 0.1, 0, dtype) if dtype == torch.qint8
                   else state[name].to(dtype))
    torch.save(dict(model=state), tmp_path / 'final.pth')
    with pytest.raises(ValueError, match=f'1 entry of another type.*embedding.conv.weight is {dtype}, '):
        load_checkpoint(cost_segmentor('cvpr24'), f'catseg://{tmp_path}/final.pth')


def test_a_clip_for_other_pictures_is_refused_by_name(tmp_path):
    """Positions are resized to the pictures when the model runs, not when it is loaded."""
    state = released(cost_segmentor('cvpr24'))
    name = 'sem_seg_head.predictor.clip_model.visual.positional_embedding'
    state[name] = torch.zeros(50, state[name].shape[1])
    torch.save(dict(model=state), tmp_path / 'final.pth')
    with pytest.raises(ValueError, match=r'1 entry of another shape.*positional_embedding is \(50, 32\)'):
        load_checkpoint(cost_segmentor('cvpr24'), f'catseg://{tmp_path}/final.pth')


def test_query_and_value_start_from_weights_that_come_as_one():
    """CLIP's own files have the three projections in one."""
    whole = build_image_tower(TINY_CLIP)
    backbone = MODELS.build(dict(type='OpenCLIPViT', arch=TINY_CLIP, out_indices=(), dense='cls',
                                 frozen=False, trainable='query_value'))
    backbone.visual.load_state_dict(whole.state_dict())
    attention, original = (tower.transformer.resblocks[1].attn for tower in (backbone.visual, whole))
    parts = [getattr(attention, f'{letter}_proj_weight') for letter in 'qkv']
    assert torch.equal(torch.cat(parts), original.in_proj_weight)
    assert [part.requires_grad for part in parts] == [True, False, True]
