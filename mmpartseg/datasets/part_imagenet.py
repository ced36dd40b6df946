"""PartImageNet, the 40 objects of the paper's split."""
from mmseg.registry import DATASETS

from mmpartseg.datasets.part_seg_dataset import PartSegDataset, shipped_metainfo


@DATASETS.register_module()
class PartImageNetDataset(PartSegDataset):
    """PartImageNet: 147 parts of 40 objects, 92 of 25 seen.

    Its part and object maps are painted from the published instance annotations, in which an image
    holds one object whose name follows from its WordNet id.
    """
    METAINFO = shipped_metainfo('part_imagenet')
    IMG_SUFFIX = '.JPEG'
    FOLDERS = ('images/train', 'annotations_part/train', 'annotations_object/train')
