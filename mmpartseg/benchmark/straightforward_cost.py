"""CATSeg and PartCATSeg word for word, with the costs that are known of the released implementations.

With our weights and without their code. Known: all classes are there at once in every activation, guidance
is repeated for each class before its norm and its projections, learned classes are run like others, the
decoder expands its guidance and draws parts and objects in inference too. Ours in both ways: backbone,
text (encoded once) and losses.
"""
import torch
import torch.nn.functional as F

from ..models import CATSegHead
from ..models.decode_heads.cat_seg_head import CATSegOutput
from ..models.decode_heads.part_cat_seg_head import PartCATSegOutput
from ..models.decode_heads.targets import labels_of
from ..models.layers.cost.class_attention import linear_attention, query_attention
from ..models.layers.cost.fused_upsampling import separately
from ..models.layers.cost.spatial_aggregation import in_windows
from ..models.layers.cost.windows import windows


def plain(layer, x):
    """A linear layer as torch has it."""
    return F.linear(x, layer.weight, layer.bias)


def mlp(layers, x):
    """Linear, activation, linear."""
    return plain(layers[2], layers[1](plain(layers[0], x)))


def projected(attention, x, guidance):
    """q, k, v (B, heads, L, d) of x (B, L, C) and guidance (B, L, Cg) side by side."""
    both = torch.cat([x, guidance], -1)
    return [y.unflatten(2, (attention.num_heads, -1)).transpose(1, 2) for y in (
        plain(attention.q, both), plain(attention.k, both), plain(attention.v, x))]


def spatial(layer, x, appearance):
    """Two Swin blocks on x (N, C, T, h, w); appearance (N, h, w, Cg)."""
    n, _, t, h, w = x.shape
    guidance = layer.guidance_norm(appearance.flatten(1, 2).repeat_interleave(t, 0))  # NT x hw x Cg
    tokens = x.permute(0, 2, 3, 4, 1).reshape(n * t, h * w, -1)
    for block in layer.blocks:
        cut = windows((h, w), block.window, block.shifted, x.device)
        inner, guide = (in_windows(y, cut).unflatten(1, (-1, cut.length)).flatten(0, 1)
                        for y in (block.norm1(tokens), guidance))  # NTnW x L x ·
        q, k, v = projected(block.attention, inner, guide)
        scores = (q * q.shape[3]**-0.5) @ k.mT
        if cut.mask is not None:
            scores = (scores.unflatten(0, (n * t, -1)) + cut.mask[:, None]).flatten(0, 1)
        attended = (scores.softmax(3) @ v).transpose(1, 2).flatten(2)
        attended = plain(block.attention.proj, attended).reshape(n * t, -1, attended.shape[2])
        tokens = tokens + attended[:, cut.place]
        tokens = tokens + mlp(block.mlp, block.norm2(tokens))
    return tokens.unflatten(0, (n, t)).unflatten(2, (h, w)).permute(0, 4, 1, 2, 3)


def classes(layer, x, text):
    """Attention between classes on x (N, C, T, h, w); text (T, Cg)."""
    n, c, t, h, w = x.shape
    pooled = F.avg_pool2d(x.transpose(1, 2).flatten(0, 1), layer.pooling)  # NT x C x h' x w'
    grid = pooled.shape[2:]
    tokens = pooled.unflatten(0, (n, t)).permute(0, 3, 4, 1, 2).flatten(0, 2)  # Nhw x T x C
    if layer.padded_classes > t:
        missing = layer.padded_classes - t
        tokens = torch.cat([tokens, layer.padding_tokens.expand(len(tokens), missing, -1)], 1)
        text = torch.cat([text, layer.padding_guidance[0].expand(missing, -1)])
    attend = layer.attend
    q, k, v = projected(layer.attention, layer.norm1(tokens), text.repeat(len(tokens), 1, 1))
    tokens = tokens + attend(q, k, v).transpose(1, 2).flatten(2)
    tokens = (tokens + mlp(layer.mlp, layer.norm2(tokens)))[:, :t]
    maps = tokens.unflatten(0, (n, *grid)).permute(0, 3, 4, 1, 2).flatten(0, 1)  # NT x C x h' x w'
    larger = F.interpolate(maps, (h, w), mode='bilinear', align_corners=True)
    return x + larger.unflatten(0, (n, t)).transpose(1, 2)


def decoded(decoder, x, guidance):
    """Logits (N, T, 4h, 4w) of x (N, C, T, h, w)."""
    x = x.transpose(1, 2).contiguous()
    for block, each in zip(decoder.blocks, guidance):
        x = separately(x, block.up.weight, block.up.bias, block.conv1.weight, each)
        n, t = x.shape[:2]
        x = block.norm1(x.flatten(0, 1)).relu()
        x = block.norm2(block.conv2(x)).relu().unflatten(0, (n, t))
    return decoder.head(x.flatten(0, 1)).unflatten(0, x.shape[:2])[:, :, 0]


def check(head):
    """Raise ValueError for a head that is computed in another way than here; says why."""
    limit, attentions = head.stack_options['padded_classes'], {layer.classes.attend for layer in head.stack}
    largest = max(len(taxonomy) for taxonomy in (head.test_taxonomy, head.train_taxonomy))
    problems = [text for text, wrong in (
        ('it has several training vocabularies', len(head.train_indices) > 1),
        ('an attention between classes of its own', not attentions <= {linear_attention, query_attention}),
        ('it looks at some of its classes only', 0 < limit < largest)) if wrong]
    if problems:
        raise ValueError('--peer straightforward does not compute this model: ' + '; '.join(problems))


class StraightforwardCost:
    """The masks and losses of a :class:`PartSegmentor` with a head of the cost family.

    Args:
        model (PartSegmentor): see :func:`check`.

    Raises:
        ValueError: see :func:`check`.
    """

    def __init__(self, model):
        self.backbone, self.head = model.backbone, model.decode_head
        check(self.head)

    def masks(self, images, index):
        """One forward pass in a vocabulary, as the head's output."""
        head = self.head
        guidance, dense = head.guides(self.backbone(images))
        text = head.condition(head.prompts(index.taxonomy))
        if type(head) is CATSegHead:
            x = self.embedded(head.embedding, self.cosines(dense, text))
            x = self.aggregated(head.stack, x, guidance, text)
            return CATSegOutput(decoded(head.decoder, x, guidance.decoder))
        return self.two_stacks(guidance, dense, text, index)

    def two_stacks(self, guidance, dense, text, index):
        """Parts and objects, then classes."""
        head, parts, objects = self.head, len(index.taxonomy.parts), len(index.taxonomy.objects)
        class_text, text = text[parts + objects:], torch.cat([text[:parts + objects], text[-1:]])
        cost = self.cosines(dense, text)  # N x p x T x h x w
        x = self.aggregated(head.stack, self.embedded(head.embedding, cost), guidance, text)
        general = decoded(head.decoder, x, guidance.decoder)
        part = F.pad(index.part_of, (0, 1), value=parts + objects)
        obj = F.pad(parts + index.object_of, (0, 1), value=parts + objects)
        features = torch.cat([x[:, :, part], x[:, :, obj]], 1).transpose(1, 2)  # N x K+1 x 2C x h x w
        features = head.object_aware_cost.project(features.flatten(0, 1)).unflatten(0, (len(x), -1))
        class_cost = torch.einsum('ntdhw,tpd->npthw', F.normalize(features, dim=2),
                                  F.normalize(class_text, dim=2))
        x = self.aggregated(head.class_stack, self.embedded(head.class_embedding, class_cost), guidance,
                            class_text)
        return PartCATSegOutput(
            decoded(head.decoder, x, guidance.decoder), general[:, parts:], general[:, :parts],
            class_cost.mean(1).flatten(2), cost[:, :, parts:].mean(1).flatten(2))

    @staticmethod
    def cosines(dense, text):
        """(N, p, T, h, w)."""
        return torch.einsum('ndhw,tpd->npthw', F.normalize(dense, dim=1), F.normalize(text, dim=2))

    @staticmethod
    def embedded(embedding, cost):
        """(N, p, T, h, w) -> (N, C, T, h, w)."""
        x = embedding.conv(cost.transpose(1, 2).flatten(0, 1))
        return x.unflatten(0, (len(cost), -1)).transpose(1, 2)

    def aggregated(self, stack, x, guidance, text):
        """All layers of a stack."""
        text = self.head.text_guidance(text)
        for layer in stack:
            x = classes(layer.classes, spatial(layer.spatial, x, guidance.appearance), text)
        return x

    def loss(self, images, samples):
        """The sum of all terms."""
        head, index = self.head, self.head.train_index
        maps = labels_of(samples, index, head.ignore_index, list(range(len(samples))))
        return sum(head.loss_by_feat(self.masks(images, index), *maps, index).values())
