"""A model in one vocabulary."""
import numpy as np

from ..visualization import part_palette
from .known_words import check_english, unseen_classes, unseen_words


class Words:
    """A vocabulary and a model in it; nothing of it ever changes, so that calls in threads do not meet.

    Args:
        model (PartSegmentor): in the vocabulary.

    Attributes:
        model (PartSegmentor), taxonomy (PartTaxonomy): the model and its K classes.
        unseen_words (dict[str, list[str]]), unseen (ndarray): what training has never seen, see
            :func:`unseen_words`; (K,) bool.
        palette (ndarray): (K, 3) uint8 RGB.
    """

    def __init__(self, model):
        self.model, self.taxonomy = model, model.taxonomy
        trained = getattr(model.decode_head, 'train_taxonomy', self.taxonomy)
        self.unseen_words = unseen_words(self.taxonomy, trained)
        self.unseen = np.array(unseen_classes(self.taxonomy, trained))
        self.palette = part_palette(self.taxonomy)

    def changed(self, taxonomy):
        """The same weights in another vocabulary; only names that are new go through the text encoder.

        Args:
            taxonomy (PartTaxonomy): the vocabulary.

        Raises:
            ValueError: a word that is not English or longer than CLIP's context, a model with fixed
                classes.
        """
        head = self.model.decode_head
        if hasattr(head, 'prompts'):
            check_english(taxonomy, head.train_taxonomy)
            head.text_encoder(head.prompts(taxonomy))  # kept there; refuses what is too long
        return Words(self.model.in_vocabulary(taxonomy))
