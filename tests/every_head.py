"""Heads of one stage that are conditioned on text, by name."""
import pytest
import torch
from mmengine.structures import PixelData
from mmseg.structures import SegDataSample

from mmpartseg import PartTaxonomy
from tests.tiny import segmentor
from tests.tiny_cost import VARIANTS, cost_segmentor

SIZE = (20, 25)


def build(name, **vocabularies):
    if name in VARIANTS:
        return cost_segmentor(name, **vocabularies)
    return segmentor(type=name, **vocabularies)


@pytest.fixture(name='name', params=['PartCLIPSegHead', 'CLIPSegHead', *VARIANTS])
def name_fixture(request):
    return request.param


def sample(taxonomy, seed=0):
    """Labels of every class, ignored pixels, and pixels of no object."""
    taxonomy = PartTaxonomy.build(taxonomy)
    generator = torch.Generator().manual_seed(seed)
    parts = torch.randint(0, len(taxonomy), (1, 32, 32), generator=generator)
    objects = torch.tensor(taxonomy.object_of)[parts]
    parts[:, :4] = 255
    objects[:, :2] = 255
    return SegDataSample(metainfo=dict(taxonomy=taxonomy), gt_sem_seg=PixelData(data=parts),
                         gt_object_seg=PixelData(data=objects))


def images(n=2, size=(32, 32)):
    return torch.rand(n, 3, *size, generator=torch.Generator().manual_seed(1))


def predicted(model, inputs=None):
    """Label maps of both settings, and the scores."""
    inputs = images() if inputs is None else inputs
    objects = torch.arange(SIZE[1]).remainder(len(model.taxonomy.objects) + 1).expand(1, *SIZE)
    samples = [SegDataSample(metainfo=dict(ori_shape=SIZE), gt_object_seg=PixelData(data=objects))
               for _ in inputs]
    with torch.no_grad():
        scores = model.encode_decode(inputs, [{}] * len(inputs))
        model.postprocess(scores, samples)
    return scores, torch.stack([s.pred_sem_seg.data for s in samples]), torch.stack(
        [s.pred_oracle_sem_seg.data for s in samples])
