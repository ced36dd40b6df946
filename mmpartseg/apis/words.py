"""A model in one vocabulary."""
import copy
from typing import Any

import numpy as np

from ..palette import palette_of_names, part_palette
from ..taxonomy import ANYTHING, PartTaxonomy, shown_name
from .known_words import check_english, unseen_classes, unseen_words
from .regrouping import grouped_names


class Words:
    """A vocabulary and a model in it; nothing of it ever changes, so that calls in threads do not meet.

    Args:
        model (PartSegmentor): in the vocabulary.
        trained (PartTaxonomy | NothingSeen): what its weights were trained on.

    Attributes:
        model (PartSegmentor), taxonomy (PartTaxonomy), trained: the model, its K classes, and see above.
        names (tuple[str]): of the classes, as people see them.
        unseen_words (dict[str, list[str]]), unseen (ndarray): what training has never seen, see
            :func:`unseen_words`; (K,) bool.
        palette (ndarray): (K, 3) uint8 RGB.
        new_id (ndarray): (K,) where each class has gone, if parts were put together.
    """

    def __init__(self, model: Any, trained: Any) -> None:
        self.model, self.taxonomy, self.trained = model, model.taxonomy, trained
        self.unseen_words = unseen_words(self.taxonomy, trained)
        self.unseen = np.array(unseen_classes(self.taxonomy, trained))
        self.palette = part_palette(self.taxonomy)
        self.names = tuple(map(shown_name, self.taxonomy.object_parts))
        self.new_id = np.arange(len(self.names))

    def changed(self, taxonomy: PartTaxonomy) -> 'Words':
        """The same weights in another vocabulary; only names that are new go through the text encoder.

        Args:
            taxonomy (PartTaxonomy): the vocabulary.

        Raises:
            ValueError: a word that is not English or longer than CLIP's context, a model with fixed
                classes.
        """
        head = self.model.decode_head
        if hasattr(head, 'prompts'):
            if ANYTHING in taxonomy.objects and not head.knows_general_parts:
                raise ValueError(f'{type(head).__name__} knows parts of objects only, and these have none: '
                                 f'{taxonomy.general_parts}; name their objects, or take a PartCLIPSegHead '
                                 'or CLIPSegHead')
            check_english(taxonomy, self.trained)
            head.text_encoder(head.prompts(taxonomy))  # kept there; refuses what is too long
        return Words(self.model.in_vocabulary(taxonomy), self.trained)

    def grouped(self, groups: dict[str, list[str]]) -> 'tuple[Words, np.ndarray]':
        """These words with parts put together, and where each class goes.

        Args:
            groups (dict[str, list[str]]): see :func:`read_groups`.

        Returns:
            tuple[Words, ndarray]: a copy for results, whose model is still in the old ones, and (K,) the new
            id of each class. A group has the colour of its name, and is unseen if all of it is.
        """
        names = grouped_names(self.names, groups)
        kept = tuple(dict.fromkeys(names))
        place = {name: i for i, name in enumerate(kept)}
        new_id = np.array([place[name] for name in names])
        copied = copy.copy(self)
        copied.names, copied.palette, copied.new_id = kept, palette_of_names(kept), new_id[self.new_id]
        copied.unseen = np.ones(len(kept), bool)
        np.logical_and.at(copied.unseen, new_id, self.unseen)
        return copied, new_id


class NothingSeen:
    """Takes the place of the training vocabulary where weights were trained without parts."""
    objects = parts = object_parts = ()


def trained_vocabulary(model: Any, checkpoint: Any) -> Any:
    """What weights were trained on.

    Args:
        model (PartSegmentor): its head states the vocabulary of its config.
        checkpoint (dict, optional): of the weights, whose own word counts for more.

    Returns:
        PartTaxonomy | NothingSeen: the vocabulary.
    """
    stated = ((checkpoint or {}).get('meta') or {}).get('train_dataset_meta')
    if stated is not None and 'classes' in stated:
        return PartTaxonomy(stated['classes']) if stated['classes'] else NothingSeen
    return getattr(model.decode_head, 'train_taxonomy', model.taxonomy)
