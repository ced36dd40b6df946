"""Image sides at a size for tests, and what is done with them."""
from pathlib import Path

import torch
from mmengine.structures import PixelData
from mmseg.registry import MODELS
from mmseg.structures import SegDataSample

from tests.tiny import TINY_CLIP
from tests.tiny_towers import FAMILIES, register

ROOT = Path(__file__).parents[1]
CLIP = dict(type='OpenCLIPImageTower', out_indices=(0, 1))
RESNET = dict(type='ResNet', depth=18, base_channels=8, stem_channels=8, out_indices=(1, 2))
DINOV3 = dict(type='TimmImageTower', arch=FAMILIES['dinov3'].base, options=FAMILIES['dinov3'].options,
              out_indices=(0, 1))


def timm_clip(family):
    """As open_clip has them: SigLIP and Perception Encoder pool by attention, EVA-02 has a CLS token."""
    pool = {'siglip': 'map', 'pe': 'map', 'convnext': '', 'mobileclip hybrid': 'avg'}.get(family, 'token')
    return dict(CLIP, arch=dict(TINY_CLIP, vision_cfg=dict(
        timm_model_name=register(family), image_size=64, timm_pool=pool, timm_proj='linear')))


def images():
    return torch.rand(2, 3, 64, 64, generator=torch.Generator().manual_seed(0))


def step_and_prediction(model, classes):
    """One backward pass and one prediction at an odd size."""
    labels = torch.arange(64).remainder(classes).expand(1, 64, 64)
    samples = [SegDataSample(metainfo=dict(img_shape=(64, 64)), gt_sem_seg=PixelData(data=labels))
               for _ in range(2)]
    losses = model.train().loss(images(), samples)
    model.parse_losses(losses)[0].backward()
    with torch.no_grad():
        scores = model.eval().encode_decode(torch.rand(1, 3, 50, 70), [dict(img_shape=(50, 70))])
    assert torch.isfinite(scores).all()


def segmentor(backbone, head, **options):
    return MODELS.build(dict(type='PartSegmentor', backbone=backbone, decode_head=head, **options,
                             test_cfg=dict(mode='whole')))


def dense_of(backbone):
    """In the space of text, where there is such an option."""
    options = dict(OpenCLIPViT=dict(dense='token'), OpenCLIPImageTower=dict(dense=True))
    return dict(backbone, **options.get(backbone['type'], {}))
