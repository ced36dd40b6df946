"""ADE20K-Part-234 (OV-PARTS)."""
from mmseg.registry import DATASETS

from mmpartseg.datasets.part_seg_dataset import PartSegDataset, shipped_metainfo


@DATASETS.register_module()
class ADE20KPart234Dataset(PartSegDataset):
    """ADE20K-Part-234: 234 parts of 44 objects, 176 of 33 seen.

    7,347 training and 1,016 validation images; the part maps have 16 bits with 65535 for ignored
    pixels. The archive has no object maps: they are painted from its instances into
    ``annotations_detectron2_obj``, and derived from the part maps as long as that folder is absent.
    """
    METAINFO = shipped_metainfo('ade20k_part_234')
    MADE_BY = 'mmpartseg convert ade20k_part'
    IMG_SUFFIX = '.jpg'
    FOLDERS = ('images/training', 'annotations_detectron2_part/training',
               'annotations_detectron2_obj/training')
