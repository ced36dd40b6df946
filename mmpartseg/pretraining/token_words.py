"""What each image token shows, told in words: CLIP's dense features learn what is where."""
from math import log

import torch
import torch.nn.functional as F
from mmseg.registry import MODELS
from torch import nn

from ..datasets.shapes.canvas import NONE
from ..datasets.shapes.kind import KINDS
from ..datasets.shapes.scene import load_vocabulary
from ..models.decode_heads.open_vocab_head import OpenVocabHead
from ..models.losses.token_shares import area_shares
from .phrases import BACKGROUND, class_maps, part_names, words_for_kinds


@MODELS.register_module()
class TokenWordsHead(OpenVocabHead):
    """Cross-entropy of each token's cosines with words: for kinds, for parts, for parts of kinds.

    Dense features of a CLIP of 400 million pictures name what is where by themselves; those of one that has
    read 24,000 do not.

    Args:
        taxonomy (str): a vocabulary; its parts of kinds, as "cat's head", are told.
        text_encoder (dict): config of an :class:`OpenCLIPTextEncoder` that keeps its templates apart.
        temperature (float): of the cosines, where it starts; it learns, as CLIP's does.
    """

    def __init__(self, taxonomy, text_encoder, temperature=0.07, init_cfg=None):
        super().__init__(taxonomy, taxonomy, text_encoder, init_cfg=init_cfg)
        self.log_scale = nn.Parameter(torch.tensor(-log(temperature)))

    def loss(self, inputs, batch_data_samples, train_cfg=None):
        """
        Args:
            inputs (tuple[Tensor]): the last is CLIP's dense map (N, D, h, w).
            batch_data_samples (list[SegDataSample]): N, as of ``PackWords``.

        Returns:
            dict[str, Tensor]: ``loss_kind``, the mean over tokens, with "background" as one more kind;
            ``loss_part`` and ``loss_class``, the means over what shows known parts.
        """
        dense, taxonomy = inputs[-1], self.train_taxonomy
        ids = [load_vocabulary().class_index[name] for name in taxonomy.object_parts]
        kind_map, part_map = class_maps(batch_data_samples)
        class_map = torch.stack([sample.get('gt_part').data[0] for sample in batch_data_samples]).long()
        grid = tuple(dense.shape[2:])
        kinds = area_shares(kind_map, grid, len(KINDS), NONE).flatten(2)
        shares = dict(
            kind=torch.cat([kinds, 1 - kinds.sum(1, keepdim=True)], 1),
            part=area_shares(part_map, grid, len(part_names()), NONE).flatten(2),
            **{'class': area_shares(class_map, grid, 1 + max(ids), NONE)[:, ids].flatten(2)})
        words = [*(phrase.text for phrase in (*words_for_kinds(), BACKGROUND)), *part_names(),
                 *taxonomy.object_parts]
        text = F.normalize(self.encode(words).mean(1), dim=1)
        logits = text @ F.normalize(dense.flatten(2), dim=1) * self.log_scale.exp()
        logits = logits.float().split([each.shape[1] for each in shares.values()], 1)
        return {f'loss_{name}': -(share * F.log_softmax(each, 1)).sum() / share.sum().clamp(min=1)
                for (name, share), each in zip(shares.items(), logits)}
