"""The aggregator of CAT-Seg of CVPR 2024 alone, against arrays of the released implementation."""
import re

import pytest
import torch.nn.functional as F
from mmseg.registry import MODELS

from mmpartseg.checkpoints.catseg import rename
from mmpartseg.models.layers.cost import cost_volume
from tests.catseg_reference import (
    SCENE,
    Arrays,
    check_gradients,
    classes_first,
    close,
    head_options,
)
from tests.catseg_stages import FILES, RELEASED_LOSS, check_guidance


@pytest.fixture(scope='module', params=FILES, ids=lambda path: path.stem)
def aggregator(request):
    """The aggregator alone, under other inputs: guidance in three sizes is given as it is."""
    arrays = Arrays(request.param, 'cvpr24/aggregator/')
    weights = arrays.under('weight')
    names = [f"thing's {i}" for i in range(arrays['input/text_feats'].shape[1])]
    dims = arrays['input/img_feats'].shape[1]

    def head(padded_classes, pooling=2):
        clip = dict(embed_dim=dims, text_cfg=dict(width=16, heads=1, layers=1), vision_cfg=dict())
        each = MODELS.build(dict(
            type='CATSegHead', train_taxonomy=names, test_taxonomy=names, background=False,
            in_channels=[arrays[f'input/res{i}'].shape[1] for i in (5, 4, 3)], pooling=pooling,
            text_encoder=dict(type='OpenCLIPTextEncoder', arch=clip, templates=SCENE, averaged=False),
            padded_classes=padded_classes, loss_object_part=RELEASED_LOSS, **head_options(arrays.spec)))
        state = {rename(name).removeprefix('decode_head.'): value for name, value in weights.items()}
        missing, unexpected = each.load_state_dict(state, strict=False)
        assert all(name.startswith('text_encoder.') for name in missing)
        assert bool(unexpected) == (padded_classes == 0)  # learned classes have no place there
        return each
    return arrays, head


def aggregator_inputs(arrays, head):
    dense, text = arrays['input/img_feats'], F.normalize(arrays['input/text_feats'], dim=-1)
    return head.guidance([arrays[f'input/res{i}'] for i in (5, 4, 3)], dense), dense, text


def test_padding_and_truncation(aggregator):
    arrays, build_head = aggregator
    pattern = r'pad(\d+)(?:_pool(\d+))?'
    runs = arrays.folders(pattern)
    assert len(runs) >= 4
    for run in runs:
        padded, pooling = re.fullmatch(pattern, run).groups()
        head = build_head(int(padded), pooling=int(pooling or 2))
        guidance, dense, text = aggregator_inputs(arrays, head)
        close(head.masks(guidance, dense, text), arrays[f'{run}/logits'], name=run)
        stages(arrays, run, head, guidance, dense, text)
        if arrays.under(f'{run}/grad_of_mean_square'):
            check_aggregator_gradients(arrays, run, head)


def check_aggregator_gradients(arrays, run, head):
    gradients = {rename(name).removeprefix('decode_head.'): value
                 for name, value in arrays.under(f'{run}/grad_of_mean_square').items()}

    def loss():
        return (head.masks(*aggregator_inputs(arrays, head))**2).mean()
    check_gradients(head, loss, gradients, {name: name for name in gradients})


def stages(arrays, run, head, guidance, dense, text):
    """Those of a run that are stored."""
    def check(name, tensor):
        if f'{run}/{name}' in arrays:
            close(tensor, arrays[f'{run}/{name}'], name=f'{run}/{name}')
    text_guidance = head.text_guidance(text)
    if f'{run}/guidance/text' in arrays:
        check_guidance(arrays, f'{run}/guidance', guidance, text_guidance)
    if 0 < head.stack_options['padded_classes'] < text.shape[1]:
        return  # of the classes some only
    cost = cost_volume(dense, text)
    check('cost', cost.transpose(1, 2))
    x = head.embedding(cost)
    check('embed', classes_first(x))
    for i, layer in enumerate(head.stack):
        x = layer.spatial(x, guidance.appearance)
        check(f'layers/{i}/spatial', classes_first(x))
        x = layer.classes(x, text_guidance)
        check(f'layers/{i}/class', classes_first(x))


def test_every_stage_of_some_run_is_stored(aggregator):
    """So that nothing above passes for want of arrays."""
    arrays, _ = aggregator
    last = f"layers/{head_options(arrays.spec)['num_layers'] - 1}"
    stored = [all(f'{run}/{name}' in arrays for name in (
        'cost', 'embed', f'{last}/spatial', f'{last}/class', 'guidance/text', 'logits'))
        for run in arrays.folders('pad.*')]
    assert any(stored)
