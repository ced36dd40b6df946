"""CATSeg's own training in miniature: what teaches what, and the file that comes of it."""
from types import SimpleNamespace

import pytest
import torch
import torch.nn.functional as F
from mmengine.config import Config
from mmengine.runner import Runner
from mmengine.runner.checkpoint import load_checkpoint
from mmseg.registry import DATASETS, MODELS

from mmpartseg.datasets.shapes.canvas import NONE
from mmpartseg.datasets.shapes.kind import KINDS
from mmpartseg.datasets.shapes.scene import load_vocabulary
from mmpartseg.pretraining.phrases import part_names, words_for_kinds
from tests.small_clip import ARCH
from tests.small_pretraining import ROOT, pack_catseg, small
from tests.tiny import TEXT_ENCODER

SIZES = dict(channels=16, num_heads=2, window=3, appearance_channels=8, text_channels=8,
             decoder_channels=(16, 16), decoder_guidance_channels=(8, 4))


def shrunk(cfg):
    """A config of the tiny CATSeg on the smallest CLIP."""
    cfg.model.data_preprocessor.size = (32, 32)
    cfg.model.backbone.update(clip_size=(32, 32), guidance_size=(32, 32))
    cfg.model.backbone.clip.update(arch=ARCH, init_cfg=None)
    cfg.model.decode_head.text_encoder.update(arch=ARCH, init_cfg=None)
    cfg.model.decode_head.update(SIZES)
    return cfg


def learned(runner):
    """The names of what a training has changed."""
    before = {name: value.clone() for name, value in runner.model.state_dict().items()}
    runner.train()
    return {name for name, value in runner.model.state_dict().items() if not torch.equal(value, before[name])}


def attention(prefix):
    """The names of what learns of the smallest CLIP's image tower."""
    return {f'{prefix}positional_embedding', *(
        f'{prefix}transformer.resblocks.{i}.attn.{name}' for i in range(2) for name in (
            'in_proj_weight', 'in_proj_bias', 'out_proj.weight', 'out_proj.bias'))}


def test_words_teach_attention_and_positions(scenes, tmp_path):
    cfg = small('clip_tokens_part_shapes', scenes, tmp_path)
    cfg.model.data_preprocessor.size = (32, 32)
    for part in (cfg.model.backbone, cfg.model.decode_head.text_encoder):
        part.update(arch=ARCH, init_cfg=None)
    assert learned(Runner.from_cfg(cfg)) == {'decode_head.log_scale', *attention('backbone.visual.')}


@pytest.fixture(scope='module')
def trained(scenes, tmp_path_factory):
    """The model after two steps as the config has them, what it has learned, and the packed file."""
    work = tmp_path_factory.mktemp('catseg')
    runner = Runner.from_cfg(shrunk(small('catseg_part_shapes', scenes, work)))
    names = learned(runner)
    pack_catseg.main([str(work / 'iter_2.pth'), str(work / 'catseg.safetensors')])
    return runner.model.eval(), names, work / 'catseg.safetensors'


def test_attention_and_positions_of_the_tower_learn_along(trained):
    names = trained[1]
    assert {name for name in names if '.clip.' in name} == attention('backbone.clip.visual.')
    assert not [name for name in names if name.startswith('decode_head.text_encoder')]
    assert {'decode_head.embedding.conv.weight', 'decode_head.decoder.head.weight',
            'decode_head.text_projection.0.weight', 'backbone.guidance.conv1.weight'} <= names


def test_classes_of_seen_objects_in_the_pictures_are_asked(trained):
    """Never those of objects whose parts nobody labels."""
    head = trained[0].decode_head
    things = [[dict(kind='cat'), dict(kind='motorbike')], [dict(kind='cat')], [dict(kind='cow')]]
    asked = head.choose([SimpleNamespace(things=each) for each in things])
    assert {phrase.kind for phrase in asked} == {'cat', 'cow'} and 'motorbike' in load_vocabulary().unseen
    assert [phrase.text for phrase in asked] == [
        name for name in load_vocabulary().class_index if name.startswith(("cat's ", "cow's "))]
    assert all(phrase.text == f"{phrase.kind}'s {phrase.part}" for phrase in asked)
    nothing = head.losses_of_chosen(torch.ones(2, 0, 4, 4), torch.ones(2, 0, 4, 4, dtype=torch.bool))
    assert nothing['loss_class'] == 0
    logits = torch.tensor([3., 1.]).view(1, 2, 1, 1)
    masks = torch.tensor([False, True]).view(1, 2, 1, 1)
    assert head.losses_of_chosen(logits, masks)['loss_class'].item() == pytest.approx(
        torch.logsumexp(logits.flatten(), 0).item() - 1)
    assert head.balance(torch.tensor([[1., 5.]]), torch.tensor([[True, False]])) == 3


def test_losses_of_the_config(trained, scenes):
    head = trained[0].decode_head
    data = DATASETS.build(dict(type='ScenesWithWords', data_root=str(scenes), pipeline=[
        dict(type='LoadPartImage'), dict(type='PackWords', masks=True)]))
    samples = [data[i]['data_samples'] for i in range(2)]
    features = [maps.detach().requires_grad_() for maps in trained[0].backbone(torch.randn(2, 3, 32, 32))]
    losses = head.loss(features, samples)
    assert set(losses) == {'loss_phrase', 'loss_kind', 'loss_background', 'loss_part', 'loss_class'}
    sum(losses.values()).backward()
    assert all((maps.grad.flatten(1).abs().sum(1) > 0).all() for maps in features)  # CLIP's, too


@pytest.mark.parametrize('method', ['catseg', 'partcatseg'])
def test_part_training_starts_from_the_file(trained, method):
    """By `catseg://`, as from the released file; the text tower, frozen, is the model's own."""
    model, _, path = trained
    cfg = shrunk(Config.fromfile(ROOT / 'configs' / method / 'part_shapes.py'))
    other = MODELS.build(cfg.model)
    text = other.decode_head.text_encoder.tower.text_projection.clone()
    load_checkpoint(other, f'catseg://{path}')
    ours, theirs = other.state_dict(), model.state_dict()
    shared = [name for name in ours if name in theirs and 'text_encoder' not in name
              and not name.endswith('num_batches_tracked')]
    assert {name.split('.')[0] for name in shared} == {'backbone', 'decode_head'} and len(shared) > 150
    for name in shared:
        assert torch.equal(ours[name], theirs[name].half().float()), name
    assert torch.equal(other.decode_head.text_encoder.tower.text_projection, text)
    if method == 'partcatseg':
        assert torch.equal(ours['decode_head.class_embedding.conv.weight'],
                           ours['decode_head.embedding.conv.weight'])


def test_losses_of_tokens_by_hand(monkeypatch):
    """Cosines with words over the temperature; a token counts for its share of pixels."""
    head = MODELS.build(dict(type='TokenWordsHead', taxonomy='part_shapes:seen', temperature=0.5,
                             text_encoder=dict(TEXT_ENCODER, averaged=False)))
    classes, names = head.train_taxonomy.object_parts, list(load_vocabulary().class_index)
    torch.manual_seed(0)
    table = {}

    def encode(asked):
        """Two prompts a name: unit vectors, whose mean is none."""
        for name in asked:
            table.setdefault(name, F.normalize(torch.randn(2, 8), dim=1))
        return torch.stack([table[name] for name in asked])
    monkeypatch.setattr(head, 'encode', encode)
    # a token of four pixels: two of a cat's head, one of the cat's unknown rest, one of nothing
    cats_head = names.index("cat's head")
    maps = {'gt_instance': [[0, 0], [0, NONE]], 'gt_part': [[cats_head, cats_head], [NONE, NONE]]}
    sample = SimpleNamespace(things=[dict(kind='cat')], get=lambda key: SimpleNamespace(
        data=torch.tensor([maps[key]])))
    dense = torch.randn(1, 8, 1, 1)
    state = torch.get_rng_state()
    losses = {name: value.item() for name, value in head.loss([dense], [sample]).items()}
    torch.set_rng_state(state)
    kinds = [phrase.text for phrase in words_for_kinds()] + ['background']

    def nll(asked, wanted):
        vectors = F.normalize(torch.stack([table[name].mean(0) for name in asked]), dim=1)
        cosines = vectors @ F.normalize(dense[0, :, 0, 0], dim=0)
        return -F.log_softmax(cosines / 0.5, 0)[asked.index(wanted)].item()
    cat = kinds[list(KINDS).index('cat')]
    assert losses == pytest.approx(dict(
        loss_kind=0.75 * nll(kinds, cat) + 0.25 * nll(kinds, 'background'),
        loss_part=0.5 * nll(part_names(), 'head'),
        loss_class=0.5 * nll(list(classes), "cat's head")), rel=1e-5)
    assert "motorbike's wheel" in names and "motorbike's wheel" not in classes
