"""PartCLIPSeg word for word, with the costs that are known of the released implementation.

With our weights and without its code. Known: the text encoder reads 77 tokens per name at every call,
the image tower runs to its end, every hidden state is repeated for each name before it is reduced, the
decoder's attention maps are kept. Generalized parts are drawn in inference too. Assumed: attention is
written out in the towers as well, and losses take labels as one-hot tensors.
"""
from typing import NamedTuple

import torch
import torch.nn.functional as F
from torch import Tensor

from ..models import OpenCLIPViT, PartCLIPSegHead, PartMaskLoss
from ..models.architectures import clip_config
from ..models.decode_heads.targets import labels_of, mapped, object_part_target
from ..models.losses.attention_maps import ClassAttention
from ..models.losses.token_shares import TOKEN_SHARES

LEVELS = ('object_part', 'part', 'object')


class Masks(NamedTuple):
    """Logits (N, ·, H, W), background last, of parts without it; attention (N, C, L, L); (h, w)."""
    part: Tensor
    object: Tensor
    object_part: Tensor
    attention: Tensor
    grid: tuple


def attended(layer, x, mask=None):
    """Self-attention of a ``MultiheadAttention``: output (B, L, R) and map (B, heads, L, L)."""
    qkv = F.linear(x, layer.in_proj_weight, layer.in_proj_bias)
    q, k, v = qkv.unflatten(2, (3, layer.num_heads, -1)).permute(2, 0, 3, 1, 4)
    scores = (q * layer.head_dim**-0.5) @ k.mT
    weights = (scores if mask is None else scores + mask).softmax(-1)
    return layer.out_proj((weights @ v).transpose(1, 2).flatten(2)), weights


def clip_block(block, x, mask=None):
    """A pre-norm transformer block of open_clip."""
    x = x + attended(block.attn, block.ln_1(x), mask)[0]
    return x + block.mlp(block.ln_2(x))


def check(model):
    """Raise ValueError for a model that is computed in another way than here; says why."""
    backbone, head = model.backbone, model.decode_head
    if type(head) is not PartCLIPSegHead or not isinstance(backbone, OpenCLIPViT):
        raise ValueError('--peer straightforward computes a PartCLIPSegHead on an OpenCLIPViT, not a '
                         f'{type(head).__name__} on a {type(backbone).__name__}')
    mask_losses = [head.losses[level] for level in LEVELS if level in head.losses]
    problems = [text for text, wrong in (
        ('its backbone gives no CLS token', not backbone.with_cls_token),
        ('it gathers text as the released implementation does', head.released_text_index),
        ('it has several training vocabularies', len(head.train_indices) > 1),
        ('it averages prompt templates', head.text_encoder.templates != ('{}', )),
        ('it does not take all features in order', head.in_index != (*range(len(backbone.out_indices)),)),
        ('a mask loss is not one PartMaskLoss with a background weight', not all(
            len(level) == 1 and isinstance(level[0], PartMaskLoss)
            and level[0].background_weight is not None
            and not level[0].unlabelled_as_background for level in mask_losses))) if wrong]
    if problems:
        raise ValueError('--peer straightforward does not compute this model: ' + '; '.join(problems))


class Straightforward:
    """The masks and losses of a :class:`PartSegmentor` with a :class:`PartCLIPSegHead`.

    Args:
        model (PartSegmentor): see :func:`check`.
        backbone (dict): its config.

    Raises:
        ValueError: see :func:`check`.
    """

    def __init__(self, model, backbone):
        check(model)
        self.backbone, self.head = model.backbone, model.decode_head
        self.depth = clip_config(backbone['arch'])['vision_cfg']['layers']

    def text(self, names):
        """(n, D): all 77 tokens of each name."""
        encoder, tower = self.head.text_encoder, self.head.text_encoder.tower
        tokens = encoder.tokenize(names).to(tower.positional_embedding.device)
        x = tower.token_embedding(tokens) + tower.positional_embedding
        for block in tower.transformer.resblocks:
            x = clip_block(block, x, tower.attn_mask)
        return tower.ln_final(x)[torch.arange(len(x)), tokens.argmax(1)] @ tower.text_projection

    def hidden_states(self, images):
        """Of the blocks that the decoder reads, shallow to deep, each (N, L, C); (h, w)."""
        blocks, states = self.backbone.visual.transformer.resblocks, []
        x, grid = self.backbone._embed(images)
        for i in range(self.depth):
            # blocks that our tower has not kept cost what its last one costs
            x = clip_block(blocks[min(i, len(blocks) - 1)], x)
            if i in self.backbone.out_indices:
                states.append(x)
        return [self.head.adapter(x) for x in states] if self.head.adapter else states, grid

    def decode(self, hidden, text):
        """(N, C, L, R) and the last layer's attention (N, C, L, L); all maps are kept until then."""
        decoder, n, maps, decoded = self.head.decoder, len(hidden[0]), [], None
        text = text.repeat(n, 1)[:, None]  # NC x 1 x D
        for i, (x, reduce, layer) in enumerate(zip(reversed(hidden), decoder.reduces, decoder.layers)):
            x = reduce(x.repeat_interleave(len(text) // n, 0))
            x = x + decoded if i else decoder.film.mul(text) * x + decoder.film.add(text)
            output, weights = attended(layer.self_attn, x)
            maps.append(weights)
            x = layer.norm1(x + output)
            decoded = layer.norm2(x + layer.linear2(layer.linear1(x).relu()))
        return decoded.unflatten(0, (n, -1)), maps[-1].mean(1).unflatten(0, (n, -1))

    def masks(self, images, index):
        """One forward pass in a vocabulary (Eqs. 1 to 4)."""
        head, taxonomy = self.head, index.taxonomy
        parts, objects = len(taxonomy.parts), len(taxonomy.objects)
        text = torch.cat([self.text(taxonomy.parts + taxonomy.objects), head.background_embedding])
        hidden, grid = self.hidden_states(images)
        decoded, attention = self.decode(hidden, text)
        decoded = decoded[:, :, 1:]

        def drawn(branch, x):
            n = len(x)
            x = x.flatten(0, 1).transpose(1, 2).unflatten(2, grid)
            return branch(x).unflatten(0, (n, -1))[:, :, 0]

        background = index.part_of.new_tensor([parts + objects])
        part = torch.cat([index.part_of, background])
        obj = torch.cat([parts + index.object_of, background])
        logits = drawn(head.mask_branch, decoded)
        x = head.project_features(torch.cat([decoded[:, part], decoded[:, obj]], 3))
        condition = head.project_text(torch.cat([text[obj], text[part]], 1))[:, None]
        x = head.object_part_film.mul(condition) * x + head.object_part_film.add(condition)
        return Masks(logits[:, :parts], logits[:, parts:], drawn(head.object_part_branch, x), attention,
                     grid)

    def loss(self, images, samples):
        """The sum of all terms (Eqs. 5 to 10); images of the network's size, a label per pixel."""
        index, losses, ignore = self.head.train_index, self.head.losses, self.head.ignore_index
        masks = self.masks(images, index)
        part_map, object_map = labels_of(samples, index, ignore, list(range(len(samples))))
        classes, objects = len(index.taxonomy), len(index.taxonomy.objects)
        is_object = object_map < objects
        targets = dict(
            object_part=object_part_target(part_map, is_object, classes, ignore),
            part=mapped(part_map, index.part_of, ignore),
            object=object_map.masked_fill(~is_object, objects))
        total = 0
        for level in LEVELS:
            if level not in losses:
                continue
            loss, target = losses[level][0], targets[level]
            labelled = target != ignore
            values = loss.loss_weight * bce(getattr(masks, level), target.masked_fill(~labelled, 0),
                                            loss.background_weight if level != 'part' else 1.)
            # two means for object-specific parts, one for the others
            background = target == classes if level == 'object_part' else torch.zeros_like(labelled)
            total = total + mean(values, labelled & ~background) + mean(values, labelled & background)
        attention = self.class_attention(masks, part_map, index)
        return total + sum(losses[name](attention) for name in ('separation', 'enhance') if name in losses)

    def class_attention(self, masks, part_map, index):
        """Eq. 6, class by class."""
        shares = TOKEN_SHARES[self.head.token_shares](
            part_map, masks.grid, len(index.taxonomy), self.head.ignore_index)
        maps, attention = masks.attention.new_zeros(shares.shape), masks.attention
        for image, cls in shares.flatten(2).any(2).nonzero().tolist():
            part, obj = index.part_of[cls], len(index.taxonomy.parts) + index.object_of[cls]
            rows = (attention[image, part] + attention[image, obj])[1:, 1:]
            weight = shares[image, cls].flatten().to(rows)
            maps[image, cls] = (weight @ rows / weight.sum()).unflatten(0, masks.grid)
        return ClassAttention(maps, shares > 0)


def bce(logits, target, background_weight):
    """Binary cross-entropy (N, C, H, W) against one-hot labels; the last channel has its weight."""
    one_hot = torch.zeros_like(logits).scatter_(1, target[:, None], 1.)
    weight = logits.new_ones(logits.shape[1], 1, 1)
    weight[-1] = background_weight
    return F.binary_cross_entropy_with_logits(logits, one_hot, weight, reduction='none')


def mean(values, chosen):
    """Of (N, C, H, W) over channels and the chosen pixels (N, H, W)."""
    return (values * chosen[:, None]).sum() / (chosen.sum().clamp(min=1) * values.shape[1])
