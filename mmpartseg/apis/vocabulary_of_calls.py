"""The words of an inferencer, and of each of its calls."""
from typing import Any

import numpy as np

from ..taxonomy import PartTaxonomy
from .vocabulary import read_vocabulary
from .words import Words


class VocabularyOfCalls:
    """Of an inferencer: the vocabulary of calls that name none, in ``words``."""
    words: Words

    def set_taxonomy(self, parts: Any) -> None:
        """Change the vocabulary of calls that name none; calls that are running keep theirs.

        Args:
            parts: see :func:`read_vocabulary`.

        Raises:
            ValueError: an empty or malformed vocabulary, a word that is not English or longer than
                CLIP's context, a model with fixed classes. The vocabulary is then as before.
        """
        self.words = self.in_vocabulary(parts)
        self.model = self.words.model

    def in_vocabulary(self, parts: Any = None) -> Words:
        """The :class:`Words` of a call; those of calls that name none by default."""
        return self.words if parts is None else self.words.changed(read_vocabulary(parts))

    @property
    def taxonomy(self) -> PartTaxonomy:
        """PartTaxonomy: the vocabulary of calls that name none; the next three are of it too."""
        return self.words.taxonomy

    @property
    def unseen_words(self) -> dict[str, list[str]]:
        """dict[str, list[str]]: see :class:`Words`."""
        return self.words.unseen_words

    @property
    def unseen(self) -> np.ndarray:
        """ndarray: see :class:`Words`."""
        return self.words.unseen

    @property
    def palette(self) -> np.ndarray:
        """ndarray: see :class:`Words`."""
        return self.words.palette
