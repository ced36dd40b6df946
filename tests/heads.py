"""Heads in small."""
import torch
from mmseg.registry import MODELS

from tests.tiny import head_config

IGNORE = 255


def build(seed=0, **options):
    torch.manual_seed(seed)
    return MODELS.build(head_config(**options))
