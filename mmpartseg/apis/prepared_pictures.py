"""From whatever names pictures to batches that the model takes."""
import logging
import os
from collections.abc import Callable, Iterable, Iterator, Sequence, Sized
from itertools import islice, repeat
from pathlib import Path
from typing import Any

import numpy as np
import torch
from mmcv.transforms import Compose
from mmengine.logging import print_log
from mmengine.structures import PixelData

from ..printable import counted, printable
from .images import read_image
from .object_map import object_map
from .sources import find_sources, is_video, skipped_files
from .words import Words

UNREADABLE = (ValueError, OSError)  # as of read_image
SHOWN = 5  # files that are skipped, by name


class Found(list):
    """The pictures of a folder or pattern: who asked for them did not choose each of them."""


class PreparedPictures:
    """Of an inferencer: its inputs one by one through the config's test pipeline."""
    words: Words
    channel_order: str
    pipeline: Callable
    collate_fn: Callable

    def _inputs_to_list(self, inputs):
        """An iterable of pictures; an iterator stays one."""
        if isinstance(inputs, (str, Path)):
            sources = find_sources([inputs])
            pictures = [source for source in sources if not is_video(source)]
            if not pictures:
                raise ValueError(f"'{inputs}' is no picture; tools/predict.py takes videos")
            if os.path.isfile(inputs) or pictures == [str(inputs)]:
                return pictures
            others = [*filter(is_video, sources), *skipped_files([inputs])]
            if others:
                say_skipped([f'{name}: no picture' for name in others])
            return Found(pictures)
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

    def preprocess(self, inputs: Any, batch_size: int = 1, object: str | None = None,
                   object_masks: Iterable[np.ndarray] | None = None, words: Words | None = None,
                   refine: Sequence[str] = ()) -> Iterator[dict[str, list]]:
        """Batches as the model takes them, read as they are asked for."""
        if not isinstance(batch_size, int) or batch_size < 1:
            raise ValueError(f'batch_size must be a whole number, at least 1, got {batch_size!r}')
        if isinstance(inputs, Sized) and isinstance(object_masks, Sized) and len(inputs) != len(object_masks):
            raise ValueError(f"{counted(len(inputs), 'picture')} and "
                             f"{counted(len(object_masks), 'object mask')}: "
                             'expected one mask for each picture')
        masks = repeat(None) if object_masks is None else iter(object_masks)
        prepared = self._prepared(inputs, object, masks, words, refine)
        while batch := list(islice(prepared, batch_size)):
            yield self.collate_fn(batch)

    def _prepared(self, inputs, object, masks, words, refine):
        """Each picture through :meth:`prepare`; of a folder those that can be read."""
        broken = []
        for place, image in enumerate(inputs):
            mask = next(masks, masks)
            if mask is masks:
                raise ValueError(f'expected one object mask for each picture, and there are {place} alone')
            try:
                pixels = read_image(image, self.channel_order)
            except UNREADABLE as error:
                if not isinstance(inputs, Found):
                    raise
                broken.append(str(error))
            else:
                yield self.prepare(image, object, mask, words, refine, pixels)
        if broken and len(broken) == len(inputs):
            raise ValueError(f"none of {counted(len(inputs), 'picture')} can be read: {broken[0]}")
        if broken:
            say_skipped(broken)

    def prepare(self, image: Any, object: str | None = None, mask: np.ndarray | None = None,
                words: Words | None = None, refine: Sequence[str] = (),
                pixels: np.ndarray | None = None) -> dict[str, Any]:
        """One picture through the pipeline: ``inputs`` (3, h, w), ``data_samples``, and ``pictures``, itself.

        The vocabulary ``words`` says which objects there are, see :meth:`in_vocabulary`; with steps to
        ``refine`` the sample carries the picture, see :func:`mmpartseg.models.segmentors.refine.refine`.
        ``pixels`` are the picture's, where they have been read already.
        """
        words = words or self.words
        pixels = read_image(image, self.channel_order) if pixels is None else pixels
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


def say_skipped(reasons: Sequence[str]) -> None:
    """Count and name files that are left out, as a warning."""
    shown = '; '.join(printable(reason) for reason in reasons[:SHOWN]) + '; …' * (len(reasons) > SHOWN)
    print_log(f"skipped {counted(len(reasons), 'file')}: {shown}", 'current', logging.WARNING)


def collate(samples: list[dict[str, Any]]) -> dict[str, list]:
    """A batch from samples of :meth:`PartSegInferencer.prepare`: a list of each of their values."""
    return {name: [sample[name] for sample in samples] for name in samples[0]}
