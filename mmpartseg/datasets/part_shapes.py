"""PartShapes, the drawn scenes of the quickstart."""
from mmseg.registry import DATASETS

from mmpartseg.datasets.part_seg_dataset import PartSegDataset, shipped_metainfo


@DATASETS.register_module()
class PartShapesDataset(PartSegDataset):
    """PartShapes: generated scenes with exact maps, in the layout of Pascal-Part-116."""
    METAINFO = shipped_metainfo('part_shapes')
    MADE_BY = 'mmpartseg convert part_shapes --out {}'
    IMG_SUFFIX = '.png'
    FOLDERS = ('images/train', 'annotations_detectron2_part/train',
               'annotations_detectron2_obj/train')
