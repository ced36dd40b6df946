"""OpenCLIPTextEncoder: open_clip's own embeddings, with less work."""
import open_clip
import pytest
import torch
from mmseg.registry import MODELS

from tests.tiny import TEXT_ENCODER, TINY_CLIP, fused_step

NAMES = ['head', 'license plate', 'cat']


def encoder(**options):
    torch.manual_seed(0)
    return MODELS.build(dict(TEXT_ENCODER, **options)).eval()


def open_clips_own(model, prompts):
    """The embeddings of open_clip's full model, at the full context length."""
    clip = open_clip.CLIP(**TINY_CLIP).eval()
    names = dict(model.tower.named_parameters())
    with torch.no_grad():
        for name, parameter in clip.named_parameters():
            if name in names:
                parameter.copy_(names[name])
        return clip.encode_text(open_clip.SimpleTokenizer()(prompts))


def test_equals_open_clip_at_full_length():
    model = encoder()
    torch.testing.assert_close(model(NAMES), open_clips_own(model, NAMES))


@pytest.mark.parametrize('options', [
    *(dict(pool_type=pool, eos_id=49407, no_causal_mask=free)
      for pool in ('argmax', 'eos', 'first', 'last') for free in (False, True)),
    dict(proj_type='none', width=24), dict(proj_bias=True)])
def test_other_towers_of_open_clip(options):
    model = encoder(arch=dict(TINY_CLIP, text_cfg=dict(TINY_CLIP['text_cfg'], **options)))
    with torch.no_grad():
        torch.testing.assert_close(model(NAMES), model.tower(model.tokenize(NAMES)))


def test_tower_of_coca():
    """It gives embeddings and tokens, and has a token of its own for the embedding."""
    model = encoder(arch=dict(TINY_CLIP, text_cfg=dict(
        TINY_CLIP['text_cfg'], context_length=76, embed_cls=True, output_tokens=True)))
    with torch.no_grad():
        embeddings, tokens = model.tower(model.tokenize(NAMES))
    torch.testing.assert_close(model(NAMES), embeddings)
    assert tokens.shape[1] == 76


def test_templates_are_averaged():
    model = encoder(templates=['a {}.', 'the {} there'])
    expected = open_clips_own(model, ['a head.', 'the head there']).mean(0, keepdim=True)
    torch.testing.assert_close(model(['head']), expected)


class Counting:
    """Counts the tokens and prompts that reach the transformer."""

    def __init__(self, model):
        self.shapes = []
        model.tower.transformer.register_forward_pre_hook(
            lambda _, args: self.shapes.append(tuple(args[0].shape[:2])))


def test_prompts_are_cut_and_each_name_is_encoded_once():
    model = encoder()
    count = Counting(model)
    first = model(NAMES)
    assert count.shapes == [(2, 3), (1, 4)]  # start, "license", "plate", end
    again = model(['cat', 'head', 'cat'])
    assert len(count.shapes) == 2
    assert torch.equal(again, first[[2, 0, 2]])
    model(['cat', 'tail'])
    assert count.shapes[2:] == [(1, 3)]  # the new word only


def change_in_place(model):
    with torch.no_grad():
        model.tower.ln_final.weight.mul_(2)


def load_other_weights(model):
    model.load_state_dict({k: v * 1.5 for k, v in model.state_dict().items()})


def swap_as_mmengines_ema_does(model):
    model.train()
    model.tower.ln_final.weight.data.mul_(2)
    model.eval()


@pytest.mark.parametrize(
    'change', [change_in_place, load_other_weights, swap_as_mmengines_ema_does, fused_step])
@pytest.mark.parametrize('training', [False, True])
@torch.no_grad()
def test_changed_weights_drop_the_kept_embeddings(change, training):
    model = encoder(trainable='all').train(training)
    before = model(NAMES)
    change(model)
    assert not torch.allclose(model(NAMES), before)


@pytest.mark.parametrize('trainable, expected', [
    ('none', set()), ('embeddings', {'token_embedding.weight', 'positional_embedding'}),
    ('all', None)])
def test_trainable_parameters(trainable, expected):
    model = encoder(trainable=trainable).train()
    names = {n for n, p in model.tower.named_parameters() if p.requires_grad}
    assert names == (expected if expected is not None else dict(model.tower.named_parameters()).keys())
    embeddings = model(NAMES)
    assert embeddings.requires_grad == bool(names)
    if names:
        embeddings.sum().backward()
        assert all(p.grad is not None for n, p in model.tower.named_parameters() if n in names)
    assert model.tower.training == bool(names)


@pytest.mark.parametrize('options, message', [
    (dict(arch='ViT-B-61'), "no architecture 'ViT-B-61'; closest.*ViT-B-16"),
    (dict(pretrained='openai'), "'openai' is neither an existing file nor"),
    (dict(trainable='some'), "one of .*embeddings.*, got 'some'"),
    (dict(templates=['photo']), "patterns with '{}'"),
    (dict(arch=dict(embed_dim=3)), r"needs \['text_cfg', 'vision_cfg'\]"),
])
def test_bad_options(options, message):
    with pytest.raises(ValueError, match=message):
        encoder(**options)


def test_unreachable_weights():
    with pytest.raises(RuntimeError, match="'ViT-B-32-quickgelu' are neither cached nor reach"):
        MODELS.build(dict(type='OpenCLIPTextEncoder', arch='ViT-B-32-quickgelu', pretrained='openai'))


def test_a_prompt_that_is_too_long():
    with pytest.raises(ValueError, match=r"'very very .*… \(402 characters\) is longer than the 77 tokens"):
        encoder()(['very ' * 80])


def test_weights_from_a_file(tmp_path):
    clip = open_clip.CLIP(**TINY_CLIP)
    torch.save(clip.state_dict(), tmp_path / 'clip.pt')
    model = encoder(pretrained=str(tmp_path / 'clip.pt'))
    with torch.no_grad():
        expected = clip.eval().encode_text(open_clip.SimpleTokenizer()(NAMES))
    torch.testing.assert_close(model(NAMES), expected)
    (tmp_path / 'broken.pt').write_bytes(b'no checkpoint')
    with pytest.raises(ValueError, match='broken.pt.*does not hold open_clip weights'):
        encoder(pretrained=str(tmp_path / 'broken.pt'))


class TestFolder:
    """Embeddings kept on disk for other processes."""

    def test_another_encoder_reads_them(self, tmp_path):
        first = encoder(folder=str(tmp_path), averaged=False, templates=['{}', 'a {}.'])
        expected = first(NAMES)
        assert torch.equal(expected, encoder(averaged=False, templates=['{}', 'a {}.'])(NAMES))
        second = encoder(folder=str(tmp_path), averaged=False, templates=['{}', 'a {}.'])
        count = Counting(second)
        assert torch.equal(second([*reversed(NAMES), 'cat']), expected[[2, 1, 0, 2]])
        assert not count.shapes
        second(['cat', 'tail'])
        assert count.shapes == [(1, 3), (1, 5)]  # the new name's two prompts only
        assert len(list(tmp_path.rglob('*.safetensors'))) == 4

    @pytest.mark.parametrize('options', [
        dict(templates=['a {}.']), dict(averaged=False),
        dict(arch=dict(TINY_CLIP, text_cfg=dict(TINY_CLIP['text_cfg'], heads=1))),
        dict(arch=dict(TINY_CLIP, quick_gelu=not TINY_CLIP.get('quick_gelu', False)))])
    def test_other_options_have_other_files(self, options, tmp_path):
        encoder(folder=str(tmp_path))(NAMES)
        other = encoder(folder=str(tmp_path), **options)
        assert torch.equal(other(NAMES), encoder(**options)(NAMES))
        assert len(list(tmp_path.iterdir())) == 2

    @pytest.mark.parametrize('change', [change_in_place, load_other_weights])
    def test_other_weights_have_other_files(self, change, tmp_path):
        model = encoder(folder=str(tmp_path))
        before = model(NAMES)
        change(model)
        assert not torch.allclose(model(NAMES), before)
        assert len(list(tmp_path.iterdir())) == 2
        assert torch.equal(encoder(folder=str(tmp_path))(NAMES), before)

    def test_errors(self, tmp_path):
        with pytest.raises(ValueError, match="keeps the text of a frozen tower; with trainable='all'"):
            encoder(folder=str(tmp_path), trainable='all')
        encoder(folder=str(tmp_path))(['cat'])
        path, = tmp_path.rglob('*.safetensors')
        path.write_bytes(b'half a file')
        with pytest.raises(ValueError, match="safetensors' holds no text embedding of 'cat' .*delete it"):
            encoder(folder=str(tmp_path))(['cat'])
