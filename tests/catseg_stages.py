"""Stages of CATSegHead against arrays of the released implementations."""
from mmpartseg.models.layers.cost import cost_volume
from tests.catseg_reference import (
    classes_first,
    close,
)
from tests.keyed_weights import reference_files

FILES = reference_files('catseg_*.npz')
RELEASED_LOSS = dict(type='PartMaskLoss', unlabelled_as_background=True)


def check_stages(head, arrays, folder, features, text, every=1):
    """Text, costs, embedding and every layer; the logits are returned."""
    guidance, dense = head.guides(features)
    cost = cost_volume(dense, text)
    close(cost.transpose(1, 2), arrays[f'{folder}/cost'], name='cost')
    x = head.embedding(cost)
    def check(name):
        close(classes_first(x)[..., ::every, ::every], arrays[f'{folder}/{name}'], name=name)
    check('embed')
    text_guidance = head.text_guidance(text[None])
    if f'{folder}/guidance/text' in arrays:
        check_guidance(arrays, f'{folder}/guidance', guidance, text_guidance)
    for i, layer in enumerate(head.stack):
        x = layer.spatial(x, guidance.appearance)
        check(f'layers/{i}/spatial')
        x = layer.classes(x, text_guidance)
        check(f'layers/{i}/class')
    return head.decoder(x, guidance.decoder)


def check_guidance(arrays, folder, guidance, text_guidance):
    expected = arrays[f'{folder}/text']
    close(text_guidance.expand_as(expected), expected, name='text guidance')
    close(guidance.appearance.permute(0, 3, 1, 2), arrays[f'{folder}/appearance'], name='appearance')
    for i, maps in enumerate(guidance.decoder):
        close(maps, arrays[f'{folder}/decoder{i}'], name=f'decoder guidance {i}')
