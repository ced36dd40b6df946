"""tools/benchmark.py peer: the straightforward way and transformers give the same numbers."""
import argparse
import contextlib
import sys

import pytest
import torch
from mmengine.config import Config
from mmseg.registry import MODELS

from mmpartseg.benchmark import measure, peer, subjects  # noqa: E402
from mmpartseg.benchmark.straightforward import Straightforward  # noqa: E402
from mmpartseg.benchmark.straightforward_cost import StraightforwardCost  # noqa: E402
from mmpartseg.models.layers import linear as layers
from mmpartseg.models.layers.linear import linear
from tests.benchmarked import config_fixture, report, small_peak  # noqa: F401
from tests.tiny import ALL, ATTENTION_LOSSES, SEEN, TEXT_ENCODER, TINY_CLIP, segmentor
from tests.tiny_cost import VARIANTS, cost_config
from tests.tiny_model import CONFIG, TOOLS, TRAINED

sys.path.insert(0, str(TOOLS))


@pytest.mark.parametrize('command, tolerance', [('inference', 1e-5), ('train', 1e-5)])
def test_straightforward_peer(command, tolerance, config, tmp_path, capsys):
    """The same masks and gradients, word for word, with more operations."""
    path = tmp_path / 'full.py'
    path.write_text(f'_base_ = "{config}"\nmodel = dict(decode_head={ATTENTION_LOSSES})\n')
    found = report([command, str(path), '--peer', 'straightforward', '--batch', '2'],
                   tmp_path / 'out.json')
    assert found['classes'] == {'inference': 4, 'train': 3}[command]
    assert found['difference'] < tolerance
    assert found['peer']['flops'] > 1.4 * found['ours']['flops']
    for way in ('ours', 'peer'):
        assert found[way]['times_floor'] == pytest.approx(
            found[way]['fastest'] / (found[way]['flops'] / found['matrix_peaks']['fp32']))
    out = capsys.readouterr().out
    assert 'times as fast as straightforward' in out and '| times as fast | times its floor |' in out


def test_floors_of_two_precisions(config, tmp_path, capsys):
    """Ours has that of its own precision, also to label maps."""
    found = report(['inference', config, '--peer', 'straightforward', '--precision', 'bf16'],
                   tmp_path / 'out.json')
    for each in (found['ours'], *found['winners'].values(), found['peer']):
        assert each['precision'] == ('fp32' if each is found['peer'] else 'bf16')
        assert each['times_floor'] == pytest.approx(
            each['fastest'] * found['matrix_peaks'][each['precision']] / each['flops'])
    out = capsys.readouterr().out
    assert f"| {found['winners']['2']['times_floor']:.2f} |" in out
    assert 'GFLOP/s in bf16' in out and 'GFLOP/s in fp32' in out


def test_straightforward_products_are_torchs(config, tmp_path, monkeypatch):
    """The modules are ours, which would go to oneDNN; each call of the peer leaves it out."""
    products, used = [], []
    x, weight = torch.randn(200, 4), torch.randn(3, 4)
    with monkeypatch.context() as patch:
        patch.setattr(layers, 'onednn', lambda x, weight, bias: products.append(1) or x @ weight.T)
        with peer.products_of_torch():
            assert torch.equal(linear(x, weight), torch.nn.functional.linear(x, weight)) and products == []
        linear(x, weight)
        assert products == [1]

    @contextlib.contextmanager
    def recorded():
        used.append(1)
        yield
    monkeypatch.setattr(peer, 'products_of_torch', recorded)
    for command in ('inference', 'train'):
        report([command, config, '--peer', 'straightforward'], tmp_path / 'out.json')
        assert len(used) >= 4  # compared, and measured with memory, time and operations
        used.clear()


def test_straightforward_peer_and_objects_first(config, tmp_path, capsys):
    """To label maps, with one object winning, two and all three of cat, bus and dog."""
    found = report(['inference', config, '--peer', 'straightforward'], tmp_path / 'out.json')
    costs = [found['winners'][count]['flops'] for count in ('1', '2', 'all')]
    assert costs[0] < costs[1] < costs[2] and len(found['winners']) == 3
    for each in found['winners'].values():
        assert each['times_faster'] == found['peer']['seconds'] / each['seconds']
    out = capsys.readouterr().out
    assert all(f'| mmpartseg, fp32, to label maps, winners: {count} |' in out for count in ('1', '2', 'all'))


@pytest.mark.parametrize('command, tolerance', [('inference', 1e-5), ('train', 1e-5)])
@pytest.mark.parametrize('variant', list(VARIANTS))
def test_straightforward_peer_of_the_cost_family(variant, command, tolerance, tmp_path):
    """Both variants of CATSeg and PartCATSeg: the same masks and gradients."""
    model = cost_config(variant)
    model['decode_head']['window'] = 2  # of a grid of four: shifted
    if variant == 'cvpr24':
        model['decode_head']['padded_classes'] = len(ALL) + 2
    path = tmp_path / 'config.py'
    Config(dict(model=model, optim_wrapper=dict(
        type='OptimWrapper', optimizer=dict(type='AdamW', lr=1e-4)))).dump(path)
    found = report([command, str(path), '--peer', 'straightforward', '--batch', '2'], tmp_path / 'out.json')
    assert found['difference'] < tolerance
    assert found['peer']['flops'] > found['ours']['flops']


@pytest.mark.parametrize('options, message', [
    (dict(train=dict(joint=[SEEN, ALL[4:]])), 'it has several training vocabularies'),
    (dict(padded_classes=2), 'it looks at some of its classes only')])
def test_straightforward_peer_of_another_cost_head(options, message):
    model = cost_config('cvpr24', **{k: v for k, v in options.items() if k == 'train'})
    model['decode_head'].update({k: v for k, v in options.items() if k != 'train'})
    with pytest.raises(ValueError, match=f'does not compute this model: {message}'):
        StraightforwardCost(MODELS.build(model))


def test_straightforward_loss():
    """Every term, and any of them switched off."""
    torch.manual_seed(0)
    model = segmentor(text_encoder=dict(TEXT_ENCODER, trainable='embeddings')).train()
    plain = Straightforward(model, dict(arch=TINY_CLIP))
    for ignore_index in (255, 1):  # the second is also a class of this vocabulary
        model.decode_head.ignore_index = ignore_index
        images, samples = subjects.draw_batch(
            argparse.Namespace(seed=0, batch=2), (32, 32), (32, 32), model.decode_head.train_taxonomy,
            ignore_index, torch.device('cpu'))
        expected = model(images, samples, mode='loss')
        assert len(expected) == 6
        assert ignore_index == 1 or all(value > 0 for value in expected.values())
        torch.testing.assert_close(plain.loss(images, samples), sum(expected.values()))
    for name in ('object_part', 'object', 'part', 'separation', 'enhance'):
        removed = model.decode_head.losses.pop(name)
        torch.testing.assert_close(plain.loss(images, samples),
                                   sum(model(images, samples, mode='loss').values()))
        model.decode_head.losses[name] = removed


@pytest.mark.parametrize('old, new, message', [
    ('PartCLIPSegHead', 'CLIPSegHead', 'not a CLIPSegHead on a OpenCLIPViT'),
    ('with_cls_token=True', 'with_cls_token=False', 'its backbone gives no CLS token'),
    ('num_heads=2', 'num_heads=2, released_text_index=True', 'text as the released implementation'),
    ("text_encoder=dict(", "text_encoder=dict(templates=['a {}'], ", 'it averages prompt templates'),
    ('num_heads=2', "num_heads=2, loss_object=[dict(type='PartMaskLoss')] * 2", 'not one PartMaskLoss'),
    (f'train_taxonomy={TRAINED}', f'train_taxonomy=dict(joint=[{TRAINED[:1]}, {TRAINED[1:]}])',
     'it has several training vocabularies')])
def test_straightforward_peer_of_another_model(old, new, message, tmp_path):
    path = tmp_path / 'other.py'
    path.write_text(CONFIG.replace(old, new))
    with pytest.raises(ValueError, match=message):
        report(['inference', str(path), '--peer', 'straightforward'], tmp_path / 'out.json')


def test_transformers_peer_takes_one_image(config, tmp_path):
    with pytest.raises(ValueError, match='compares the masks of one image, got --batch 2'):
        report(['inference', config, '--peer', 'transformers', '--batch', '2'], tmp_path / 'out.json')


def test_runs_in_turns():
    """Neither meets a quiet hour alone, and each has the peak of a call of its own."""
    calls = []

    class Memory:
        def restart(self):
            calls.append('-')

        def peak(self):
            return len(calls)

    runs = dict(a=lambda: calls.append('a'), b=lambda: calls.append('b'))
    found = measure.in_turns(runs, torch.device('cpu'), Memory(), 1, 2)
    assert ''.join(calls) == '-a-bababab'
    assert [found[name]['memory_peak'] for name in 'ab'] == [2, 4]
    assert found['a']['repeats'] == 2 and found['a']['fastest'] <= found['a']['seconds']


def test_no_size(config):
    cfg = Config.fromfile(config)
    cfg.model.data_preprocessor.pop('size')
    with pytest.raises(ValueError, match='states no image size in its data_preprocessor; give --side'):
        subjects.network_side(cfg, argparse.Namespace(side=None, config=config))


def test_a_peer_needs_the_baseline(config, tmp_path):
    pytest.importorskip('transformers')
    with pytest.raises(ValueError, match='not the CLIPSegHead baseline'):
        report(['inference', config, '--peer', 'transformers'], tmp_path / 'out.json')


def test_peer(tmp_path, capsys):
    pytest.importorskip('transformers')
    path = tmp_path / 'config.py'
    path.write_text(CONFIG.replace('PartCLIPSegHead', 'CLIPSegHead').replace(
        'mask_strides=(4, 2)', 'mask_strides=(2, 2)'))
    found = report(['inference', str(path), '--peer', 'transformers'], tmp_path / 'out.json')
    assert found['classes'] == 4
    assert found['difference'] < 1e-5
    assert found['times_faster'] == pytest.approx(found['peer']['seconds'] / found['ours']['seconds'])
    assert 'times as fast as transformers' in capsys.readouterr().out
