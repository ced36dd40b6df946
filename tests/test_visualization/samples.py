"""Samples as the segmentor hands them to the visualization hook."""
import numpy as np
import torch
from mmengine.structures import PixelData
from mmseg.structures import SegDataSample

NAMES = ("cat's head", "cat's tail", "dog's head")
META = {'classes': NAMES, 'taxonomy': {'object_parts': NAMES, 'unseen_objects': ['dog']}}
BACKGROUND, IGNORED = len(NAMES), 255


def label_map(fill, class_id, shape=(400, 420)):
    """A square of one class in the middle; `fill` elsewhere."""
    result = np.full(shape, fill)
    result[shape[0] // 4:-shape[0] // 4, shape[1] // 4:-shape[1] // 4] = class_id
    return result


def sample(gt_sem_seg=None, pred_sem_seg=None, pred_oracle_sem_seg=None, **metainfo):
    """A SegDataSample with the label maps given."""
    result = SegDataSample(metainfo=metainfo)
    given = {'gt_sem_seg': gt_sem_seg, 'pred_sem_seg': pred_sem_seg,
             'pred_oracle_sem_seg': pred_oracle_sem_seg}
    result.set_data({name: PixelData(data=torch.from_numpy(values)[None])
                     for name, values in given.items() if values is not None})
    return result


def full_sample(shape=(400, 420), **metainfo):
    """Ground truth cat's head, Pred-All dog's head, Oracle-Obj cat's tail."""
    return sample(label_map(IGNORED, 0, shape), label_map(BACKGROUND, 2, shape),
                  label_map(BACKGROUND, 1, shape), **metainfo)
