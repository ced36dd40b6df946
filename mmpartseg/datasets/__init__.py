"""Part segmentation datasets and the transforms of their pipelines, registered with mmseg."""
from . import transforms
from .ade20k_part import ADE20KPart234Dataset
from .concat import ConcatDataset
from .draws import DrawSampler
from .k_shot import k_shot_dataset
from .part_imagenet import PartImageNetDataset, PartImageNetOODDataset
from .part_seg_dataset import PartSegDataset
from .part_shapes import PartShapesDataset
from .part_sketches import PartSketchesDataset
from .pascal_part import PascalPart116Dataset
from .per_object import PerObjectDataset

__all__ = ['ADE20KPart234Dataset', 'ConcatDataset', 'DrawSampler', 'PartImageNetDataset',
           'PartImageNetOODDataset', 'PartSegDataset', 'PartShapesDataset', 'PartSketchesDataset',
           'PascalPart116Dataset', 'PerObjectDataset', 'k_shot_dataset', 'transforms']
