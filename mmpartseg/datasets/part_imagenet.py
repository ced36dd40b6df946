"""PartImageNet: the 40 objects of the paper's split, and the split without common objects."""
from mmseg.registry import DATASETS

from mmpartseg.datasets.part_seg_dataset import PartSegDataset, shipped_metainfo


@DATASETS.register_module()
class PartImageNetDataset(PartSegDataset):
    """PartImageNet: 147 parts of 40 objects, 92 of 25 seen.

    Its part and object maps are painted from the published instance annotations, in which an image
    holds one object whose name follows from its WordNet id.
    """
    METAINFO = shipped_metainfo('part_imagenet')
    MADE_BY = 'mmpartseg convert part_imagenet'
    IMG_SUFFIX = '.JPEG'
    FOLDERS = ('images/train', 'annotations_part/train', 'annotations_object/train')


@DATASETS.register_module()
class PartImageNetOODDataset(PartImageNetDataset):
    """PartImageNet-OOD: 482 parts of 128 objects, 410 of the 109 seen ones.

    Images of seen objects are in the training set alone, those of the 19 unseen ones in the validation
    set alone. Part maps have 16 bits with 65535 for ignored pixels.
    """
    METAINFO = shipped_metainfo('part_imagenet_ood')
    MADE_BY = 'mmpartseg convert part_imagenet_ood'
