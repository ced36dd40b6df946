"""The background's own mean of PartCATSeg is left out where a batch shows nothing else, as released."""
import pytest
import torch
from mmengine.structures import PixelData
from mmseg.structures import SegDataSample

from tests.tiny import SEEN
from tests.tiny_cost import cost_segmentor

NONE = 255
BACKGROUND = 'loss_object_part_background'


def losses(*changes):
    """Loss terms of an image of background, in which the maps have other values at some pixels."""
    model = cost_segmentor('partcatseg', train=SEEN).train()
    maps = dict(gt_sem_seg=torch.full((1, 32, 32), NONE), gt_object_seg=torch.full((1, 32, 32), NONE))
    for name, value in changes:
        maps[name][0, 3, 4] = value
    sample = SegDataSample(**{name: PixelData(data=each) for name, each in maps.items()})
    image = torch.rand(1, 3, 32, 32, generator=torch.Generator().manual_seed(0))
    return model, model.decode_head.loss(model.backbone(image), [sample])


@pytest.mark.parametrize('changes, shown', [
    ((), False), ((('gt_sem_seg', 0), ('gt_object_seg', 0)), True),
    ((('gt_object_seg', 0), ), True)])  # an object's pixel without a part is no background, either
def test_background_alone(changes, shown):
    model, terms = losses(*changes)
    assert set(terms) == {'loss_object_part', BACKGROUND, 'loss_part', 'loss_object', 'loss_composition'}
    assert (terms[BACKGROUND] > 0.01) == shown
    assert all(term.isfinite() for term in terms.values()) and terms['loss_object'] > 0.01
    sum(terms.values()).backward()
    assert all(p.grad.isfinite().all() for p in model.parameters() if p.grad is not None)
