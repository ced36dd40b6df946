"""PartSketches, the drawings on paper of the cross-dataset setting."""
from mmseg.registry import DATASETS

from mmpartseg.datasets.part_seg_dataset import PartSegDataset, shipped_metainfo


@DATASETS.register_module()
class PartSketchesDataset(PartSegDataset):
    """PartSketches: generated drawings with exact maps of coarse parts, in the layout of PartImageNet."""
    METAINFO = shipped_metainfo('part_sketches')
    MADE_BY = 'mmpartseg convert part_sketches --out {}'
    IMG_SUFFIX = '.png'
    FOLDERS = ('images/train', 'annotations_part/train', 'annotations_object/train')
