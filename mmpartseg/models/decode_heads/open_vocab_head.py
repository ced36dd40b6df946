"""What every head that reads its classes from text shares; how scores come about is a family's."""
from itertools import chain

import torch
from mmengine.model import BaseModule
from mmseg.registry import MODELS
from torch import nn

from ...taxonomy import PartTaxonomy
from ..layers.tiles import map_size
from ..losses import LevelLosses
from .joint import batch_rows, decoded_groups, rows_of, share_of_batch, weighted
from .targets import labels_of, level_targets
from .taxonomy_index import TaxonomyIndex


class OpenVocabHead(BaseModule):
    """Vocabularies, text, joint training and mask losses of an open-vocabulary mmseg decode head.

    .. code-block:: text

        loss():    conditions() -> decode(training=True) -> loss_by_feat() -> mask_losses()
        predict(): condition()  -> decode()

    A family adds :meth:`decode` and :meth:`loss_by_feat`, a head its :meth:`prompts` and losses.

    Args:
        train_taxonomy, test_taxonomy (str | list | PartTaxonomy): vocabularies of ``loss`` and
            ``predict``: a shipped name, class names, or a taxonomy. For joint training
            ``train_taxonomy=dict(joint=[…])`` lists several; each image is then supervised in the
            one of its data set, see :meth:`loss`.
        text_encoder (dict): config of an :class:`OpenCLIPTextEncoder`.
        ignore_index (int): label of pixels without a class.

    Attributes:
        background_embedding (Tensor, optional): (1, D), the condition of the background, which is no
            prompt; None where a family knows no background.
        knows_general_parts (bool): whether "anything's handle" is a handle of whatever object.
        has_object_scores (bool): whether the output has ``scores`` with those of objects last; there is then
            a method ``levels``, which decodes them first and of the classes those asked for, see
            :class:`Levels`.
        upsamples_probabilities (bool): whether the sigmoid comes before the upsampling to the image's
            size, not after it.
        released_substring_match (bool): of families that have it as an option, see :attr:`competing`.

    Raises:
        ValueError: an unknown vocabulary or a malformed class name.
    """
    align_corners = False
    has_object_scores = knows_general_parts = False
    upsamples_probabilities = released_substring_match = False

    def __init__(self, train_taxonomy, test_taxonomy, text_encoder, ignore_index=255, init_cfg=None):
        super().__init__(init_cfg)
        self.train_indices = nn.ModuleList(
            TaxonomyIndex(taxonomy) for taxonomy in PartTaxonomy.build_joint(train_taxonomy))
        self.text_encoder = MODELS.build(text_encoder)
        self.ignore_index = ignore_index
        self.register_buffer('background_embedding', None)  # a family may put a parameter there
        self.losses = nn.ModuleDict()
        self.set_taxonomy(test_taxonomy)

    @property
    def train_index(self):
        """The training vocabulary; the first one in joint training."""
        return self.train_indices[0]

    @property
    def train_taxonomies(self):
        """tuple[PartTaxonomy]: the training vocabularies, one except in joint training."""
        return tuple(index.taxonomy for index in self.train_indices)

    @property
    def train_taxonomy(self):
        """PartTaxonomy: every class that is trained on."""
        first, *others = self.train_taxonomies
        return first.union(*others) if others else first

    @property
    def test_taxonomy(self):
        return self.test_index.taxonomy

    @property
    def out_channels(self):
        """Channels of the prediction, background last; mmseg's name."""
        return len(self.test_taxonomy) + (self.background_embedding is not None)

    num_classes = out_channels  # mmseg's other name for it

    @property
    def competing(self):
        """(O, K) bool: the classes among which a known object chooses; None: its own, as it should be."""
        if not self.released_substring_match:
            return None
        return self.test_index.named_classes.to(self.test_index.object_of.device)

    def set_taxonomy(self, taxonomy):
        """Replace the vocabulary of ``predict``; see :meth:`PartTaxonomy.build`."""
        index = TaxonomyIndex(PartTaxonomy.build(taxonomy))
        self.test_index = index.to(next(self.parameters()).device)

    def encode(self, names):
        """(n, …): the text encoder's embeddings of names."""
        return self.text_encoder(names)

    def condition(self, names):
        """(n [+ 1], …): the embeddings of n names, that of the background last where there is one."""
        text = self.encode(names)
        if self.background_embedding is None:
            return text
        background = self.background_embedding
        return torch.cat([text.to(background.dtype), background.expand(1, *text.shape[1:])])

    def conditions(self, indices):
        """:meth:`condition` on the prompts of each vocabulary; shared names are encoded once."""
        prompts = [self.prompts(index.taxonomy) for index in indices]
        names = list(dict.fromkeys(chain(*prompts)))
        row = {name: i for i, name in enumerate(names)}
        text = self.condition(names)
        background = range(len(names), len(text))
        rows = [[*(row[name] for name in each), *background] for each in prompts]
        return [text if chosen == [*range(len(text))] else text[chosen] for chosen in rows]

    def predict(self, inputs, batch_img_metas=None, test_cfg=None):
        """Logits (N, K [+ 1], H, W) of the test vocabulary, background last."""
        return self(inputs).object_part

    def forward(self, inputs):
        """Scores of the test vocabulary, as the head's output tuple."""
        return self.decode(inputs, self.test_index)

    def loss(self, inputs, batch_data_samples, train_cfg=None):
        """Loss terms by name.

        In joint training each term is the sum over vocabularies of the term of their images alone,
        times their share of the images in the batch.

        Raises:
            ValueError: joint training, and a sample in no training vocabulary.
        """
        rows = batch_rows(batch_data_samples, self.train_taxonomies)
        groups = decoded_groups(list(zip(self.train_indices, rows)))
        texts = self.conditions([index for index, _ in groups])
        losses = {}
        for (index, chosen), text in zip(groups, texts):
            output = self.decode(rows_of(inputs, chosen), index, training=True, text=text)
            part_map, object_map = labels_of(batch_data_samples, index, self.ignore_index, chosen)
            terms = self.loss_by_feat(output, part_map, object_map, index)
            if len(rows) > 1:
                terms = weighted(terms, *share_of_batch(chosen, len(batch_data_samples), text))
            losses = {name: value + losses.get(name, 0) for name, value in terms.items()}
        return losses

    def add_mask_losses(self, **configs):
        """Configs of losses by level (``object_part``, ``object``, ``part``), see :class:`LevelLosses`."""
        self.losses.update(
            {level: LevelLosses(level, cfg) for level, cfg in configs.items() if cfg is not None})

    def mask_losses(self, output, part_map, object_map, index):
        """Loss terms of the levels that have a loss, by name.

        Args:
            output (NamedTuple): logits by level, maps or tiles, see :func:`to_maps`.
            part_map, object_map (Tensor): (N, H, W), of :func:`labels_of`; resized to the logits.
            index (TaxonomyIndex): their vocabulary.
        """
        levels = {level: getattr(output, level) for level in ('object_part', 'part', 'object')
                  if level in self.losses}
        has_background, terms = self.background_embedding is not None, {}
        if levels:  # their logits are of one size
            size = map_size(next(iter(levels.values())))
            targets = level_targets(part_map, object_map, index, size, self.ignore_index, has_background)
        for level, logits in levels.items():
            terms.update(self.losses[level](logits, targets[level](), self.ignore_index, has_background))
        return terms
