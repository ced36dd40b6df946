"""Pictures with captions, and with phrases that point at things and at parts of seen ones."""
import json
import os.path as osp

import cv2
import numpy as np
import torch
from mmcv.transforms import BaseTransform
from mmengine.dataset import BaseDataset
from mmengine.structures import PixelData
from mmseg.registry import DATASETS, TRANSFORMS
from mmseg.structures import SegDataSample

LIST = 'scenes.jsonl'


@DATASETS.register_module()
class ScenesWithWords(BaseDataset):
    """What ``tools/pretraining/draw.py`` writes: ``images``, ``instances``, ``parts`` and
    ``scenes.jsonl``.

    Each line of the list has ``file``, ``captions``, ``things`` (of which a value in the instance map
    is the position), ``background`` and ``phrases``; no file says where a part of an unseen object is.

    Args:
        data_root (str): the folder.
        most_things (int, optional): leave out scenes that show more.
        kwargs: as of mmengine's ``BaseDataset``.

    Raises:
        FileNotFoundError: there is no list; says how to make one.
    """

    def __init__(self, data_root, most_things=None, **kwargs):
        self.most_things = most_things
        super().__init__(ann_file=LIST, data_root=data_root, **kwargs)

    def load_data_list(self):
        """One dict a scene: its line of the list and the paths of picture and instance map."""
        if not osp.isfile(self.ann_file):
            raise FileNotFoundError(f'{self.ann_file} not found; draw it: python '
                                    f'tools/pretraining/draw.py --out {self.data_root}')
        with open(self.ann_file) as lines:
            scenes = [json.loads(line) for line in lines]
        return [dict(scene, img_path=osp.join(self.data_root, 'images', scene['file']),
                     instance_path=osp.join(self.data_root, 'instances', scene['file']),
                     part_path=osp.join(self.data_root, 'parts', scene['file']))
                for scene in scenes
                if self.most_things is None or len(scene['things']) <= self.most_things]


@TRANSFORMS.register_module()
class PackWords(BaseTransform):
    """The end of a pre-training pipeline.

    Args:
        masks (bool): phrases, and the instance and part maps for masks, as large as the picture is by
            now; else one caption, drawn anew each time.
    """

    def __init__(self, masks=False):
        self.masks = masks

    def transform(self, results):
        """Needs ``img`` (H, W, 3); gives ``inputs`` (3, H, W) and ``data_samples``."""
        inputs = torch.from_numpy(np.ascontiguousarray(results['img'].transpose(2, 0, 1)))
        if not self.masks:
            captions = results['captions']
            return dict(inputs=inputs, data_samples=captions[np.random.randint(len(captions))])
        sample = SegDataSample(metainfo={
            key: results[key] for key in ('img_path', 'things', 'background', 'phrases')})
        for name in ('instance', 'part'):
            values = cv2.imread(results[f'{name}_path'], cv2.IMREAD_UNCHANGED)
            values = cv2.resize(values, inputs.shape[:0:-1], interpolation=cv2.INTER_NEAREST_EXACT)
            sample.set_data({f'gt_{name}': PixelData(data=torch.from_numpy(values)[None])})
        return dict(inputs=inputs, data_samples=sample)
