"""Pascal-Part-116 (OV-PARTS)."""
from mmseg.registry import DATASETS

from mmpartseg.datasets.part_seg_dataset import PartSegDataset, shipped_metainfo


@DATASETS.register_module()
class PascalPart116Dataset(PartSegDataset):
    """Pascal-Part-116 as its archive is published: 116 parts of 16 objects, 74 of 11 seen.

    8,431 training and 850 test images. The object maps hold 20 objects, four of them without parts
    (boat, chair, diningtable, sofa). ``data_root`` is the folder that the archive unpacks to;
    ``train_16shot.json`` may be its ``ann_file``.
    """
    METAINFO = shipped_metainfo('pascal_part_116')
    MADE_BY = 'mmpartseg convert pascal_part'
    IMG_SUFFIX = '.jpg'
    FOLDERS = ('images/train', 'annotations_detectron2_part/train',
               'annotations_detectron2_obj/train')
