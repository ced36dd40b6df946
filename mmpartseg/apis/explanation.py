"""How a prediction came about: the three levels of the paper's Fig. 1, the attention of Fig. 4."""
from collections.abc import Sequence

import cv2
import numpy as np
import torch
import torch.nn.functional as F

from ..models.losses.attention_maps import class_attention_maps, min_max, smooth
from ..models.segmentors.decide import decide
from ..taxonomy import PartTaxonomy, shown_name
from ..visualization import heat_map, panels
from ..visualization.sizes import resize_image
from .drawing import PICTURE_SIDE
from .images import read_image
from .inferencer import PartSegInferencer
from .known_words import unseen_flags
from .regrouping import named_classes


class Explanation:
    """What the model saw in one picture: objects, generalized parts, and each part's attention.

    One forward pass over the whole picture (no sliding window) serves all that is asked of it; after a
    prediction of the picture, that one's pass over it.

    .. code-block:: python

        explanation = Explanation(inferencer, 'cat.jpg')
        explanation.heat_map("cat's head")  # Fig. 4
        save_grid([explanation.panels()], FIGURE_TITLES, 'figure.png')  # Fig. 1

    Args:
        inferencer (PartSegInferencer): the model in its vocabulary.
        image, object, mask: as of :meth:`PartSegInferencer.prepare`.
        side (int): the longer side of the pictures at most, in pixels.

    Attributes:
        picture (ndarray): (H, W, 3) uint8 RGB.
        object_map, part_map, label_map (ndarray): (H, W) int64 indices into the vocabulary's
            ``objects``, ``parts`` and classes; the next number is background. A known object takes
            the place of the predicted ones. Where there is an object, the generalized part is the
            one of the highest score, whether or not the object has it.

    Raises:
        ValueError: a model without generalized parts; what :meth:`PartSegInferencer.prepare` raises.
    """

    @torch.no_grad()
    def __init__(self, inferencer: PartSegInferencer, image: np.ndarray, object: str | None = None,
                 mask: np.ndarray | None = None, side: int = PICTURE_SIDE) -> None:
        model = inferencer.model
        if not getattr(model.decode_head, 'has_object_scores', False):
            raise ValueError(f'{type(model.decode_head).__name__} scores neither objects nor '
                             'generalized parts; these figures need a PartCLIPSegHead')
        pixels = read_image(image, inferencer.channel_order)
        self.taxonomy, self.head = inferencer.taxonomy, model.decode_head
        self.unseen = unseen_flags(self.taxonomy, inferencer.words.trained)
        picture = resize_image(pixels, min(1, side / max(pixels.shape[:2])))
        self.picture = np.ascontiguousarray(picture[..., ::-1])
        data = inferencer.collate_fn([inferencer.prepare(pixels, object, mask)])
        data = model.data_preprocessor(data, False)
        self.sample, = data['data_samples']
        self.input_size = data['inputs'].shape[2:]
        self._undo = model.undo_padding_and_flip
        features = model.features_of(data['inputs'])
        self.levels = self.head.levels(features, training=True)
        self._scores = self.levels.class_maps()
        self._decide()

    def _decide(self):
        """The three label maps at the picture's size."""
        index, size = self.head.test_index, self.picture.shape[:2]
        num_objects, num_parts = len(self.taxonomy.objects), len(self.taxonomy.parts)
        classes, objects, parts = (self._unpadded(scores[0]) for scores in (
            self._scores, self.levels.object_maps(), self.levels.part_maps()))
        known = None
        if 'gt_object_seg' in self.sample:
            known = self.sample.gt_object_seg.data[:1].float()[None]
            known = F.interpolate(known, size, mode='nearest')[0, 0].to(index.object_of)
        pred_all, oracle = decide(classes, size, index.object_of, objects, known)
        object_map = known
        if known is None:
            object_map, _ = decide(objects, size, torch.arange(num_objects, device=objects.device))
        part_map, _ = decide(parts, size, torch.arange(num_parts, device=parts.device))
        part_map[object_map == num_objects] = num_parts
        label_map = pred_all if oracle is None else oracle
        self.object_map, self.part_map, self.label_map = (
            x.cpu().numpy() for x in (object_map, part_map, label_map))

    def _unpadded(self, maps):
        return self._undo(maps, self.sample.metainfo)

    def panels(self) -> list[np.ndarray]:
        """Input, objects, generalized parts, object-specific parts (Fig. 1): four pictures (h, w, 3)
        uint8 RGB, under the titles ``FIGURE_TITLES`` in a grid.
        """
        return panels(self.picture, self.object_map, self.part_map, self.label_map, self.taxonomy,
                      unseen=self.unseen)

    @torch.no_grad()
    def attention(self, name: str) -> np.ndarray:
        """Where the tokens of a part look (Eq. 6), scaled to 0…1 and smoothed as for the losses.

        They look under the names of its part and of its object, where it has one.
        Tokens count by the share of their pixels that show the part. Of a part that is found
        nowhere the token with the highest score counts alone, see :meth:`is_found`.

        Args:
            name (str): of a class, such as ``"cat's head"``.

        Returns:
            ndarray: (h, w) float32, one value per token.

        Raises:
            ValueError: a name that the vocabulary does not have.
        """
        class_id = self._class_id(name)
        taxonomy, prefix = self.taxonomy, self.levels.prefix
        conditions, owner = [taxonomy.part_of[class_id]], taxonomy.object_of[class_id]
        if owner != self.head.test_index.anything:
            conditions.append(len(taxonomy.parts) + owner)
        attention = self.head.decoder.attention(self.levels.attention_input[0, conditions]).sum(0)
        maps = class_attention_maps(attention[None, prefix:, prefix:],
                                    self._token_weights(class_id)[None, None])
        return smooth(min_max(self._unpadded(maps[0])))[0].float().cpu().numpy()

    def is_found(self, name: str) -> bool:
        """Whether any pixel of the picture shows the class."""
        return bool((self.label_map == self._class_id(name)).any())

    def heat_map(self, name: str, alpha: float = 0.5) -> np.ndarray:
        """The attention of a part over the picture (Fig. 4): (h, w, 3) uint8 RGB.

        Args:
            name (str), alpha (float): of the class, see :meth:`attention`; opacity, 0..1.
        """
        return heat_map(self.picture, self.attention(name), alpha)

    def found(self) -> list[str]:
        """Names of the classes found in the picture, in the order of ids."""
        ids = np.unique(self.label_map)
        return [shown_name(self.taxonomy.object_parts[i]) for i in ids[ids < len(self.taxonomy)]]

    def _class_id(self, name):
        names = [*map(shown_name, self.taxonomy.object_parts)]
        return names.index(chosen_classes(self.taxonomy, [name])[0])

    def _token_weights(self, class_id):
        """(h, w): how much of each token shows the class."""
        shares = self.label_map == class_id
        if not shares.any():
            scores = F.adaptive_avg_pool2d(self._scores[:, class_id], self.levels.grid)[0]
            return (scores == scores.max()).to(scores)
        meta = self.sample.metainfo
        padding = meta.get('img_padding_size', meta.get('padding_size', [0] * 4))
        left, right, top, bottom = padding
        height, width = self.input_size
        shares = cv2.resize(shares.astype(np.float32),
                            (width - left - right, height - top - bottom),
                            interpolation=cv2.INTER_AREA)
        shares = torch.from_numpy(shares).to(self._scores)
        return F.adaptive_avg_pool2d(F.pad(shares, padding)[None], self.levels.grid)[0]


def chosen_classes(taxonomy: PartTaxonomy, words: Sequence[str]) -> list[str]:
    """Names of classes from what a person asks for.

    Args:
        taxonomy (PartTaxonomy): the vocabulary.
        words (Sequence[str]): parts ("head", of every object), or classes in any form of
            :func:`parse_vocabulary` ("cat's head", "cat: head, ear").

    Returns:
        list[str]: each once, in the order in which they are asked for.

    Raises:
        ValueError: names what the vocabulary does not have.
    """
    return named_classes(tuple(map(shown_name, taxonomy.object_parts)), words)
