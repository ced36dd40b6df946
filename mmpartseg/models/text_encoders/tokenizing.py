"""Names as tokens, by the tokenizer of any CLIP."""
import copy

import open_clip
import torch

from ...spelling import shortened
from ..architectures import folder_of

# of one place more than there are: at the end, before a CLS token at the end (CLIPA), at the start
EMPTY_PLACES = (-1, -2, 0)
LONGEST_TOKEN = 32  # characters, of CLIP's
MOST_WORDS = 5_000  # of which the tokens are kept


class Tokenizer:
    """The tokenizer of an architecture, which refuses what it would cut.

    It is made when it is first needed: those of ``transformers`` are files from the hub.

    Args:
        arch (str | dict): open_clip model name or configuration.
        text_cfg (dict): its configuration of the text tower.

    Attributes:
        context_length (int): tokens of a prompt, with those around the words.
    """

    def __init__(self, arch, text_cfg):
        self.arch, self.text_cfg, self._made, self._marks = arch, text_cfg, None, None
        self.context_length = text_cfg.get('context_length', open_clip.tokenizer.DEFAULT_CONTEXT_LENGTH)

    def __getattr__(self, name):  # sot_token_id, encode, …
        if name.startswith('_'):
            raise AttributeError(name)
        return getattr(self.made, name)

    @property
    def made(self):
        """open_clip's tokenizer.

        Raises:
            RuntimeError: its files are neither cached nor reachable.
        """
        if self._made is None:
            try:
                self._made = self._make()
            except OSError as error:
                raise RuntimeError(
                    f"the tokenizer '{self._files()}' of {self.arch!r} is neither "
                    f'cached nor reachable: {error}') from error
        return self._made

    def _make(self):
        made = self._make_whole()
        if isinstance(made, open_clip.SimpleTokenizer):
            made.cache = FirstWords(made.cache)  # what users type has no end
        return made

    def _make_whole(self):
        options = self.text_cfg.get('tokenizer_kwargs') or {}
        name = self._files()
        if not name:
            return simple_tokenizer(self.context_length, **options)
        return open_clip.tokenizer.HFTokenizer(
            name, tokenizer_mode=self.text_cfg.get('tokenizer_mode'), context_length=self.context_length,
            **options)

    def _files(self):
        """Where the files of a tokenizer of ``transformers`` are; None for CLIP's own."""
        name = self.text_cfg.get('hf_tokenizer_name')
        return folder_of(self.arch) or name if name else None

    def __call__(self, prompts):
        """Token ids (n, context length).

        A prompt fits if one more place stays empty, whatever the tokenizer does with those that do not.

        Raises:
            ValueError: a prompt that does not fit, or that holds a mark of the tokenizer.
        """
        limit = self.context_length
        for prompt in prompts:
            self.check(prompt)
        tokens, longer = self.made(list(prompts), limit), self.made(['', *prompts], limit + 1)
        fits = torch.zeros(len(tokens), dtype=torch.bool)
        for place in EMPTY_PLACES:
            place %= limit + 1
            without = torch.cat([longer[1:, :place], longer[1:, place + 1:]], 1)
            fits |= (longer[1:, place] == longer[0, place]) & (without == tokens).all(1)
        for i in (~fits).nonzero()[:1]:
            raise self._too_long(shortened(prompts[i]))
        return tokens

    def check(self, prompt):
        """ValueError for a prompt that no tokens could say.

        It has more characters than they could hold: the time that CLIP's own tokenizer takes grows with the
        square of a word's length. Or it holds a mark such as ``<end_of_text>``, behind which nothing is read.
        """
        if len(prompt) > self.context_length * LONGEST_TOKEN:
            raise self._too_long(shortened(prompt))
        for mark in self.marks:
            if mark in prompt.lower():
                raise ValueError(f"the prompt '{prompt}' holds '{mark}', a mark of this CLIP text encoder's "
                                 'tokenizer and no word; leave it out')

    @property
    def marks(self):
        """list[str]: what the tokenizer reads as the start or the end of a text and the like, lower case."""
        if self._marks is None:
            own = isinstance(self.made, open_clip.SimpleTokenizer)
            self._marks = [self.made.decoder[each] for each in self.made.all_special_ids] if own else [
                each.lower() for each in self.made.tokenizer.all_special_tokens]
        return self._marks

    def _too_long(self, shown):
        return ValueError(f'the prompt {shown} is longer than the {self.context_length} tokens that this '
                          'CLIP text encoder reads; shorten it')


class FirstWords(dict):
    """What a tokenizer has made of words: of the first ones, and of no more; threads may share it."""

    def __setitem__(self, word, tokens):
        if len(self) < MOST_WORDS and len(word) <= LONGEST_TOKEN:
            super().__setitem__(word, tokens)


def simple_tokenizer(context_length, **options):
    """CLIP's own tokenizer; without options one that shares the words that open_clip has read."""
    if options:
        return open_clip.SimpleTokenizer(context_length=context_length, **options)
    made = copy.copy(open_clip.tokenizer._tokenizer)
    made.context_length = context_length
    return made


def unpadded(tokens, padding):
    """Token ids (n, length) without the columns at the end in which every prompt has padding."""
    used = (tokens != padding).any(0).nonzero()
    return tokens[:, :int(used.max()) + 1] if len(used) else tokens
