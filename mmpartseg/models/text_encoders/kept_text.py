"""Embeddings of the latest names, for as long as the weights that gave them stay."""
import torch

MOST_NAMES, MOST_VOCABULARIES = 4096, 32  # whose embeddings are kept, if they take no more than the bytes


class KeptText:
    """What users type has no end, so what is kept has one; the latest vocabulary is kept whatever it takes.

    Args:
        most_bytes (int): of the embeddings of names and of whole vocabularies together.
    """

    def __init__(self, most_bytes):
        self.most_bytes = most_bytes
        self.forget()

    def forget(self, key=None):
        """Nothing is kept, and what will be belongs to ``key``."""
        self.rows, self.vocabularies, self.key = {}, {}, key

    def of(self, names, key, encode):
        """(n, …): the embeddings of names.

        Args:
            names (tuple[str]): n names.
            key: of the weights; with another one than before, what was kept is forgotten.
            encode (Callable): names that are not kept -> {name: embedding}.
        """
        if key != self.key:
            self.forget(key)
        if names not in self.vocabularies:
            self.rows.update(encode([name for name in dict.fromkeys(names) if name not in self.rows]))
            vocabulary = torch.stack([self.rows[name] for name in names])
            self.make_room(names, vocabulary)
            self.vocabularies[names] = vocabulary
        return self.vocabularies[names]

    def make_room(self, names, vocabulary):
        """Let go of other vocabularies, then of other names, if there is too much with this one."""
        room = self.most_bytes - vocabulary.nbytes
        if len(self.vocabularies) >= MOST_VOCABULARIES or self.nbytes > room:
            self.vocabularies = {}
        if len(self.rows) > MOST_NAMES or self.nbytes > room:  # copies: they were encoded beside others
            self.rows = {name: self.rows[name].clone() for name in names}

    @property
    def nbytes(self):
        """int: what is kept, in bytes."""
        return sum(each.nbytes for each in (*self.rows.values(), *self.vocabularies.values()))
