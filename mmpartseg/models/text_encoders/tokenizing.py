"""Names as tokens, by the tokenizer of any CLIP."""
import copy

import open_clip
import torch

# of one place more than there are: at the end, before a CLS token at the end (CLIPA), at the start
EMPTY_PLACES = (-1, -2, 0)


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
        self.arch, self.text_cfg, self._made = arch, text_cfg, None
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
                    f"the tokenizer '{self.text_cfg.get('hf_tokenizer_name')}' of {self.arch!r} is neither "
                    f'cached nor reachable: {error}') from error
        return self._made

    def _make(self):
        options = self.text_cfg.get('tokenizer_kwargs') or {}
        name = self.text_cfg.get('hf_tokenizer_name')
        if not name:
            return simple_tokenizer(self.context_length, **options)
        return open_clip.tokenizer.HFTokenizer(
            name, tokenizer_mode=self.text_cfg.get('tokenizer_mode'), context_length=self.context_length,
            **options)

    def __call__(self, prompts):
        """Token ids (n, context length).

        A prompt fits if one more place stays empty, whatever the tokenizer does with those that do not.

        Raises:
            ValueError: a prompt that does not fit.
        """
        limit = self.context_length
        tokens, longer = self.made(list(prompts), limit), self.made(['', *prompts], limit + 1)
        fits = torch.zeros(len(tokens), dtype=torch.bool)
        for place in EMPTY_PLACES:
            place %= limit + 1
            without = torch.cat([longer[1:, :place], longer[1:, place + 1:]], 1)
            fits |= (longer[1:, place] == longer[0, place]) & (without == tokens).all(1)
        for i in (~fits).nonzero()[:1]:
            raise ValueError(f'the prompt {prompts[i]!r} is longer than the {limit} tokens that this '
                             'CLIP text encoder reads; shorten it')
        return tokens


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
