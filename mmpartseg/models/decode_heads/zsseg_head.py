"""ZSSeg+: an object's parts proposed as masks, and named by text."""
from numbers import Real
from typing import NamedTuple

import torch
from mmengine.dist import all_reduce
from mmengine.structures import InstanceData
from mmseg.registry import MODELS
from torch import Tensor, nn

from ..options import expect
from .region_text_head import RegionTextHead


class ZSSegOutput(NamedTuple):
    """Of every layer of the decoder in training, else of the last one.

    Attributes:
        class_logits (Tensor): (L, N, Q, K + 1), "no object" last.
        mask_logits (Tensor): (L, N, Q, h, w) at stride 4.
    """
    class_logits: Tensor
    mask_logits: Tensor


@MODELS.register_module()
class ZSSegHead(RegionTextHead):
    """Proposals of MaskFormer, classified by text embeddings and, region by region, by CLIP.

    A sample is one object of an image: its mask is a prompt of the proposals, its name says which
    classes count. ``loss`` trains the proposals (stage 2); :class:`ZSSegSegmentor` calls
    :meth:`decode` and :meth:`region_logits` for each object of an image.

    Args:
        proposals (dict): config of a :class:`MaskFormerProposals`.
        ensemble_weight (float): λ of the two scores, 0 to 1, see :func:`ensemble`.
        released_substring_match (bool): an object's classes are those whose name contains its name
            (``chair`` also lets in the parts of an ``armchair``, ``door`` an oven's door), as in the
            released implementation. Only to reproduce its scores.

    The other arguments are those of :class:`RegionTextHead`.

    Raises:
        ImportError: mmdet is not installed.
        ValueError: an ``ensemble_weight`` outside of 0 to 1.
    """

    def __init__(self, *args, proposals, ensemble_weight=0.5, released_substring_match=False, **kwargs):
        expect(isinstance(ensemble_weight, Real) and 0 <= ensemble_weight <= 1, 'ensemble_weight',
               ensemble_weight, 'a number from 0 to 1')
        super().__init__(*args, **kwargs)
        dims = self.text_encoder.embed_dims
        self.proposals = MODELS.build(dict(proposals, embed_dims=dims))
        self.background_embedding = nn.Parameter(torch.randn(1, dims) * dims**-0.5)
        self.ensemble_weight = ensemble_weight
        self.released_substring_match = released_substring_match

    def loss(self, inputs, batch_data_samples, train_cfg=None):
        """Loss terms by name, see :class:`OpenVocabHead`.

        Raises:
            ValueError: a sample without an object map, or with several objects; a sample in no training
                vocabulary.
        """
        if not all('gt_object_seg' in sample for sample in batch_data_samples):
            raise ValueError('ZSSeg+ is trained on one object at a time, and a sample has no object map: '
                             'take a PerObjectDataset, with LoadPartAnnotations in its pipeline')
        objects = torch.stack([sample.gt_object_seg.data[0] for sample in batch_data_samples])
        return super().loss([*inputs, objects], batch_data_samples, train_cfg)

    def decode(self, inputs, index, training=False, text=None):
        """One forward pass in a vocabulary.

        Args:
            inputs (Sequence[Tensor]): the backbone's maps, and last the objects (M, H, W) int64: pixels
                with an object of the vocabulary prompt the proposals.
            index (TaxonomyIndex): the vocabulary.
            text (Tensor, optional): of :meth:`condition` for its classes, encoded here by default.
        """
        *features, objects = inputs
        if text is None:
            text = self.condition(self.prompts(index.taxonomy))
        is_object = objects < len(index.taxonomy.objects)
        return ZSSegOutput(*self.proposals(features, is_object, text, every_layer=training))

    def loss_by_feat(self, output, part_map, object_map, index):
        """Loss terms of every layer: classes of queries, focal and dice loss of the matched masks.

        In single precision, also under autocast: the matching leaves for the host, which has no bf16.
        """
        if len(part_map) == 0:
            return self.no_terms(output)
        self.proposals.set_num_classes(len(index.taxonomy))
        instances = [self.instances_of(labels) for labels in part_map]
        with torch.autocast(part_map.device.type, enabled=False):
            terms = self.proposals.loss_by_feat(*(x.float() for x in output), instances,
                                                [{}] * len(instances))
        return {name: term.squeeze() for name, term in terms.items()}  # mmdet's are (1,) where masks matched

    @staticmethod
    def no_terms(output):
        """Zeros of a batch of no image: joint training, and the images of this process are elsewhere."""
        zero = output.class_logits.float().sum() + output.mask_logits.float().sum()
        layers = ['', *(f'd{i}.' for i in range(len(output.mask_logits) - 1))]
        for _ in layers:  # the others divide by the mean number of masks of all processes
            all_reduce(zero.detach().new_zeros(1))
        return {f'{layer}loss_{term}': zero for layer in layers for term in ('cls', 'mask', 'dice')}

    def instances_of(self, labels):
        """The classes of a label map (H, W) and their masks, as mmdet's targets."""
        classes = labels.unique()
        classes = classes[classes != self.ignore_index]
        return InstanceData(labels=classes, masks=(labels == classes[:, None, None]).long())

    def classes_of(self, obj):
        """(K,) bool: the classes that count for an object of the test vocabulary."""
        competing = self.competing
        return self.test_index.object_of == obj if competing is None else competing[obj]

    @property
    def is_seen(self):
        """(K,) bool: the classes of the test vocabulary that were trained on."""
        trained = set(self.train_taxonomy.object_parts)
        return torch.tensor([name in trained for name in self.test_taxonomy.object_parts],
                            device=self.test_index.object_of.device)
