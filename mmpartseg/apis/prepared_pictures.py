"""From whatever names pictures to batches that the model takes."""
from itertools import islice, repeat
from pathlib import Path

import numpy as np
import torch
from mmcv.transforms import Compose
from mmengine.structures import PixelData

from .images import read_image
from .object_map import object_map
from .sources import find_sources, is_video


class PreparedPictures:
    """Of an inferencer: its inputs one by one through the config's test pipeline."""

    def _inputs_to_list(self, inputs):
        """An iterable of pictures; an iterator stays one."""
        if isinstance(inputs, (str, Path)):
            pictures = [source for source in find_sources([inputs]) if not is_video(source)]
            if not pictures:
                raise ValueError(f"'{inputs}' is no picture; tools/predict.py takes videos")
            return pictures
        if torch.is_tensor(inputs) and inputs.ndim != 4 or not hasattr(inputs, '__iter__') or isinstance(
                inputs, (np.ndarray, bytes)):
            return [inputs]
        return inputs

    def _init_pipeline(self, cfg):
        """The config's test pipeline without what loads files."""
        steps = cfg.test_dataloader.dataset.pipeline
        return Compose([step for step in steps if not step['type'].startswith('Load')])

    def _init_collate(self, cfg):
        return collate  # samples keep their own sizes

    def _init_visualizer(self, cfg):
        return None  # overlays are drawn by :meth:`draw`, without a window or a writer

    def preprocess(self, inputs, batch_size=1, object=None, object_masks=None, words=None, refine=()):
        """Batches as the model takes them, read as they are asked for."""
        if batch_size < 1:
            raise ValueError(f'batch_size must be at least 1, got {batch_size}')
        if hasattr(inputs, '__len__') and hasattr(object_masks, '__len__') and len(inputs) != len(
                object_masks):
            raise ValueError(f'{len(inputs)} pictures need as many object masks, got {len(object_masks)}')
        masks = repeat(None) if object_masks is None else iter(object_masks)
        prepared = (self.prepare(image, object, next(masks, None), words, refine) for image in inputs)
        while batch := list(islice(prepared, batch_size)):
            yield self.collate_fn(batch)

    def prepare(self, image, object=None, mask=None, words=None, refine=()):
        """One picture through the pipeline: ``inputs`` (3, h, w), ``data_samples``, and ``pictures``, itself.

        The vocabulary ``words`` says which objects there are, see :meth:`in_vocabulary`; with steps to
        ``refine`` the sample carries the picture, see :func:`mmpartseg.models.segmentors.refine.refine`.
        """
        words = words or self.words
        pixels = read_image(image, self.channel_order)
        size = pixels.shape[:2]
        results = {'img': pixels, 'img_shape': size, 'ori_shape': size}
        if isinstance(image, (str, Path)):
            results['img_path'] = str(image)
        packed = self.pipeline(results)
        if refine:
            packed['data_samples'].set_metainfo({'picture': pixels, 'refine': refine})
        known = object_map(words.taxonomy, size, object, mask)
        if known is not None:
            packed['data_samples'].gt_object_seg = PixelData(data=torch.from_numpy(known)[None])
        return {**packed, 'pictures': image}


def collate(samples):
    """A batch from samples of :meth:`PartSegInferencer.prepare`: a list of each of their values."""
    return {name: [sample[name] for sample in samples] for name in samples[0]}
