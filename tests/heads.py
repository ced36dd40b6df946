"""Heads in small."""
import torch
import torch.nn.functional as F
from mmengine.structures import PixelData
from mmseg.registry import MODELS
from mmseg.structures import SegDataSample

from tests.tiny import SEEN, head_config

IGNORE = 255


def build(seed=0, **options):
    torch.manual_seed(seed)
    return MODELS.build(head_config(**options))


def sample(part_map, object_map=None):
    data = SegDataSample(gt_sem_seg=PixelData(data=part_map[None]))
    if object_map is not None:
        data.gt_object_seg = PixelData(data=object_map[None])
    return data


def batch(seed=0, size=(32, 32)):
    generator = torch.Generator().manual_seed(seed)
    maps = torch.randint(0, len(SEEN) + 1, (2, 4, 4), generator=generator)
    maps[maps == len(SEEN)] = IGNORE
    return [sample(F.interpolate(m[None, None].double(), size)[0, 0].long()) for m in maps]
