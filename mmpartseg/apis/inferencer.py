"""Segment pictures with any part names, on mmengine's BaseInferencer."""
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import torch
from mmengine.config import ConfigDict
from mmengine.infer import BaseInferencer
from mmengine.registry import init_default_scope
from mmseg.structures import SegDataSample
from PIL import Image
from rich.progress import track

from ..checkpoints import check_closed_head
from ..model_registry import checkpoint_of, default_model, published_model
from ..shipped import config_path
from .drawing import OPACITY, draw_prediction
from .images import read_image
from .prediction import PartPrediction
from .prediction_files import PredictionFiles, document_of
from .prepared_pictures import PreparedPictures
from .results import describe, label_map_of
from .vocabulary_of_calls import VocabularyOfCalls
from .words import Words, trained_vocabulary


class PartSegInferencer(VocabularyOfCalls, PreparedPictures, BaseInferencer):
    """Part segmentation of pictures in a vocabulary of one's own.

    .. code-block:: python

        inferencer = PartSegInferencer(config, checkpoint, parts='cat: head, tail; dog: head')
        prediction, = inferencer('cat.jpg')
        prediction.masks["cat's head"]  # (H, W) bool
        prediction, = inferencer('bus.jpg', parts='bus: wheel, door')  # of this call alone

    A call keeps nothing in the inferencer, so that threads may share it, each with its own words.

    Args:
        config (str | Path | dict | Config): the model's config, or the name of a shipped one.
        checkpoint (str | Path, optional): its weights; without them they are random.
        parts (optional): the vocabulary of calls that name none, see :func:`read_vocabulary`; the
            config's by default.
        device (str, optional): the best that there is by default.
        show_progress (bool): a progress bar over the batches.
        channel_order (str): of array images, ``'bgr'`` (OpenMMLab's, as from ``mmcv.imread``) or ``'rgb'``.

    Raises:
        FileNotFoundError, ValueError: no such config or checkpoint; a checkpoint that is damaged, holds code
            or does not fit; see also :meth:`set_taxonomy`.
    """
    def __init__(self, config: Any, checkpoint: str | Path | None = None, parts: Any = None,
                 device: str | None = None, show_progress: bool = False,
                 channel_order: str = 'bgr') -> None:
        if config is None:  # mmengine would run the text of a config inside the checkpoint
            raise ValueError('config=None: give the config file that the checkpoint was trained with')
        if isinstance(config, (str, Path)):
            config = config_path(config)
        init_default_scope('mmseg')
        checkpoint = None if checkpoint is None else str(checkpoint)
        super().__init__(config, checkpoint, device, 'mmseg', show_progress)
        self.channel_order = channel_order
        self.model.test_cfg = ConfigDict(self.model.test_cfg or {}, return_part_scores=True)
        self.words = Words(self.model, self._trained)
        if parts is not None:
            self.set_taxonomy(parts)

    def _load_weights_to_model(self, model, checkpoint, cfg):
        if checkpoint is not None and not hasattr(model.decode_head, 'set_taxonomy'):
            check_closed_head(model, checkpoint)
        self._trained = trained_vocabulary(model, checkpoint)
        super()._load_weights_to_model(model, checkpoint, cfg)

    @classmethod
    def named(cls, name: str | None = None, checkpoint: str | Path | None = None,
              **options: Any) -> 'PartSegInferencer':
        """A model of ``configs/models.yml``.

        Args:
            name (str, optional): see :func:`published_models`; by default :func:`default_model` chooses.
            checkpoint (str, optional): path or URL of a released file, see :func:`checkpoint_of`.
            **options: of the constructor.
        """
        model = default_model() if name is None else published_model(name)
        return cls(config_path(model.config), checkpoint_of(model, checkpoint), **options)

    def __call__(self, inputs: Any, return_datasamples: bool = True, batch_size: int = 1, parts: Any = None,
                 object: str | None = None, object_masks: Iterable[np.ndarray] | None = None,
                 threshold: float = 0., min_area: float = 0., top: int | None = None,
                 return_vis: bool = False, shapes: str | None = None, show: bool = False,
                 out_dir: str | Path | None = None,
                 refine: Sequence[str] = ()) -> list[PartPrediction] | dict[str, Any]:
        """Segment pictures.

        Args:
            inputs: a picture (see :func:`read_image`), several in a list, an iterator or a tensor
                (N, C, H, W), a folder of pictures, or a pattern such as ``'photos/*.jpg'``. Of the last
                two, what cannot be read is skipped, counted and named in a warning.
            return_datasamples (bool): :class:`PartPrediction`; else plain values as of
                :func:`describe`.
            batch_size (int): pictures that go through the model at a time, and that are read ahead.
            parts (optional): the vocabulary of this call, see :func:`read_vocabulary`.
            object (str, optional): every picture shows this object: Oracle-Obj.
            object_masks (Iterable[ndarray], optional): where it is, one (H, W) mask per picture, see
                :func:`mmpartseg.apis.object_map.object_map`. Without both, Pred-All.
            threshold, min_area, top: see :meth:`PartPrediction.only`.
            return_vis (bool): draw overlays, for ``return_datasamples=False``.
            shapes (str, optional): ``'polygons'`` or ``'rle'`` in plain values and JSON files.
            show (bool): open each overlay in the system's viewer of pictures.
            out_dir (str | Path, optional): write the files of :class:`PredictionFiles` there.
            refine (Sequence[str]): ``'zoom'`` (look at each object again in a crop of the picture) and
                ``'snap'`` (move borders to edges); see :mod:`mmpartseg.models.segmentors.refine`.

        Returns:
            list[PartPrediction] | dict: one per picture; or lists ``predictions``, ``images`` (their files)
            and ``visualization``.

        Raises:
            FileNotFoundError, ValueError: name the picture that cannot be read; of a folder, if none can.
        """
        words = self.in_vocabulary(parts)
        files = None if out_dir is None else PredictionFiles(out_dir)
        inputs = self._inputs_to_list(inputs)
        batches = self.preprocess(inputs, batch_size, object, object_masks, words, refine)
        predictions: list[PartPrediction] = []
        overlays: list[np.ndarray] = []
        for batch in track(batches, 'Inference') if self.show_progress else batches:
            found = [each.only(threshold, min_area, top) for each in self.forward(batch, words)]
            predictions += found
            if not (show or return_vis or files is not None):
                continue
            drawn = self.visualize(batch['pictures'], found, show)
            if files is not None:
                for prediction, overlay in zip(found, drawn):
                    files.write(files.unique_name(Path(prediction.file_name()).stem), overlay, prediction,
                                words.palette, document_of(prediction, prediction.file_name(), words, shapes))
            if return_vis:
                overlays += drawn
        return self.postprocess(predictions, overlays if return_vis else None, return_datasamples, shapes)

    @torch.no_grad()
    def forward(self, data: dict[str, list], words: Words | None = None) -> list[PartPrediction]:
        """:class:`PartPrediction` of one batch in a vocabulary; pictures of different sizes go one by one."""
        words = words or self.words
        inputs, samples = data['inputs'], data['data_samples']
        count = len(inputs) if len({x.shape for x in inputs}) == 1 else 1
        results = []
        for start in range(0, len(inputs), count):
            piece = slice(start, start + count)
            results += words.model.test_step({'inputs': inputs[piece], 'data_samples': samples[piece]})
        return [PartPrediction.of(sample.cpu(), words, picture, self.channel_order)
                for sample, picture in zip(results, data['pictures'])]

    def visualize(self, inputs: Iterable, preds: list[PartPrediction],
                  show: bool = False) -> list[np.ndarray]:
        """Overlays of pictures, (h, w, 3) uint8 RGB each; ``show`` opens them in the system's viewer."""
        overlays = [self.draw(read_image(image, self.channel_order), prediction)
                    for image, prediction in zip(inputs, preds)]
        for overlay in overlays if show else ():
            Image.fromarray(overlay).show()
        return overlays

    def draw(self, image: np.ndarray, sample: SegDataSample, instances: list[dict] | None = None,
             alpha: float = OPACITY) -> np.ndarray:
        """Names and outlines over a picture (H, W, 3) BGR: (h, w, 3) uint8 RGB with a legend below.

        ``instances``, of :func:`instances_of`, are numbered boxes; ``alpha`` is the opacity of the tint.
        """
        return draw_prediction(image, label_map_of(sample), sample.names, sample.words.palette,
                               sample.words.unseen, instances, alpha)

    def postprocess(self, preds: list[PartPrediction], visualization: list[np.ndarray] | None,
                    return_datasamples: bool = True,
                    shapes: str | None = None) -> list[PartPrediction] | dict[str, Any]:
        """The predictions themselves, or plain values with the overlays."""
        if return_datasamples:
            return preds
        return {'predictions': [describe(sample, shapes) for sample in preds],
                'images': [sample.file_name() for sample in preds], 'visualization': visualization}
