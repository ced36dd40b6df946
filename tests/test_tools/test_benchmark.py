"""tools/benchmark.py on a tiny model: every command, and its numbers where they can be known."""
import argparse
import contextlib
import json
import subprocess
import sys

import pytest
import torch
from mmengine.config import Config
from mmseg.registry import MODELS

from mmpartseg.models.layers import linear as layers
from mmpartseg.models.layers.linear import linear
from tests.tiny import ALL, ATTENTION_LOSSES, MASK_LOSSES, SEEN, TEXT_ENCODER, TINY_CLIP, segmentor
from tests.tiny_cost import VARIANTS, cost_config
from tests.tiny_model import CONFIG, TOOLS, TRAINED, load_tool

sys.path.insert(0, str(TOOLS))
from mmpartseg.benchmark import measure, peer, scaling, subjects  # noqa: E402
from mmpartseg.benchmark.straightforward import Straightforward  # noqa: E402
from mmpartseg.benchmark.straightforward_cost import StraightforwardCost  # noqa: E402

benchmark = load_tool('benchmark')
OPTIMIZER = "optim_wrapper = dict(type='OptimWrapper', optimizer=dict(type='AdamW', lr=1e-4))\n"
QUICK = ['--warmup', '0', '--repeats', '2', '--json']


@pytest.fixture(autouse=True)
def small_peak(monkeypatch):
    """The peak of a product that takes no seconds."""
    monkeypatch.setitem(measure.MATRIX_SIDE, 'cpu', 256)


@pytest.fixture
def config(tmp_path):
    path = tmp_path / 'config.py'
    path.write_text(CONFIG + OPTIMIZER + f'model["decode_head"].update({MASK_LOSSES})\n')
    return str(path)


def report(arguments, path):
    benchmark.main([*arguments, *QUICK, str(path)])
    return json.loads(path.read_text())


@pytest.mark.parametrize('precision', ['fp32', 'bf16'])
@pytest.mark.parametrize('command', ['inference', 'train'])
def test_models(command, precision, config, tmp_path, capsys):
    found = report([command, config, '--precision', precision, '--classes', '20'], tmp_path / 'out.json')
    assert found['batch'] == {'inference': 1, 'train': 2}[command]
    assert found['flops'] > 0 and found['repeats'] == 2 and 'memory_peak' in found
    assert found['fastest'] <= found['seconds'] <= found['slowest']
    out = capsys.readouterr().out
    assert 'GFLOP/s of a matrix product' in out
    assert f"so {1 / found['share_of_peak']:.2f} times the time of its floor" in out


def test_decoding(config, tmp_path, capsys):
    """cat: head, tail; bus: wheel; dog: head. Conditions cost alike, and so do masks."""
    found = report(['decoding', config], tmp_path / 'out.json')
    row, = found['decoding']
    costs = {name: each['most'] - row['tower'] for name, each in row['winners'].items()}
    assert {name: each['sets'] for name, each in row['winners'].items()} == {'1': 3, '2': 3, 'all': 1}
    assert costs['1'] < costs['2'] < costs['all'] < row['full'] - row['tower']
    # the costliest object has two parts, the cheapest one; each adds a condition and a mask
    one = row['winners']['1']
    assert one['most'] > one['mean'] > one['most'] - (one['most'] - row['tower']) / 4
    assert set(found['times']) == {'all classes', '1', '2', 'all'}
    assert '| 4 | 3 |' in capsys.readouterr().out


def test_decoding_of_many_classes(config, tmp_path):
    """With so many objects winning, the cost grows with the objects and not with the classes."""
    plot = tmp_path / 'cost.png'
    found = report(['decoding', config, '--points', '20', '100', '--plot', str(plot)], tmp_path / 'out.json')
    small, large = found['decoding']
    assert (small['classes'], small['objects'], large['classes'], large['objects']) == (20, 4, 100, 20)
    growth = {name: large['winners'][name]['mean'] - small['winners'][name]['mean'] for name in '12'}
    assert growth['1'] < 0.4 * (large['full'] - small['full'])
    assert growth['2'] < 0.5 * (large['full'] - small['full'])  # of few parts, two objects share more
    assert plot.read_bytes().startswith(b'\x89PNG')


def test_decoding_of_pictures(tmp_path):
    """The shipped weights on pictures of another world: same label maps, fewer operations."""
    found = report(['decoding', 'configs/partclipseg/part_shapes_to_pascal_part_sample.py', '--images', '1',
                    '--checkpoint', 'data/miniature/partclipseg.safetensors'], tmp_path / 'out.json')
    pictures = found['pictures']
    assert pictures['images'] == 1 and pictures['different_pixels'] == 0
    assert pictures['mean'] < pictures['full'] and pictures['objects'] >= 1


def test_measured_predictions_see_the_picture_anew(config):
    args = benchmark.parse_args('', ['inference', config])
    cfg = subjects.read_config(args)
    model = subjects.build_model(cfg, args, torch.device('cpu'))
    calls, run = [], subjects.inference(model, cfg, args, torch.device('cpu'))
    model.backbone.register_forward_hook(lambda *args: calls.append(1))
    run(), run()
    assert len(calls) == 2


def test_metric(tmp_path, capsys):
    found = report(['metric', '--images', '3', '--classes', '20', '--label-size', '8', '9'],
                   tmp_path / 'out.json')
    assert found['images'] == 3 and found['milliseconds_per_image'] > 0
    assert 'object 0' not in capsys.readouterr().out


def test_data(tmp_path):
    found = report(['data', 'configs/partclipseg/pascal_part_sample.py', '--images', '2'],
                   tmp_path / 'out.json')
    assert found['images'] == 2
    assert found['images_per_second'] == pytest.approx(1000 / found['milliseconds_per_image'])


def test_operations_of_attention_and_products():
    """Two per multiply-add: an (m, k) by (k, n) product has 2mkn; attention has two products."""
    a, b, q = torch.randn(3, 5), torch.randn(5, 7), torch.randn(1, 2, 11, 4)
    assert measure.count_flops(lambda: a @ b) == 2 * 3 * 5 * 7
    attend = torch.nn.functional.scaled_dot_product_attention
    assert measure.count_flops(lambda: attend(q, q, q)) == 2 * (2 * 2 * 11 * 11 * 4)
    x, weight = torch.randn(2, 300, 5), torch.randn(7, 5, requires_grad=True)
    assert measure.count_flops(lambda: linear(x, weight)) == 2 * 600 * 5 * 7
    assert measure.count_flops(lambda: linear(x, weight).sum().backward()) == 2 * (2 * 600 * 5 * 7)


PEAK = """
import torch
from mmpartseg.benchmark.measure import Memory
memory = Memory(torch.device('cpu'))
memory.restart()
torch.ones(50_000_000)
print(memory.held(), memory.peak())
"""


def test_peak_memory():
    """200 MB for a moment, in a process of its own: a long one may hold as much that is free."""
    process = subprocess.run([sys.executable, '-c', PEAK], cwd=TOOLS, capture_output=True, text=True)
    held, peak = map(int, process.stdout.split())
    assert held < 50e6 and 190e6 < peak < 250e6


@pytest.mark.parametrize('power', [0, 1, 1.5, 2])
def test_exponent(power):
    points = (20, 50, 116)
    assert scaling.exponent(points, [3 * x**power for x in points]) == pytest.approx(power)


def test_scaling(config, monkeypatch, tmp_path, capsys):
    commands = []

    def point(script, argv, name, points):
        commands.append(argv)
        return [dict(seconds=float(x), cpu_seconds=x**2., memory_peak=1, flops=x) for x in points]

    monkeypatch.setattr(benchmark, 'run_points', point)
    found = report(['inference', config, '--scale', 'batch', '--points', '1', '2', '8'],
                   tmp_path / 'out.json')
    assert found['points'] == [1, 2, 8]
    assert found['exponents']['seconds'] == pytest.approx(1)
    assert found['exponents']['cpu_seconds'] == pytest.approx(2)
    assert commands == [['inference', config, '--warmup', '0', '--repeats', '2']]
    assert '| exponent | 1.00 | 2.00 | 0.00 | 1.00 |' in capsys.readouterr().out


def test_made_up_classes():
    names = subjects.made_up_classes(116)
    assert len(set(names)) == 116
    assert len({name.split("'s ")[0] for name in names}) == 16
    assert len({name.split("'s ")[1] for name in names}) == 42


@pytest.mark.parametrize('arguments, message', [
    (['inference', 'c.py', '--points', '1'], '--points are the sizes of --scale'),
    (['inference', 'c.py', '--batch', '0'], 'expected a number from 1 on, got 0'),
    (['decoding', 'c.py', '--scale', 'side'], 'leave out --scale, --batch and --classes'),
    (['decoding', 'c.py', '--plot', 'p.png'], '--plot draws the cost at --points, which are missing'),
    (['decoding', 'c.py', '--points', '7'], 'of decoding are among'),
    (['inference', 'c.py', '--peer', 'transformers', '--scale', 'side'], 'give one of them'),
    (['train', 'c.py', '--peer', 'transformers'], "choose from")])
def test_options_that_do_not_fit(arguments, message, capsys):
    with pytest.raises(SystemExit):
        benchmark.parse_args('', arguments)
    assert message in capsys.readouterr().err


@pytest.mark.parametrize('command, tolerance', [('inference', 1e-5), ('train', 1e-4)])
def test_straightforward_peer(command, tolerance, config, tmp_path, capsys):
    """The same masks and gradients, word for word, with more operations."""
    path = tmp_path / 'full.py'
    path.write_text(f'_base_ = "{config}"\nmodel = dict(decode_head={ATTENTION_LOSSES})\n')
    found = report([command, str(path), '--peer', 'straightforward', '--batch', '2'],
                   tmp_path / 'out.json')
    assert found['classes'] == {'inference': 4, 'train': 3}[command]
    assert found['difference'] < tolerance
    assert found['peer']['flops'] > 1.4 * found['ours']['flops']
    assert 'times as fast as straightforward' in capsys.readouterr().out


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


@pytest.mark.parametrize('command, tolerance', [('inference', 1e-5), ('train', 1e-4)])
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
