"""CATSegHead as in OV-PARTS against arrays of the released implementations, stage by stage."""
import pytest
import torch

from tests.catseg_reference import (
    Arrays,
    build,
    check_gradients,
    close,
    give_guidance,
    normalised,
)
from tests.catseg_stages import FILES, RELEASED_LOSS, check_stages
from tests.released_protocol import check_test_images


@pytest.fixture(scope='module', params=FILES, ids=lambda path: path.stem)
def ovparts(request):
    arrays = Arrays(request.param, 'ovparts/')
    channels = [arrays.spec[f'backbone.proj.res{i}.weight'][0] for i in (2, 3, 4)]
    return arrays, build(arrays, arrays.spec, dict(
        type='CATSegHead', train_taxonomy=arrays.names('names/train_classes'),
        test_taxonomy=arrays.names('names/test_classes'), in_channels=channels,
        loss_object_part=RELEASED_LOSS))


def test_ovparts_stages(ovparts):
    arrays, model = ovparts
    head = model.decode_head
    with torch.no_grad():
        for split in ('train', 'test'):
            close(head.condition(arrays.names(f'names/{split}_classes')), arrays[f'text/{split}'])
        give_guidance(model, arrays, 'train')
        features = model.backbone(normalised(arrays['train/input/image']))
        close(features[-1].flatten(2).mT, arrays['train/clip_features'][:, 1:])
        text = head.condition(arrays.names('names/train_classes'))
        logits = check_stages(head, arrays, 'train', features, text)
        close(logits, arrays['train/logits'])
        close(head.decode(features, head.train_index).object_part, arrays['train/logits'])


def test_ovparts_loss_and_gradients(ovparts):
    arrays, model = ovparts
    head = model.decode_head
    give_guidance(model, arrays, 'train')
    part_map = arrays['train/input/obj_part_sem_seg'].long()

    def losses():
        output = head.decode(model.backbone(normalised(arrays['train/input/image'])), head.train_index, True)
        return head.loss_by_feat(output, part_map, torch.full_like(part_map, 255), head.train_index)
    found = losses()
    assert list(found) == ['loss_object_part']
    close(found['loss_object_part'], arrays['train/loss/total'])
    check_gradients(model, lambda: losses()['loss_object_part'], arrays.under('grad'))
    found['loss_object_part'].backward()
    for name, parameter in model.named_parameters():
        assert (parameter.grad is None) == name.startswith(('backbone.clip.', 'decode_head.text_encoder.'))
    model.zero_grad()


def test_ovparts_test_images(ovparts, tmp_path, monkeypatch):
    arrays, model = ovparts
    check_test_images(arrays, model, give_guidance, tmp_path, monkeypatch)
