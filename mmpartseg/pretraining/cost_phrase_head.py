"""CATSeg's own training: masks from costs, for words."""
from mmseg.registry import MODELS

from ..datasets.shapes.words import Phrase
from ..models.decode_heads import CATSegHead
from ..taxonomy import split_name
from .phrase_losses import PhraseLosses, which


@MODELS.register_module()
class CostPhraseHead(PhraseLosses, CATSegHead):
    """:class:`CATSegHead` on words for things and parts, as CAT-Seg learns names of things and stuff first.

    All words of a picture count alike in the binary cross-entropy, as in CAT-Seg's training on the masks
    of COCO-Stuff, so that masks start as rare as they are.

    Args:
        taxonomy (str): a vocabulary; its parts of kinds, as "cat's head", are asked.

    The other arguments are those of :class:`CATSegHead`, which has no background here.
    """

    def __init__(self, taxonomy, *args, **kwargs):
        super().__init__(taxonomy, taxonomy, *args, background=False, loss_object_part=None, **kwargs)

    def loss(self, inputs, batch_data_samples, train_cfg=None):
        """Those of :class:`PhraseLosses`."""
        return self.phrase_losses(inputs, batch_data_samples)

    def choose(self, samples):
        """The classes of the vocabulary whose objects the pictures show."""
        shown = {thing['kind'] for sample in samples for thing in sample.things}
        named = ((name, *split_name(name)) for name in self.train_taxonomy.object_parts)
        return [Phrase(name, kind=kind, part=part) for name, kind, part in named if kind in shown]

    @staticmethod
    def balance(values, points):
        """The mean, in which what points nowhere counts most."""
        return values.mean()

    @staticmethod
    def losses_of_chosen(logits, masks):
        """``loss_class``: the cross-entropy of the classes against each other."""
        return dict(loss_class=which(logits, masks) if logits.shape[1] else logits.sum())
