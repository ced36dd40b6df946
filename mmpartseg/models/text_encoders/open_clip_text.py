"""CLIP's text encoder: class names in, embeddings out."""
import contextlib
import threading

import open_clip
import torch
from mmengine.model import BaseModule
from mmseg.registry import MODELS
from open_clip.hf_model import HFTextEncoder

from ... import on_demand
from ..architectures import clip_config
from ..clip import build_text_tower, split_projections, train_query_value
from ..weights_state import weights_state
from .kept_text import KeptText
from .text_folder import TextFolder, fingerprint
from .tokenizing import Tokenizer, unpadded

# names of open_clip's own towers, then those of models of transformers
EMBEDDINGS = ('token_embedding', 'positional_embedding', 'transformer.embeddings.word_embeddings',
              'transformer.embeddings.position_embeddings', 'transformer.embed_tokens',
              'transformer.embed_positions')
TRAINABLE = {'none': (), 'embeddings': EMBEDDINGS, 'all': ('',), 'query_value': ()}

IMAGENET = 'imagenet'  # CLIP's 80 templates
KEPT_BYTES = 256 * 2**20

_one_at_a_time = threading.Lock()


@contextlib.contextmanager
def without_dropout(tower):
    """What is kept is no draw; towers of ``transformers`` have dropout."""
    training = tower.training
    tower.eval()
    try:
        yield
    finally:
        tower.train(training)


@MODELS.register_module()
class OpenCLIPTextEncoder(BaseModule):
    """open_clip's text tower on names (Eq. 1), of whatever kind; the embeddings are not normalised.

    In a causal transformer each prompt is cut after its end token, which changes nothing there, and
    prompts of one length are encoded together. A model of ``transformers`` masks padding, so it reads no
    more than the longest prompt has. Towers that see padding (SigLIP, CLIPA, MobileCLIP-S) or add a token
    behind it (CoCa) read their whole context. Whenever no gradient is wanted, the embeddings of the latest
    names are kept until the weights change, see :class:`KeptText`; threads may share the encoder.

    Args:
        arch (str | dict): open_clip model name or configuration.
        pretrained (str, optional): an open_clip tag, a checkpoint file, or None for random weights.
        trainable (str): ``'none'``, ``'embeddings'`` (token and position embeddings, as the
            released implementation trains them), ``'query_value'`` (those weights of every block, as
            CAT-Seg trains them) or ``'all'``.
        templates (Sequence[str] | str): prompt patterns around ``{}``, or ``'imagenet'`` for CLIP's 80.
        averaged (bool): average embeddings over the templates; else they stay side by side.
        folder (str, optional): keep embeddings on disk as well, for other processes; files of other
            weights, templates or options are not looked at. For a frozen tower.
        kept_bytes (int): of the embeddings that are kept in memory, those of the latest names apart.

    Raises:
        ValueError: unknown architecture, weights or option; a prompt longer than the context; a
            ``folder`` for a tower that is trained.
    """

    def __init__(self, arch='ViT-B-16-quickgelu', pretrained=None, trainable='none',
                 templates=('{}', ), averaged=True, folder=None, kept_bytes=KEPT_BYTES, init_cfg=None):
        super().__init__(init_cfg)
        if trainable not in TRAINABLE:
            raise ValueError(f'trainable must be one of {list(TRAINABLE)}, got {trainable!r}')
        if templates == IMAGENET:
            templates = [template('{}') for template in open_clip.OPENAI_IMAGENET_TEMPLATES]
        if isinstance(templates, str) or not all('{}' in t for t in templates) or not templates:
            raise ValueError(f"templates must be a list of patterns with '{{}}' or {IMAGENET!r}, got "
                             f'{templates!r}')
        if folder is not None and trainable != 'none':
            raise ValueError(f'folder={folder!r} keeps the text of a frozen tower; with '
                             f'trainable={trainable!r} it would change with every step')
        self.tower = build_text_tower(arch, pretrained)
        config = clip_config(arch)
        self.tokenizer = Tokenizer(arch, config['text_cfg'])
        self.embed_dims, self.text_config = config['embed_dim'], config['text_cfg']
        self.templates, self.averaged, self.folder = tuple(templates), averaged, folder
        self.is_trainable = trainable != 'none'
        for name, parameter in self.tower.named_parameters():
            parameter.requires_grad_(name.startswith(TRAINABLE[trainable]))
        if trainable == 'query_value':
            split_projections(self.tower)
            train_query_value(self.tower)
        if self.is_trainable and not any(p.requires_grad for p in self.tower.parameters()):
            raise ValueError(f'trainable={trainable!r} finds no such weights in the '
                             f"{type(self.tower).__name__} of {arch!r}; take 'all' or 'none'")
        self.kept, self._new_mode = KeptText(kept_bytes), True
        self.train()

    def train(self, mode=True):
        if mode != self.training:  # weights may have been swapped in place (EMA) between the modes
            self._new_mode = True
            if self.is_trainable:
                self.kept.forget()  # of some of these only a few numbers change, see weights_state()
        super().train(mode)
        if not self.is_trainable:
            self.tower.eval()
        return self

    def forward(self, names):
        """
        Args:
            names (Sequence[str]): n names, repeated ones allowed.

        Returns:
            Tensor: (n, D) embeddings; (n, p, D) where those of p templates are not averaged.
        """
        names = tuple(names)
        if self.is_trainable and self.training and torch.is_grad_enabled():
            return self._encode(names)
        with _one_at_a_time:  # threads that share the model
            key = self._weights_key(names)
            with torch.inference_mode(False):  # a training step may ask for them next
                return self.kept.of(names, key, lambda new: self._new(new, key[1]))

    def _new(self, names, device):
        with torch.no_grad(), torch.autocast(device.type, enabled=False), without_dropout(self.tower):
            return self._of_disk(names, device) if self.folder else self._encode_all(names)

    def _weights_key(self, names):
        """Numbers are looked at unless a training step asks again for what the latest one did."""
        weights, known = list(self.parameters()), self.kept.key
        learns = self.training and torch.is_grad_enabled()
        if learns and not self._new_mode and names in self.kept.vocabularies and (
                weights_state(weights, with_numbers=False)[0] == known[0][0]):
            return known
        self._new_mode = False
        return weights_state(weights, with_numbers=True), weights[0].device

    def _encode_all(self, names):
        return dict(zip(names, self._encode(names))) if names else {}

    def _of_disk(self, names, device):
        """{name: embedding}, read where they are on disk, else encoded and written."""
        folder = TextFolder(self.folder, fingerprint(
            self.tower, self.text_config, self.templates, self.averaged))
        found = folder.read(names, device)
        new = self._encode_all([name for name in names if name not in found])
        folder.write(new)
        return {**found, **new}

    def _encode(self, names):
        prompts = [t.format(n) for n in names for t in self.templates]
        embeddings = self._encode_tokens(self.tokenize(prompts)).unflatten(0, (len(names), -1))
        return embeddings.mean(1) if self.averaged else embeddings

    def tokenize(self, prompts):
        """Token ids (n, context length); ValueError for a prompt that does not fit."""
        return self.tokenizer(prompts)

    def _encode_tokens(self, tokens):
        tower = self.tower
        device = next(tower.parameters()).device
        if isinstance(tower, HFTextEncoder):
            embeddings = tower(unpadded(tokens, tower.config.pad_token_id).to(device))
            return embeddings[0] if tower.output_tokens else embeddings
        ends = dict(argmax=tokens, eos=(tokens == tower.eos_id).int())  # by pooling; largest there
        if tower.attn_mask is None or tower.cls_emb is not None or tower.pool_type not in ends:
            embeddings = tower(tokens.to(device))  # what comes after the end token counts
            return embeddings[0] if tower.output_tokens else embeddings
        # sorted by length on the host, so that nothing is asked of an accelerator
        lengths, order = (ends[tower.pool_type].argmax(1) + 1).sort(stable=True)
        lengths, counts = lengths.unique_consecutive(return_counts=True)
        longest = int(lengths[-1])
        tokens, position = (
            x.to(device, non_blocking=True) for x in (tokens[order, :longest], order.argsort()))
        # looked up for all at once: the gradient is as large as the whole table
        x = self._embed_tokens(tokens) + tower.positional_embedding[:longest]
        encoded = [self._encode_length(prompts[:, :length])
                   for prompts, length in zip(x.split(counts.tolist()), lengths.tolist())]
        return torch.cat(encoded)[position]

    def _embed_tokens(self, tokens):
        return self.tower.token_embedding(tokens)

    def _encode_length(self, x):
        """Prompts (n, length, width) that all end with the last token."""
        tower, length = self.tower, x.shape[1]
        x = tower.transformer(x, attn_mask=tower.attn_mask[:length, :length])
        pooled, projection = tower.ln_final(x[:, -1]), tower.text_projection
        if projection is None:
            return pooled
        return projection(pooled) if isinstance(projection, torch.nn.Module) else pooled @ projection


def _leave_to_python():
    """torch.compile breaks its graph at the call; asking for that before imports its compiler, for 2 s."""
    OpenCLIPTextEncoder.forward = torch.compiler.disable(OpenCLIPTextEncoder.forward)


on_demand.after('torch._dynamo', _leave_to_python)
