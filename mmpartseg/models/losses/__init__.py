"""Losses: functions first, then thin registered classes, one term of the log each."""
from .attention_maps import class_attention_maps
from .composition_loss import CompositionLoss, composition_loss
from .enhance_loss import EnhanceLoss, enhance_loss
from .level_losses import LevelLosses
from .mask_focal_cost import MaskFocalCost
from .mask_focal_loss import MaskFocalLoss, mask_focal_loss
from .part_mask_loss import PartMaskLoss, part_mask_loss
from .separation_loss import SeparationLoss, separation_loss

__all__ = ['CompositionLoss', 'EnhanceLoss', 'LevelLosses', 'MaskFocalCost', 'MaskFocalLoss', 'PartMaskLoss',
           'SeparationLoss', 'class_attention_maps', 'composition_loss', 'enhance_loss', 'mask_focal_loss',
           'part_mask_loss', 'separation_loss']
