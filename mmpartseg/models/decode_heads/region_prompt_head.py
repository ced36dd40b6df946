"""Stage 1 of ZSSeg+: learn the prompts with which CLIP names the annotated parts."""
from typing import NamedTuple

import torch
import torch.nn.functional as F
from mmseg.registry import MODELS
from torch import Tensor

from .region_text_head import RegionTextHead


class RegionPromptInput(NamedTuple):
    """Pictures (N, 3, H, W), RGB, 0 to 255, and the texts (K, D) of their vocabulary."""
    images: Tensor
    text: Tensor


@MODELS.register_module()
class RegionPromptHead(RegionTextHead):
    """Cross-entropy of the annotated parts of each image's object.

    The released code has no stage 1; this is its region classifier with the loss that is likely. It
    learns ``prefix_prompt``, ``connect_prompt`` and ``fuse_weight`` and predicts nothing: the checkpoint
    is what stage 2 starts from (``load_from='zsseg://…'``). Goes with ``Pixels`` for a backbone and a
    data preprocessor that does not normalise.

    Args:
        own_classes_only (bool): over the classes of the region's object, among which a prediction
            decides, see :func:`object_scores`; by default over all that are trained on.

    The other arguments are those of :class:`RegionTextHead`.
    """

    def __init__(self, *args, own_classes_only=False, **kwargs):
        super().__init__(*args, **kwargs)
        self.own_classes_only = own_classes_only

    def decode(self, inputs, index, training=False, text=None):
        """The pictures and the texts of a vocabulary, for :meth:`loss_by_feat`.

        Raises:
            NotImplementedError: outside training.
        """
        if not training:
            raise NotImplementedError('stage 1 of ZSSeg+ learns prompts and predicts nothing; start stage 2 '
                                      "from its checkpoint: load_from='zsseg://<checkpoint>'")
        return RegionPromptInput(inputs[0], text)

    def loss_by_feat(self, output, part_map, object_map, index):
        """``loss_region``, a mean over the regions of the batch, and ``acc_region`` in percent.

        Images without a part teach nothing; in a batch of such images both are 0.
        """
        num_classes = len(index.taxonomy)
        chosen = (part_map != self.ignore_index).flatten(1).any(1).nonzero()[:, 0]
        if len(chosen) == 0:  # a mean over nothing
            zero = output.text.sum() * 0 + self.regions.fuse_weight * 0
            return dict(loss_region=zero, acc_region=zero.detach())
        images, part_map, object_map = output.images[chosen], part_map[chosen], object_map[chosen]
        regions = part_map.masked_fill(part_map == self.ignore_index, num_classes)
        is_object = object_map < len(index.taxonomy.objects)
        logits = self.region_logits(images, is_object, regions, num_classes, output.text)
        present = torch.zeros(*logits.shape[:2], dtype=torch.bool, device=logits.device)
        present = F.pad(present, (0, 1)).scatter(1, regions.flatten(1), True)[:, :-1]
        labels, logits = present.nonzero()[:, 1], logits[present]
        if self.own_classes_only:
            others = index.object_of != index.object_of[labels][:, None]
            logits = logits.masked_fill(others, -torch.inf)
        hits = logits.argmax(1) == labels
        return dict(loss_region=F.cross_entropy(logits, labels),
                    acc_region=100 * hits.float().mean())
