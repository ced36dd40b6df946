"""A CLIP that open_clip's list does not name: in a folder, or on the hub."""
import copy
import json

import open_clip
import pytest
import torch
from mmseg.registry import MODELS
from safetensors.torch import save_file

from mmpartseg.models import preprocessing
from tests.tiny import TEXT_ENCODER, TINY_CLIP
from tests.tiny_text import tokenizer_folder

PIXELS = dict(mean=[.5, .5, .5], std=[.25, .25, .25], interpolation='bilinear')


@pytest.fixture(params=['hf-hub', 'local-dir'])
def arch(request, tmp_path, monkeypatch):
    """A place with a configuration, weights and a tokenizer, as open_clip's push_to_hf_hub writes them."""
    folder = tmp_path / 'clip'
    text = dict(TINY_CLIP['text_cfg'], vocab_size=len(tokenizer_folder(folder)), context_length=12,
                no_causal_mask=True, pool_type='last', hf_tokenizer_name='owner/of-a-tokenizer')
    if request.param == 'hf-hub':
        text['hf_tokenizer_name'] = str(folder)
    config = dict(TINY_CLIP, text_cfg=text, quick_gelu=True)
    (folder / 'open_clip_config.json').write_text(json.dumps(dict(model_cfg=config, preprocess_cfg=PIXELS)))
    torch.manual_seed(0)
    save_file(open_clip.CLIP(**copy.deepcopy(config)).state_dict(), folder / 'open_clip_model.safetensors')

    def download(repo_id, filename, **options):
        if repo_id != 'owner/name' or not (folder / filename).is_file():
            raise OSError(f'{repo_id}: no connection')
        return str(folder / filename)
    monkeypatch.setattr(open_clip.pretrained, 'hf_hub_download', download)
    return 'hf-hub:owner/name' if request.param == 'hf-hub' else f'local-dir:{folder}'


@pytest.mark.parametrize('kind', ['OpenCLIPViT', 'OpenCLIPImageTower'])
def test_features_and_embeddings_are_those_of_open_clip(kind, arch):
    whole, tokens = open_clip.create_model(arch).eval(), open_clip.get_tokenizer(arch)
    tower = MODELS.build(dict(type=kind, arch=arch, pretrained=arch, out_indices=(0, 1)))
    image = torch.randn(1, 3, 32, 32)
    expected = whole.visual.forward_intermediates(image, indices=[0, 1], intermediates_only=True)
    for a, b in zip(tower(image), expected['image_intermediates']):
        torch.testing.assert_close(a, b)
    text = MODELS.build(dict(TEXT_ENCODER, arch=arch, pretrained=arch)).eval()
    torch.testing.assert_close(text(['cat', 'tail']), whole.encode_text(tokens(['cat', 'tail'])))
    with pytest.raises(ValueError, match='longer than the 12 tokens'):
        text(['a' * 11])


def test_pixels_are_those_of_the_place(arch):
    assert preprocessing.pixel_statistics(arch, arch) == ([127.5] * 3, [63.75] * 3)
    assert preprocessing.interpolation(arch, arch) == 'bilinear'
    model = MODELS.build(dict(type='CLIPRegionClassifier', arch=arch, size=32))
    assert model.std.flatten().tolist() == [.25] * 3


@pytest.mark.parametrize('options, error, message', [
    (dict(pretrained='webli'), ValueError, "no existing file; .* beside the configuration, say pretrained='"),
    (dict(arch='hf-hub:owner/other'), RuntimeError, "'open_clip_config.json' of 'hf-hub:.*' is neither"),
    (dict(arch='local-dir:nowhere'), RuntimeError, "of 'local-dir:nowhere' is neither there, nor cached")])
def test_what_is_not_there(options, error, message, arch):
    with pytest.raises(error, match=message):
        MODELS.build(dict(dict(type='OpenCLIPImageTower', arch=arch), **options))


def test_a_folder_without_weights(arch, tmp_path):
    (tmp_path / 'clip' / 'open_clip_model.safetensors').unlink()
    with pytest.raises(RuntimeError, match=f"the weights '{arch}' of '.*' are neither cached nor reach"):
        MODELS.build(dict(type='OpenCLIPImageTower', arch=arch, pretrained=arch))
