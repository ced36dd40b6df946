"""Segment pictures with any part names, on mmengine's BaseInferencer."""
import os
from pathlib import Path
from typing import ClassVar

import numpy as np
import torch
from mmcv.transforms import Compose
from mmengine.config import ConfigDict
from mmengine.dataset import pseudo_collate
from mmengine.infer import BaseInferencer
from mmengine.registry import init_default_scope
from mmengine.structures import PixelData

from ..checkpoints import check_closed_head
from ..visualization import part_palette
from .drawing import draw_prediction
from .images import read_image
from .known_words import check_english, unseen_classes, unseen_words
from .object_map import object_map
from .results import describe, label_map_of
from .sources import find_sources, is_video
from .vocabulary import read_vocabulary


class PartSegInferencer(BaseInferencer):
    """Part segmentation of pictures in a vocabulary of one's own.

    .. code-block:: python

        inferencer = PartSegInferencer(config, checkpoint, parts='cat: head, tail; dog: head')
        sample, = inferencer('cat.jpg')
        masks = masks_by_name(sample)  # {"cat's head": (H, W) bool, …}

    Args:
        config (str | Path | dict | Config): the model's config.
        checkpoint (str | Path, optional): its weights; without them they are random.
        parts (optional): the vocabulary, see :func:`read_vocabulary`; the config's by default.
        device (str, optional): the best that there is by default.
        show_progress (bool): a progress bar over the batches.
        channel_order (str): ``'bgr'`` or ``'rgb'``, of array images. OpenMMLab's is BGR, as from
            ``mmcv.imread``. Files and PIL images need no such statement.

    Raises:
        FileNotFoundError: no such config or checkpoint.
        ValueError: no config; a checkpoint that is damaged, holds code or does not fit; see also
            :meth:`set_taxonomy`.
    """
    preprocess_kwargs: ClassVar = {'object', 'object_masks'}
    visualize_kwargs: ClassVar = {'return_vis'}
    postprocess_kwargs: ClassVar = {'shapes'}

    def __init__(self, config, checkpoint=None, parts=None, device=None, show_progress=False,
                 channel_order='bgr'):
        if config is None:  # mmengine would run the text of a config inside the checkpoint
            raise ValueError('config=None: give the config file that the checkpoint was trained with')
        if isinstance(config, (str, Path)):
            config = str(config)
            if not os.path.isfile(config):
                raise FileNotFoundError(f"there is no config '{config}'")
        init_default_scope('mmseg')
        checkpoint = None if checkpoint is None else str(checkpoint)
        super().__init__(config, checkpoint, device, 'mmseg', show_progress)
        self.channel_order = channel_order
        self.model.test_cfg = ConfigDict(self.model.test_cfg or {}, return_part_scores=True)
        self._set_names(self.model.taxonomy)
        if parts is not None:
            self.set_taxonomy(parts)

    def _load_weights_to_model(self, model, checkpoint, cfg):
        if checkpoint is not None and not hasattr(model.decode_head, 'set_taxonomy'):
            check_closed_head(model, checkpoint)
        super()._load_weights_to_model(model, checkpoint, cfg)

    def set_taxonomy(self, parts):
        """Change the vocabulary; only names that are new go through the text encoder.

        Args:
            parts: see :func:`read_vocabulary`.

        Raises:
            ValueError: an empty or malformed vocabulary, a word that is not English or longer than
                CLIP's context, a model with fixed classes. The vocabulary is then as before.
        """
        taxonomy = read_vocabulary(parts)
        head = self.model.decode_head
        if hasattr(head, 'prompts'):
            check_english(taxonomy, head.train_taxonomy)
            head.text_encoder(head.prompts(taxonomy))  # kept there; refuses what is too long
        self.model.set_taxonomy(taxonomy)
        self._set_names(taxonomy)

    def _set_names(self, taxonomy):
        """Everything that follows from the vocabulary alone."""
        trained = getattr(self.model.decode_head, 'train_taxonomy', taxonomy)
        self.taxonomy = taxonomy
        self.unseen_words = unseen_words(taxonomy, trained)
        self.unseen = np.array(unseen_classes(taxonomy, trained))
        self.palette = part_palette(taxonomy)

    def __call__(self, inputs, return_datasamples=True, batch_size=1, object=None,
                 object_masks=None, return_vis=False, shapes=None):
        """Segment pictures.

        Args:
            inputs (str | Path | ndarray | PIL.Image.Image | Sequence): a picture or several, a
                folder of pictures, or a pattern such as ``'photos/*.jpg'``.
            return_datasamples (bool): SegDataSamples; else plain values as of :func:`describe`.
            batch_size (int): pictures that go through the model at a time.
            object (str, optional): every picture shows this object: Oracle-Obj.
            object_masks (Sequence[ndarray], optional): where it is, one (H, W) mask per picture, see
                :func:`mmpartseg.apis.object_map.object_map`. Without both, Pred-All.
            return_vis (bool): draw overlays, for ``return_datasamples=False``.
            shapes (str, optional): ``'polygons'`` or ``'rle'`` in the plain values.

        Returns:
            list[SegDataSample] | dict: one sample per picture with ``pred_sem_seg`` (Pred-All,
            value K is background), with an object also ``pred_oracle_sem_seg``, and ``part_scores``
            (K,); its ``metainfo['classes']`` are the names. Or ``predictions`` and
            ``visualization``, lists, as BaseInferencer has it.

        Raises:
            FileNotFoundError, ValueError: name the picture that cannot be read.
        """
        return super().__call__(inputs, return_datasamples, batch_size, object=object,
                                object_masks=object_masks, return_vis=return_vis, shapes=shapes)

    def _inputs_to_list(self, inputs):
        if isinstance(inputs, (str, Path)):
            pictures = [source for source in find_sources([inputs]) if not is_video(source)]
            if not pictures:
                raise ValueError(f"'{inputs}' is no picture; tools/predict.py takes videos")
            return pictures
        return list(inputs) if isinstance(inputs, (list, tuple)) else [inputs]

    def _init_pipeline(self, cfg):
        """The config's test pipeline without what loads files."""
        steps = cfg.test_dataloader.dataset.pipeline
        return Compose([step for step in steps if not step['type'].startswith('Load')])

    def _init_collate(self, cfg):
        return pseudo_collate  # samples keep their own sizes

    def _init_visualizer(self, cfg):
        return None  # overlays are drawn by :meth:`draw`, without a window or a writer

    def preprocess(self, inputs, batch_size=1, object=None, object_masks=None):
        """Batches as the model takes them."""
        masks = [None] * len(inputs) if object_masks is None else list(object_masks)
        if len(masks) != len(inputs):
            raise ValueError(f'{len(inputs)} pictures need as many object masks, got {len(masks)}')
        prepared = (self.prepare(image, object, mask) for image, mask in zip(inputs, masks))
        yield from map(self.collate_fn, self._get_chunk_data(prepared, batch_size))

    def prepare(self, image, object=None, mask=None):
        """One picture through the pipeline: ``inputs`` (3, h, w) and ``data_samples``."""
        pixels = read_image(image, self.channel_order)
        size = pixels.shape[:2]
        results = {'img': pixels, 'img_shape': size, 'ori_shape': size}
        if isinstance(image, (str, Path)):
            results['img_path'] = str(image)
        packed = self.pipeline(results)
        known = object_map(self.taxonomy, size, object, mask)
        if known is not None:
            packed['data_samples'].gt_object_seg = PixelData(data=torch.from_numpy(known)[None])
        return packed

    @torch.no_grad()
    def forward(self, data):
        """SegDataSamples of one batch; pictures of different sizes go one by one."""
        inputs, samples = data['inputs'], data['data_samples']
        count = len(inputs) if len({x.shape for x in inputs}) == 1 else 1
        results = []
        for start in range(0, len(inputs), count):
            piece = slice(start, start + count)
            results += self.model.test_step({'inputs': inputs[piece],
                                             'data_samples': samples[piece]})
        for sample in results:
            sample.set_metainfo({'classes': self.taxonomy.object_parts})
        return [sample.cpu() for sample in results]

    def visualize(self, inputs, preds, return_vis=False):
        """Overlays of all pictures, or None."""
        return [self.draw(read_image(image, self.channel_order), sample)
                for image, sample in zip(inputs, preds)] if return_vis else None

    def draw(self, image, sample):
        """Names and outlines over a picture.

        Args:
            image (ndarray): (H, W, 3) uint8 BGR, as of :func:`read_image`.
            sample (SegDataSample): its prediction.

        Returns:
            ndarray: (h, w, 3) uint8 RGB, with a legend below; unseen classes are dashed, with a *.
        """
        return draw_prediction(image, label_map_of(sample), self.taxonomy.object_parts,
                               self.palette, self.unseen)

    def postprocess(self, preds, visualization, return_datasamples=True, shapes=None):
        """The samples themselves, or plain values with the overlays."""
        if return_datasamples:
            return preds
        return {'predictions': [describe(sample, shapes) for sample in preds],
                'visualization': visualization}
