"""Text towers of every family: as open_clip has them, trimmed where that changes nothing."""
import copy

import open_clip
import pytest
import torch
from mmseg.registry import MODELS

from mmpartseg.models.architectures import clip_config
from tests.tiny import TEXT_ENCODER, TINY_CLIP
from tests.tiny_text import SMALL, text_folder, tokenizer_folder

NAMES = ['head', 'left front paw', 'cat']
OWN = TINY_CLIP['text_cfg']
# what towers of open_clip differ in; of the last two the tokenizer is of transformers
FAMILIES = {
    'clip': {}, 'pe': dict(context_length=32), 'mobileclip': dict(no_causal_mask=True),
    'coca': dict(context_length=76, embed_cls=True, output_tokens=True),
    'worldwide': dict(context_length=24, pool_type='eos', eos_id=2),
    'siglip': dict(context_length=16, no_causal_mask=True, pool_type='last', proj_bias=True),
    'clipa': dict(context_length=20, no_causal_mask=True, pool_type='last', tokenizer_mode='clips')}
TEMPLATES = {'worldwide': '<s> $A </s>', 'siglip': '$A </s>', 'clipa': '<s> $A </s>'}
READ = {'clip': 5, 'pe': 5, 'mobileclip': 77, 'coca': 77, 'worldwide': 14, 'siglip': 16, 'clipa': 20,
        **dict.fromkeys(SMALL, 14)}  # tokens of the longest name, or the context


def text_cfg(family, folder):
    if family in SMALL:
        return text_folder(folder, family)
    cfg = dict(OWN, **FAMILIES[family])
    if family in TEMPLATES:
        cfg.update(vocab_size=len(tokenizer_folder(folder, TEMPLATES[family])), hf_tokenizer_name=str(folder))
    return cfg


@pytest.fixture(params=[*FAMILIES, *SMALL])
def family(request):
    return request.param


@pytest.fixture
def build(tmp_path):
    """An encoder of a family by its name."""
    def make(family, **options):
        torch.manual_seed(0)
        arch = dict(TINY_CLIP, text_cfg=text_cfg(family, tmp_path / family))
        return MODELS.build(dict(TEXT_ENCODER, **dict(dict(arch=arch), **options))).eval()
    return make


def whole(model, prompts):
    """The tower's own embeddings of prompts at the full context length."""
    with torch.no_grad():
        found = model.tower(model.tokenizer.made(prompts))
    return found[0] if model.tower.output_tokens else found


def test_embeddings_are_the_towers_own_and_as_long_as_need_be(family, build):
    model = build(family)
    lengths = []
    inner = model.tower.transformer
    layers = inner.resblocks if hasattr(inner, 'resblocks') else inner
    first = layers[0] if hasattr(inner, 'resblocks') else next(
        m for m in inner.modules() if isinstance(m, torch.nn.ModuleList))[0]
    first.register_forward_pre_hook(
        lambda _, args, kwargs: lengths.append((args[0] if args else kwargs['hidden_states']).shape[1]),
        with_kwargs=True)
    found = model(NAMES)
    assert max(lengths) == READ[family]
    torch.testing.assert_close(found, whole(model, NAMES), atol=1e-5, rtol=1e-5)
    assert found.shape == (3, model.embed_dims) == (3, 24)
    assert len({tuple(row.tolist()) for row in found}) == 3


def test_kept_embeddings_are_those_of_names_alone(family, build):
    model = build(family)
    found = model(NAMES)
    alone = torch.cat([build(family)([name]) for name in NAMES])
    torch.testing.assert_close(found, alone, atol=1e-5, rtol=1e-5)
    assert torch.equal(model([*NAMES[::-1], 'tail'])[:3], found.flip(0))


@pytest.mark.parametrize('trainable', ['embeddings', 'all'])
def test_training(trainable, family, build):
    model = build(family, trainable=trainable).train()
    model(NAMES).sum().backward()
    trained = {n for n, p in model.tower.named_parameters() if p.requires_grad}
    assert trained and all(model.tower.get_parameter(n).grad is not None for n in trained)
    assert all('embed' in name for name in trained) == (trainable == 'embeddings')
    with torch.no_grad():  # what is kept is no draw of dropout
        kept = model(NAMES)
    assert model.tower.training
    torch.testing.assert_close(kept, whole(model.eval(), NAMES), atol=1e-5, rtol=1e-5)


def test_a_name_is_never_cut(family, build):
    """At the last token that fits, and one more."""
    model = build(family)
    limit = model.tokenizer.context_length
    letter = 'a ' if family in ('clip', 'pe', 'mobileclip', 'coca') else 'a'
    around = {'siglip': 1, 'clipa': 3}.get(family, 2)
    fits = (letter * (limit - around)).strip()
    assert torch.isfinite(model([fits])).all()
    for longer in (1, 2, 50):
        name = (letter * (limit - around + longer)).strip()
        with pytest.raises(ValueError, match=f"prompt '{name[:199]}.* is longer than the {limit} tokens"):
            model(['cat', name])


def test_a_mark_of_the_tokenizer_is_no_word(family, build):
    """CLIP's tower read no further than the first end of a text: this one was 'cat' to it."""
    model = build(family)
    own = isinstance(model.tokenizer.made, open_clip.SimpleTokenizer)
    for mark in ['<end_of_text>', '<START_OF_TEXT>'] if own else ['</s>', '<Pad>']:
        with pytest.raises(ValueError, match=f"'cat{mark} dog' holds '{mark.lower()}', a mark of this CLIP"):
            model(['head', f'cat{mark} dog'])
    assert torch.isfinite(model(['<end>'])).all()


@pytest.mark.parametrize('side', ['left', 'right'])
def test_padding_on_either_side(side, tmp_path):
    """A tokenizer that pads at the left, or whose padding is its end token, cuts nothing either."""
    vocabulary = tokenizer_folder(tmp_path, '$A </s>', padding_side=side)
    cfg = dict(OWN, context_length=8, vocab_size=len(vocabulary), no_causal_mask=True, pool_type='last',
               hf_tokenizer_name=str(tmp_path))
    model = MODELS.build(dict(TEXT_ENCODER, arch=dict(TINY_CLIP, text_cfg=cfg)))
    assert model.tokenize(['cat', 'a' * 7]).shape == (2, 8)
    with pytest.raises(ValueError, match='longer than the 8 tokens'):
        model.tokenize(['a' * 8])


@pytest.mark.parametrize('family', ['siglip', 'roberta', 'm2m_100', 'coca'], indirect=True)
def test_weights_of_a_whole_clip(family, tmp_path):
    """A file of all weights of a CLIP with such a text tower."""
    arch = dict(TINY_CLIP, text_cfg=text_cfg(family, tmp_path / family))
    if family == 'coca':
        arch['multimodal_cfg'] = dict(context_length=76, vocab_size=49408, width=16, heads=2, layers=1)
        arch['vision_cfg'] = dict(arch['vision_cfg'], attentional_pool=True, attn_pooler_heads=2,
                                  output_tokens=True)
        clip = open_clip.CoCa(**copy.deepcopy(arch))
    else:
        arch['custom_text'] = family == 'siglip'
        inner = {k: v for k, v in arch.items() if k != 'custom_text'}
        inner['text_cfg'] = dict(inner['text_cfg'], hf_model_pretrained=False)
        clip = open_clip.CustomTextCLIP(**copy.deepcopy(inner))
    torch.save(clip.state_dict(), tmp_path / 'clip.pt')
    model = MODELS.build(dict(TEXT_ENCODER, arch=arch, pretrained=str(tmp_path / 'clip.pt'))).eval()
    for name, value in clip.text.state_dict().items():
        assert torch.equal(model.tower.state_dict()[name], value), name


def test_what_a_tower_of_transformers_cannot(build):
    with pytest.raises(ValueError, match="'query_value' finds no such weights in the HFTextEncoder"):
        build('roberta', trainable='query_value')
    with pytest.raises(RuntimeError, match="'xlm-roberta-base', the text tower of .*, is neither cached"):
        MODELS.build(dict(TEXT_ENCODER, arch='xlm-roberta-base-ViT-B-32'))


def test_a_tokenizer_that_is_not_there(build):
    """The model is built all the same; its first name asks for it."""
    model = build('siglip', arch=dict(TINY_CLIP, text_cfg=dict(
        OWN, hf_tokenizer_name='timm/ViT-B-16-SigLIP2', no_causal_mask=True, pool_type='last')))
    with pytest.raises(RuntimeError, match="the tokenizer 'timm/ViT-B-16-SigLIP2' .*neither cached"):
        model(['cat'])


def test_every_text_tower_of_open_clip_is_of_a_family():
    """A later open_clip may bring another: it needs a line here."""
    keys = {key for cfg in FAMILIES.values() for key in cfg} | {
        'vocab_size', 'width', 'heads', 'layers', 'mlp_ratio', 'hf_tokenizer_name', 'tokenizer_kwargs',
        'hf_model_name', 'hf_proj_type', 'hf_pooler_type', 'proj_type', 'norm_kwargs', 'act_kwargs', 'pad_id'}
    models = {'roberta-base', 'xlm-roberta-base', 'xlm-roberta-large', 'google/mt5-base', 'google/mt5-xl',
              'facebook/nllb-200-distilled-600M', 'facebook/nllb-200-distilled-1.3B'}
    for name in open_clip.list_models():
        cfg = clip_config(name)['text_cfg']
        assert set(cfg) <= keys, (name, set(cfg) - keys)
        assert cfg.get('hf_model_name') in models | {None}, name
