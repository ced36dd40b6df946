"""What the inferencer returns: mmseg's sample, and what a person asks of it."""
from typing import Any

import numpy as np
import torch
from mmengine.structures import PixelData
from mmseg.structures import SegDataSample
from PIL import Image

from .annotations import coco_document, labelme_document
from .drawing import draw_prediction
from .images import read_image
from .regrouping import instances_of, named_classes, read_groups
from .results import LABEL_MAPS, boxes_of, chosen_field, describe, label_map_of
from .words import Words


class PartPrediction(SegDataSample):
    """The parts found in one picture.

    .. code-block:: python

        prediction, = inferencer('cat.jpg', parts='cat: head, tail')
        prediction.masks["cat's head"]  # (H, W) bool
        prediction.cutout("cat's head").save('head.png')

    It is mmseg's ``SegDataSample`` with ``pred_sem_seg`` (Pred-All, value K is background), with a known
    object ``pred_oracle_sem_seg``, and ``part_scores`` (K,). What is said of "the" label map is said of the
    Oracle-Obj map where there is one.

    Attributes:
        picture: as it was given to the inferencer; None where that is not known.
        words (Words): the vocabulary that it was found in.
    """
    picture: Any = None
    words: Any = None
    channel_order = 'bgr'

    @classmethod
    def of(cls, sample: SegDataSample, words: Words, picture: Any = None,
           channel_order: str = 'bgr') -> 'PartPrediction':
        """A prediction from the model's sample and what belongs to it."""
        prediction = cls()
        prediction.update(sample)
        prediction.set_metainfo({'classes': words.names})
        for name, value in (('picture', picture), ('words', words), ('channel_order', channel_order)):
            object.__setattr__(prediction, name, value)  # no data to be copied or moved
        return prediction

    @property
    def label_map(self) -> np.ndarray:
        """(H, W) int64: the class of each pixel, K for background."""
        return label_map_of(self)

    @property
    def names(self) -> tuple[str, ...]:
        """tuple[str]: the K classes of the vocabulary."""
        return self.metainfo['classes']

    @property
    def found(self) -> list[str]:
        """list[str]: the classes with a pixel, in the order of ids."""
        return [self.names[i] for i in self._ids()]

    @property
    def masks(self) -> dict[str, np.ndarray]:
        """dict[str, ndarray]: of each class found, (H, W) bool."""
        label_map = self.label_map
        return {self.names[i]: label_map == i for i in self._ids()}

    @property
    def boxes(self) -> dict[str, list[int]]:
        """dict[str, list[int]]: of each class found, x, y, width and height in pixels."""
        boxes = boxes_of(self.label_map, len(self.names))
        return {self.names[i]: boxes[i].tolist() for i in self._ids()}

    @property
    def scores(self) -> dict[str, float]:
        """dict[str, float]: of each class found, its mean sigmoid score over its pixels, 0 to 1."""
        return {self.names[i]: float(self.part_scores[i]) for i in self._ids()}

    @property
    def shares(self) -> dict[str, float]:
        """dict[str, float]: of each class found, its share of the picture's pixels, 0 to 1."""
        pixels = self._pixels()
        return {self.names[i]: float(pixels[i] / pixels.sum()) for i in self._ids()}

    def only(self, threshold: float = 0., min_area: float = 0., top: int | None = None) -> 'PartPrediction':
        """Another prediction, without parts that are doubtful or small; their pixels become background.

        Args:
            threshold (float): least score, 0 to 1; others are a ValueError, as are those of the next two.
            min_area (float): least share of the picture's pixels, 0 to 1.
            top (int, optional): keep so many parts, those of the highest scores.
        """
        if not (0 <= threshold <= 1 and 0 <= min_area <= 1 and (top or 0) >= 0):
            raise ValueError(f'{threshold=}, {min_area=} must lie in 0 to 1, {top=} not below')
        pixels, scores = self._pixels(), self.part_scores.numpy()
        ids = [i for i in self._ids() if scores[i] >= threshold and pixels[i] >= min_area * pixels.sum()]
        return self._keeping(sorted(ids, key=lambda i: -scores[i])[:top], [chosen_field(self)])

    def without(self, *words: str) -> 'PartPrediction':
        """The prediction without some parts; their pixels become background.

        Args:
            *words (str): such as ``'cat: ear'``, ``"cat's ear"``, or ``'ear'`` of every object.

        Raises:
            ValueError: a part that the vocabulary does not have.
        """
        kept = set(self.names) - set(named_classes(self.names, words))
        return self._keeping([i for i, name in enumerate(self.names) if name in kept])

    def merged(self, groups: str | dict[str, Any]) -> 'PartPrediction':
        """The prediction with several parts as one, of each object.

        Args:
            groups (str | dict): ``'head = head, eye, ear'``, see :func:`read_groups`. A group's score is the
                mean over its pixels.

        Raises:
            ValueError: a malformed group, a part that the vocabulary does not have.
        """
        words, new_id = self.words.grouped(read_groups(groups))
        pixels, count = self._pixels()[:-1], len(words.names)
        weighted = np.nan_to_num(self.part_scores.numpy()) * pixels
        with np.errstate(invalid='ignore'):  # nan where there is no pixel
            scores = np.bincount(new_id, weighted, count) / np.bincount(new_id, pixels, count)
        merged = self._relabelled(np.append(new_id, count), words)
        merged.part_scores = torch.from_numpy(scores).to(self.part_scores)
        return merged

    def instances(self) -> list[dict]:
        """Connected regions of each object, see :func:`instances_of`."""
        return instances_of(self.label_map, self.names)

    def _keeping(self, ids, fields=LABEL_MAPS):
        table = np.full(len(self.names) + 1, len(self.names))
        table[ids] = ids
        return self._relabelled(table, self.words, fields)

    def _relabelled(self, table, words, fields=LABEL_MAPS):
        """Another prediction, with the new id of each old one in the label maps named."""
        new = self.of(self, words, self.picture, self.channel_order)
        for field in (field for field in fields if field in self):
            new.set_field(PixelData(data=torch.from_numpy(table)[self.get(field).data.long()]), field)
        return new

    def describe(self, shapes: str | None = None) -> dict[str, Any]:
        """Plain values, see :func:`describe`."""
        return describe(self, shapes)

    def pixels(self) -> np.ndarray:
        """The picture: (H, W, 3) uint8 BGR; ValueError if the prediction does not know it."""
        if self.picture is None:
            raise ValueError('this prediction does not know its picture; take what was returned, no copy')
        return read_image(self.picture, self.channel_order)

    def draw(self) -> np.ndarray:
        """The picture with outlined, named parts and a legend: (h, w, 3) uint8 RGB."""
        return draw_prediction(self.pixels(), self.label_map, self.names, self.words.palette,
                               self.words.unseen)

    def cutout(self, name: str) -> Image.Image:
        """A part alone, cut to its box, all else transparent.

        Args:
            name (str): of a class that is found.

        Returns:
            PIL.Image.Image: RGBA.

        Raises:
            KeyError: the part is not found; names those that are.
        """
        if name not in self.found:
            raise KeyError(f'{name!r} is not found in this picture; these are: {self.found}')
        left, top, width, height = self.boxes[name]
        box = slice(top, top + height), slice(left, left + width)
        opacity = (self.label_map == self.names.index(name))[box] * np.uint8(255)
        return Image.fromarray(np.dstack([self.pixels()[box][..., ::-1], opacity]))

    def to_coco(self, shapes: str = 'polygons') -> dict[str, Any]:
        """COCO's instance format, see :func:`coco_document`."""
        return coco_document([self], shapes)

    def to_labelme(self, with_image: bool = False) -> dict[str, Any]:
        """labelme's JSON of this picture, see :func:`labelme_document`."""
        return labelme_document(self, with_image)

    def file_name(self) -> str:
        """str: of the picture's file; ``picture.png`` where it came from none."""
        return str(self.metainfo.get('img_path', 'picture.png'))

    def _pixels(self):
        return np.bincount(self.label_map.ravel(), minlength=len(self.names) + 1)

    def _ids(self):
        return np.flatnonzero(self._pixels()[:len(self.names)]).tolist()
