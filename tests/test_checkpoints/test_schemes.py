"""Every entry accounted for, damaged and hostile files refused."""
import os
import pickle

import pytest
import torch
from mmengine.config import Config
from mmengine.runner import CheckpointLoader
from mmengine.runner.checkpoint import load_checkpoint
from mmseg.registry import MODELS

from mmpartseg.checkpoints import state_dict_of, to_mmpartseg
from tests.keyed_weights import entry
from tests.test_checkpoints.test_clipseg import (
    TINY,
    our_model,
    our_model_config,
    transformers_model,
)
from tests.tiny import segmentor

OBJECT_PART = {
    'decoder.cond_film_mul.weight': (16, 24), 'decoder.cond_film_mul.bias': (16, ),
    'decoder.cond_film_add.weight': (16, 24), 'decoder.cond_film_add.bias': (16, ),
    'decoder.part_obj_with_cond_embed.0.weight': (16, 16, 3, 3),
    'decoder.part_obj_with_cond_embed.0.bias': (16, ),
    'decoder.part_obj_with_cond_embed.2.weight': (16, 8, 2, 2),
    'decoder.part_obj_with_cond_embed.2.bias': (8, ),
    'decoder.part_obj_with_cond_embed.4.weight': (8, 1, 2, 2),
    'decoder.part_obj_with_cond_embed.4.bias': (1, ),
    'decoder.part_obj_mlp.0.weight': (16, 32), 'decoder.part_obj_mlp.0.bias': (16, ),
    'decoder.reduce_cond_embed.weight': (24, 48), 'decoder.reduce_cond_embed.bias': (24, ),
    'visual_adapter.fc.0.weight': (8, 32), 'visual_adapter.fc.2.weight': (32, 8),
    'text_adapter.fc.0.weight': (4, 24), 'tunable_linear.weight': (5, 24),
    'non_object_embedding': (1, 24)}


def released(prefix='partclipseg_model.'):
    """A miniature of a released file."""
    state = dict(transformers_model(TINY).state_dict())
    state.update({k: torch.tensor(entry(k, shape)) for k, shape in OBJECT_PART.items()})
    return {prefix + k: v for k, v in state.items()}


def save(content, path):
    torch.save(content, path)
    return str(path)


@pytest.mark.parametrize('prefix', ['partclipseg_model.', 'model.clipseg.', ''])
def test_released_files(prefix, tmp_path):
    path = save(dict(model=released(prefix), iteration=20000), tmp_path / 'final.pth')
    model = our_model(TINY, type='PartCLIPSegHead', adapter_channels=8)
    load_checkpoint(model, f'partclipseg://{path}')
    head = model.decode_head
    assert torch.equal(head.project_features.weight,
                       torch.tensor(entry('decoder.part_obj_mlp.0.weight', (16, 32))))
    assert torch.equal(head.background_embedding, torch.tensor(entry('non_object_embedding', (1, 24))))


def ov_parts(folder):
    """A miniature of OV-PARTS' fine-tuned CLIPSeg: the same naming, no object-part branch."""
    state = {k: v for k, v in released('clipseg_model.').items()
             if not any(word in k for word in ('part_obj', 'cond_', 'reduce_cond'))}
    return save(dict(model=state), folder / 'final.pth')


def test_fine_tuned_clipseg_of_the_same_naming(tmp_path):
    load_checkpoint(our_model(TINY, adapter_channels=8), f'partclipseg://{ov_parts(tmp_path)}')


@pytest.mark.parametrize('name', ['pascal_part', 'ade20k_part'])
def test_ov_parts_files_with_the_shipped_config(name, tmp_path):
    """`configs/clipseg/released_*.py` at the size of the file: every entry finds its place."""
    cfg = Config.fromfile(f'configs/clipseg/released_{name}.py')
    assert cfg.load_from is None
    tiny = our_model_config(TINY)
    cfg.model.backbone.update(arch=tiny['backbone']['arch'], out_indices=(0, 2))
    head = cfg.model.decode_head
    assert head.adapter_channels == 192  # of 768, as the full-size files have it
    head.update({key: tiny['decode_head'][key] for key in (
        'in_channels', 'channels', 'num_heads', 'ffn_channels', 'mask_strides')}, adapter_channels=8)
    head.text_encoder.arch = tiny['backbone']['arch']
    model = MODELS.build(cfg.model)
    load_checkpoint(model, f'partclipseg://{ov_parts(tmp_path)}')
    assert torch.equal(model.decode_head.adapter.down.weight,
                       torch.tensor(entry('visual_adapter.fc.0.weight', (8, 32))))
    assert torch.equal(model.decode_head.background_embedding,
                       torch.tensor(entry('non_object_embedding', (1, 24))))


def test_a_head_without_adapter_refuses_ov_parts_files(tmp_path):
    with pytest.raises(ValueError, match=r'2 entries unexpected.*adapter.down'):
        load_checkpoint(our_model(TINY), f'partclipseg://{ov_parts(tmp_path)}')


@pytest.mark.parametrize('change, message', [
    (lambda s: s.update({'decoder.surprise': torch.zeros(1)}), r"1 entry is not of.*decoder.surprise"),
    (lambda s: s.pop('decoder.layers.0.self_attn.k_proj.weight'), r'k_proj.weight.*missing beside'),
    (lambda s: s.pop('decoder.film_mul.weight'), "no entry 'decoder.film_mul.weight'")])
def test_entries_that_do_not_add_up(change, message):
    state = released('')
    change(state)
    with pytest.raises(ValueError, match=f'the file: .*{message}'):
        to_mmpartseg(state, 'the file')


def test_a_missing_entry_and_another_shape_are_named(tmp_path):
    state = released()
    del state['partclipseg_model.decoder.reduces.1.bias']
    state['partclipseg_model.visual_adapter.fc.0.weight'] = torch.zeros(9, 32)
    path = save(dict(model=state), tmp_path / 'final.pth')
    model = our_model(TINY, type='PartCLIPSegHead', adapter_channels=8)
    before = {k: v.clone() for k, v in model.state_dict().items()}
    with pytest.raises(ValueError, match=(
            r"final.pth does not fit the model. 1 entry missing: \['decode_head.decoder.reduces.1.bias'"
            r'.*adapter.down.weight is \(9, 32\), the model has \(8, 32\)')):
        load_checkpoint(model, f'partclipseg://{path}')
    assert all(torch.equal(v, before[k]) for k, v in model.state_dict().items())


def test_our_own_checkpoint_of_another_architecture(tmp_path):
    path = save(dict(state_dict=segmentor().state_dict()), tmp_path / 'ours.pth')
    load_checkpoint(segmentor(seed=1), path)
    with pytest.raises(ValueError, match=r'ours.pth does not fit the model.*of another shape'):
        load_checkpoint(segmentor(channels=8), path)


class Payload:
    def __reduce__(self):
        return os.mkdir, ('pwned', )


@pytest.mark.parametrize('scheme', ['', 'partclipseg://', 'clipseg://'])
def test_a_pickle_that_would_run_code_is_refused(scheme, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    path = tmp_path / 'pytorch_model.bin'
    torch.save(dict(model=released(), extra=Payload()), path)
    source = tmp_path if scheme == 'clipseg://' else path
    with pytest.raises(ValueError, match='pytorch_model.bin .*could run code'):
        CheckpointLoader.load_checkpoint(f'{scheme}{source}')
    path.write_bytes(pickle.dumps(Payload()))
    with pytest.raises(ValueError, match='pytorch_model.bin'):
        CheckpointLoader.load_checkpoint(f'{scheme}{source}')
    assert not (tmp_path / 'pwned').exists()


@pytest.mark.parametrize('scheme', ['', 'partclipseg://'])
@pytest.mark.parametrize('suffix', ['pth', 'safetensors'])
def test_a_file_cut_short(scheme, suffix, tmp_path):
    path = tmp_path / f'final.{suffix}'
    if suffix == 'pth':
        torch.save(dict(model=released()), path)
    else:
        from safetensors.torch import save_file
        save_file({k: v.contiguous().clone() for k, v in released().items()}, path)
    path.write_bytes(path.read_bytes()[:-1000])
    with pytest.raises(ValueError, match=f'final.{suffix} cannot be read|final.{suffix} is damaged'):
        CheckpointLoader.load_checkpoint(f'{scheme}{path}')


def test_a_shipped_folder_from_anywhere(tmp_path, monkeypatch):
    """An installed package trains the quickstart in an empty folder; a folder that is there goes first."""
    monkeypatch.chdir(tmp_path)
    loaded = CheckpointLoader.load_checkpoint('clipseg://data/miniature/clipseg')
    assert loaded['meta']['train_dataset_meta'] == dict(classes=()) and loaded['state_dict']
    whole = 'data/miniature/partclipseg.safetensors'  # of ZSSeg+'s object segmentor
    assert CheckpointLoader.load_checkpoint(whole)
    (tmp_path / 'data' / 'miniature' / 'clipseg').mkdir(parents=True)
    (tmp_path / whole).write_text('mine')
    with pytest.raises(ValueError, match=f'checkpoint {whole} cannot be read'):
        CheckpointLoader.load_checkpoint(whole)
    with pytest.raises(FileNotFoundError, match='the folder has none of'):
        CheckpointLoader.load_checkpoint('clipseg://data/miniature/clipseg')


def test_a_missing_file():
    with pytest.raises(FileNotFoundError, match='checkpoint nowhere.pth not found'):
        CheckpointLoader.load_checkpoint('partclipseg://nowhere.pth')


@pytest.mark.parametrize('content', [[1], dict(model={}), dict(model=dict(a=3))])
def test_no_state_dict(content):
    with pytest.raises(ValueError, match="checkpoint x.pth"):
        state_dict_of(content, 'x.pth')
