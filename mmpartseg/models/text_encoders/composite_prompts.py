"""CPTCoOp: learned vectors around the words of an object's part."""
import torch
from mmseg.registry import MODELS
from torch import nn

from ...taxonomy import split_name
from .open_clip_text import OpenCLIPTextEncoder


@MODELS.register_module()
class CompositePromptEncoder(OpenCLIPTextEncoder):
    """Text embeddings of "cat's head" as *prefix* ``cat`` *connection* ``head.`` (OV-PARTS, CPTCoOp).

    *prefix* and *connection* are learned vectors that all classes share; the words keep the token
    embeddings of CLIP, whose text tower is frozen.

    Args:
        arch (str | dict): open_clip model name or configuration.
        pretrained (str, optional): see :class:`OpenCLIPTextEncoder`.
        lengths (tuple[int, int]): vectors before the object, and between it and its part.
        train_prompts (bool): learn the vectors (stage 1), or keep them (stage 2).

    Attributes:
        prefix_prompt, connect_prompt (Tensor): (lengths[0], width) and (lengths[1], width).

    Raises:
        ValueError: as of :class:`OpenCLIPTextEncoder`; a text tower that reads on after the end token.
    """

    def __init__(self, arch='ViT-B-16-quickgelu', pretrained=None, lengths=(4, 4), train_prompts=False,
                 init_cfg=None):
        super().__init__(arch, pretrained, init_cfg=init_cfg)
        if self.tower.attn_mask is None or not hasattr(self.tokenizer, 'encode'):
            raise ValueError(f'learned prompts need a causal text tower with CLIP\'s own tokenizer; {arch!r} '
                             'has another one')
        width = self.tower.token_embedding.embedding_dim
        self.prefix_prompt, self.connect_prompt = (
            nn.Parameter(0.02 * torch.randn(length, width), requires_grad=train_prompts)
            for length in lengths)
        self.is_trainable = train_prompts

    def tokenize(self, prompts):
        """Token ids (n, context length) of class names; id −1 − i stands for the i-th learned vector.

        Raises:
            ValueError: no "'s" in a name; a name that does not fit into the context.
        """
        return torch.stack([self._tokens(*split_name(name)) for name in prompts])

    def _tokens(self, obj, part):
        encode, limit = self.tokenizer.encode, self.tower.context_length
        self.tokenizer.check(f'{obj} {part}')
        first, second = len(self.prefix_prompt), len(self.connect_prompt)
        tokens = [self.tokenizer.sot_token_id, *range(-1, -first - 1, -1), *encode(obj),
                  *range(-first - 1, -first - second - 1, -1), *encode(part), *encode('.'),
                  self.tokenizer.eot_token_id]
        if len(tokens) > limit:
            raise ValueError(f'the prompt "{obj}\'s {part}" takes {len(tokens)} tokens with the learned '
                             f'vectors; this CLIP text encoder reads {limit}, shorten it')
        return torch.tensor(tokens + [0] * (limit - len(tokens)))

    def _embed_tokens(self, tokens):
        x = self.tower.token_embedding(tokens.clamp(min=0))
        learned = torch.cat([self.prefix_prompt, self.connect_prompt])
        chosen = learned[(-1 - tokens).clamp(min=0)].to(x.dtype)
        return torch.where((tokens < 0)[..., None], chosen, x)
