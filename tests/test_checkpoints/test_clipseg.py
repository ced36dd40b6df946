"""CLIPSeg of ``transformers``: its weights in, the same logits out, and back."""
import json
import re

import pytest
import torch
from mmengine.runner import CheckpointLoader
from mmengine.runner.checkpoint import load_checkpoint
from mmseg.registry import MODELS
from PIL import Image
from transformers import CLIPSegConfig, CLIPSegForImageSegmentation

from mmpartseg import PartTaxonomy
from mmpartseg.checkpoints import export_clipseg

TINY = dict(
    projection_dim=24, reduce_dim=16, extract_layers=[0, 2], decoder_num_attention_heads=2,
    decoder_intermediate_size=40, use_complex_transposed_convolution=True,
    vision_config=dict(hidden_size=32, intermediate_size=64, num_hidden_layers=4,
                       num_attention_heads=2, image_size=32, patch_size=8),
    text_config=dict(hidden_size=16, intermediate_size=64, num_hidden_layers=2,
                     num_attention_heads=2, eos_token_id=49407))
VIT_B_16 = dict(use_complex_transposed_convolution=True,
                vision_config=dict(patch_size=16), text_config=dict(eos_token_id=49407))
CLASSES = ["cat's head", "cat's tail", "school bus's license plate"]


def transformers_model(config, seed=0):
    """Random weights, the last layer scaled so that logits are as large as trained ones.

    Those around the decoder's layers are drawn here: releases of transformers start them differently.
    """
    torch.manual_seed(seed)
    model = CLIPSegForImageSegmentation(CLIPSegConfig(**config)).eval()
    with torch.no_grad():
        for name, parameter in model.decoder.named_parameters():
            if name.endswith('weight') and not name.startswith('layers'):
                parameter.normal_()
        model.decoder.transposed_convolution[4].weight /= model.decoder.config.reduce_dim**1.5
    return model


def our_model(config, type='CLIPSegHead', **head):
    return MODELS.build(our_model_config(config, type, **head)).eval()


def our_model_config(config, type='CLIPSegHead', **head):
    vision, text = [config[k] for k in ('vision_config', 'text_config')]
    heads, width = vision.get('num_attention_heads', 12), vision.get('hidden_size', 768)
    arch = dict(
        embed_dim=config.get('projection_dim', 512), quick_gelu=True,
        vision_cfg=dict(image_size=vision.get('image_size', 224), patch_size=vision['patch_size'],
                        width=width, head_width=width // heads,
                        layers=vision.get('num_hidden_layers', 12),
                        mlp_ratio=vision.get('intermediate_size', 4 * width) / width),
        text_cfg=dict(context_length=77, vocab_size=49408, width=text.get('hidden_size', 512),
                      heads=text.get('num_attention_heads', 8),
                      layers=text.get('num_hidden_layers', 12)))
    indices = config.get('extract_layers', [3, 6, 9])
    return dict(
        type='PartSegmentor',
        backbone=dict(type='OpenCLIPViT', arch=arch, out_indices=indices, with_cls_token=True),
        decode_head=dict(
            type=type, train_taxonomy=CLASSES, test_taxonomy=CLASSES,
            text_encoder=dict(type='OpenCLIPTextEncoder', arch=arch),
            in_channels=(width, ) * len(indices), channels=config.get('reduce_dim', 64),
            num_heads=config.get('decoder_num_attention_heads', 4),
            ffn_channels=config.get('decoder_intermediate_size', 2048),
            mask_strides=(vision['patch_size'] // 4, ) * 2, **head),
        train_cfg=dict(), test_cfg=dict(mode='whole'))


def their_logits(model, encoder, image):
    """One mask per prompt, as ``transformers`` computes it: the image is repeated per prompt."""
    prompts = ['cat head', 'cat tail', 'school bus license plate']
    tokens = encoder.tokenize(prompts)
    with torch.no_grad():
        return model(input_ids=tokens, attention_mask=(tokens > 0).long(),
                     pixel_values=image.repeat(len(prompts), 1, 1, 1)).logits


@pytest.fixture(scope='module', params=[(TINY, 32, 1e-5), (TINY, 48, 1e-5), (VIT_B_16, 352, 1e-4)],
                ids=['tiny', 'tiny, other size', 'ViT-B/16'])
def both(request):
    """Their model and ours, an image, their logits, and how far ours may be: once for both kinds of files."""
    config, size, tolerance = request.param
    theirs, ours = transformers_model(config), our_model(config)
    image = torch.randn(1, 3, size, size, generator=torch.Generator().manual_seed(1))
    return theirs, ours, image, their_logits(theirs, ours.decode_head.text_encoder, image), tolerance


@pytest.mark.parametrize('safetensors', [True, False])
def test_same_weights_same_logits(both, safetensors, tmp_path):
    theirs, ours, image, expected, tolerance = both
    if safetensors:
        theirs.save_pretrained(tmp_path)
    else:
        torch.save(theirs.state_dict(), tmp_path / 'pytorch_model.bin')
    with torch.no_grad():
        for parameter in ours.parameters():
            parameter.zero_()  # nothing is left of the other kind
    load_checkpoint(ours, f'clipseg://{tmp_path}')
    ours.recent_pictures.clear()
    with torch.no_grad():
        actual = ours(image, mode='tensor').object_part[0, :-1]
    assert expected.std() > 0.1
    torch.testing.assert_close(actual, expected, atol=tolerance, rtol=0)


def test_the_rest_is_rounding(tmp_path):
    theirs, ours = transformers_model(TINY), our_model(TINY)
    theirs.save_pretrained(tmp_path)
    load_checkpoint(ours, f'clipseg://{tmp_path}')
    image = torch.randn(1, 3, 32, 32, dtype=torch.double)
    with torch.no_grad():
        actual = ours.double()(image, mode='tensor').object_part[0, :-1]
    expected = their_logits(theirs.double(), ours.decode_head.text_encoder, image)
    torch.testing.assert_close(actual, expected, atol=1e-12, rtol=0)


def test_round_trip(tmp_path):
    ours = our_model(TINY)
    with torch.no_grad():
        for parameter in ours.parameters():
            parameter.add_(0.02 * torch.randn_like(parameter))
    export_clipseg(ours, tmp_path / 'exported')
    theirs, report = CLIPSegForImageSegmentation.from_pretrained(
        tmp_path / 'exported', output_loading_info=True)
    assert not report['missing_keys'] and not report['mismatched_keys']
    image = torch.randn(1, 3, 32, 32)
    with torch.no_grad():
        actual = ours(image, mode='tensor').object_part[0, :-1]
    torch.testing.assert_close(
        their_logits(theirs.eval(), ours.decode_head.text_encoder, image), actual, atol=1e-5, rtol=0)
    again = our_model(TINY)
    load_checkpoint(again, f'clipseg://{tmp_path}/exported')
    for name, value in ours.state_dict().items():
        if 'background' not in name:
            assert torch.equal(again.state_dict()[name], value), name


def test_the_folder_says_how_it_is_used(tmp_path):
    ours = our_model(TINY)
    export_clipseg(ours, tmp_path / 'exported')
    text = (tmp_path / 'exported' / 'README.md').read_text()
    snippet = re.search(r'```python\n(.*?)```', text, re.DOTALL)[1]
    values = {'FOLDER': tmp_path / 'exported', 'image': Image.new('RGB', (40, 30))}
    exec(snippet, values)
    with torch.no_grad():
        expected = ours(torch.zeros(1, 3, 32, 32), mode='tensor').object_part.shape[2:]
    assert values['masks'].shape == (2, *expected)
    assert values['prompts'] == ours.decode_head.prompts(PartTaxonomy(["cat's head", "cat's tail"]))


def test_export_refuses_what_clipseg_cannot_hold(tmp_path):
    with pytest.raises(ValueError, match='visual adapter'):
        export_clipseg(our_model(TINY, adapter_channels=4), tmp_path / 'out')
    with pytest.raises(ValueError, match='not the CLIPSegHead baseline'):
        export_clipseg(our_model(TINY, type='PartCLIPSegHead'), tmp_path / 'out')
    (tmp_path / 'out').mkdir()
    with pytest.raises(FileExistsError, match='out exists'):
        export_clipseg(our_model(TINY), tmp_path / 'out')


def test_the_object_part_branch_starts_as_a_copy(tmp_path):
    transformers_model(TINY).save_pretrained(tmp_path)
    model = our_model(TINY, type='PartCLIPSegHead', adapter_channels=4)
    fresh = model.decode_head.project_text.weight.clone()
    load_checkpoint(model, f'clipseg://{tmp_path}')
    head = model.decode_head
    for copy, original in ((head.object_part_branch, head.mask_branch),
                           (head.object_part_film, head.decoder.film)):
        for a, b in zip(copy.parameters(), original.parameters()):
            assert torch.equal(a, b) and a is not b
    assert torch.equal(head.project_text.weight, fresh)


def test_not_cached_and_the_hub_off():
    with pytest.raises(FileNotFoundError, match=(
            r'clipseg://CIDAS/clipseg-rd64-refined is neither a folder nor in the cache.*switched off'
            r".*model.safetensors or pytorch_model.bin into a folder and say 'clipseg://.*--checkpoint")):
        CheckpointLoader.load_checkpoint('clipseg://CIDAS/clipseg-rd64-refined')


def test_a_folder_without_weights(tmp_path):
    (tmp_path / 'config.json').write_text(json.dumps(TINY))
    with pytest.raises(FileNotFoundError, match='the folder has none of'):
        CheckpointLoader.load_checkpoint(f'clipseg://{tmp_path}')


def test_the_hubs_cache_is_used(tmp_path, monkeypatch):
    repo = tmp_path / 'models--someone--clipseg'
    snapshot = repo / 'snapshots' / 'abc'
    transformers_model(TINY).save_pretrained(snapshot)
    (repo / 'refs').mkdir()
    (repo / 'refs' / 'main').write_text('abc')
    monkeypatch.setattr('huggingface_hub.constants.HF_HUB_CACHE', str(tmp_path))
    monkeypatch.setattr('huggingface_hub.file_download.HF_HUB_CACHE', str(tmp_path), raising=False)
    state = CheckpointLoader.load_checkpoint('clipseg://someone/clipseg')['state_dict']
    assert 'decode_head.decoder.film.mul.weight' in state
