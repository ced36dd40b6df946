"""Linear layers in half the time on AMD's processors.

torch gives float32 products of matrices to MKL, which uses half the width of such a processor; oneDNN, which
has its convolutions and all that is below float32, uses all of it.
"""
import itertools

import torch
import torch.nn.functional as F
from torch import nn
from torch.autograd import Function
from torch.autograd.function import once_differentiable

# rows of a product: for fewer oneDNN takes other kernels, which round otherwise
FEWEST = 128
# numbers of a weight: of fewer the gradient is as fast in MKL, which need not have both factors transposed
WIDEST = 2**16
BLOCK = 4096  # rows that are transposed at a time
# scores of attention that are held at a time; scores of a head, more of which are no faster so
CACHED, LARGEST = 2**18, 2**21


class Linear(nn.Linear):
    """``nn.Linear`` through :func:`linear`."""

    def forward(self, x):
        """(…, C) -> (…, C')."""
        return linear(x, self.weight, self.bias)


class SelfAttention(nn.MultiheadAttention):
    """``nn.MultiheadAttention`` whose self-attention is fused, between two :func:`linear`."""

    def forward(self, query, key, value, key_padding_mask=None, need_weights=True, attn_mask=None, **options):
        """As of torch; anything but plain self-attention is left to it."""
        plain = attn_mask is None or attn_mask.dim() == 2 and attn_mask.is_floating_point()
        if (need_weights or key_padding_mask is not None or options or query is not key or key is not value
                or not (plain and self.batch_first) or self.in_proj_weight is None or self.dropout):
            return super().forward(query, key, value, key_padding_mask, need_weights, attn_mask, **options)
        return self_attention(self, query, attn_mask), None


def self_attention(layer, x, mask=None, evenly=False):
    """What a ``MultiheadAttention`` makes of x (B, L, R), with an additive mask (L, L), by :func:`linear`."""
    qkv = linear(x, layer.in_proj_weight, layer.in_proj_bias, evenly)
    q, k, v = qkv.unflatten(2, (3, layer.num_heads, -1)).permute(2, 0, 3, 1, 4)
    x = attention(q, k, v, None if mask is None else mask.to(q.dtype))
    return linear(x.transpose(1, 2).flatten(2), layer.out_proj.weight, layer.out_proj.bias, evenly)


def attention(q, k, v, mask=None):
    """Of q, k and v (B, heads, L, C), fused; in bfloat16 on a CPU written out, in pieces for its cache.

    A mask, (L, L) or (B, 1, L, L), is added. Written out, scores are rounded to bfloat16 before their
    softmax: with scores of a standard deviation of 9 the largest error was 0.2 where the fused kernel's was
    0.01.
    torch's fused kernel took 10.0 ms there for a layer of CLIP ViT-B/16 (12 heads of 64 channels, 485
    tokens) and this 5.1 ms; with gradients 29.3 and 13.6 ms, 76.0 and 41.6 ms for 64 heads of 16 channels,
    1066 and 343 ms for a layer of CATSeg (117 classes, 4 windows of 144 tokens, 4 heads; one thread).
    """
    if (torch.compiler.is_compiling() or torch.jit.is_tracing()  # first: sizes may be symbols there
            or q.device.type != 'cpu' or q.dtype != torch.bfloat16
            or q.shape[2] * k.shape[2] > LARGEST and not torch.is_grad_enabled()):
        return F.scaled_dot_product_attention(q, k, v, mask)
    shape, piece = q.shape, max(1, CACHED // max(1, q.shape[2] * k.shape[2]))
    q, k, v = (x.flatten(0, 1).split(piece) for x in (q * shape[-1]**-0.5, k, v))
    if mask is None or mask.dim() == 2:
        masks = itertools.repeat(mask)
    else:
        masks = mask.expand(*shape[:2], -1, -1).flatten(0, 1).split(piece)
    scores = ((torch.bmm(a, b.mT), more) for a, b, more in zip(q, k, masks))
    weights = ((each if more is None else each + more).softmax(-1) for each, more in scores)
    return torch.cat([torch.bmm(a.to(b.dtype), b) for a, b in zip(weights, v)]).view(shape)


def linear(x, weight, bias=None, evenly=False):
    """``F.linear`` of (…, C), through oneDNN where :func:`suits_onednn`.

    With ``evenly`` and without gradients a row's result is the same, bit by bit, however many others there
    are; else few rows are left to torch, which costs less.
    """
    padded = evenly and not torch.is_grad_enabled()
    if not suits_onednn(x, padded) or torch.is_autocast_enabled('cpu'):
        return F.linear(x, weight, bias)
    return OneDNNLinear.apply(x.flatten(0, -2), weight, bias).view(*x.shape[:-1], -1)


def suits_onednn(x, padded):
    """Whether a product with x (…, C) is one that torch would give to MKL; of few rows only ``padded``."""
    return (not (torch.compiler.is_compiling() or torch.jit.is_tracing())  # first: sizes may be symbols there
            and x.device.type == 'cpu' and x.dtype == torch.float32 and x.numel() > 0
            and (padded or x.shape[:-1].numel() >= FEWEST)
            and torch.backends.mkldnn.is_available())


def onednn(x, weight, bias=None, activation='none'):
    """(n, C) and (C', C) -> (n, C'), then ``'none'`` or ``'relu'``; few rows are padded. No gradients."""
    if bias is not None:
        bias = bias.contiguous()  # the operator reads it as if it were
    rows = len(x)
    if rows < FEWEST:
        x = F.pad(x, (0, 0, 0, FEWEST - rows))
    # of a weight that is a view it has a kernel for such alone, a hundred times as slow
    result = torch.ops.mkldnn._linear_pointwise(x, weight.contiguous(), bias, 'none', [], '')
    if activation == 'relu':
        result.relu_()  # torch's, since oneDNN's makes 0 of NaN, and a loss that is not finite must be seen
    return result[:rows].clone() if rows < FEWEST else result


def weight_gradient(grad, x):
    """(n, C') and (n, C) -> (C', C), ``grad.T @ x``."""
    if grad.shape[1] * x.shape[1] < WIDEST:
        return grad.T @ x
    total = grad.new_zeros(grad.shape[1], x.shape[1])
    for rows in zip(grad.split(BLOCK), x.split(BLOCK)):
        first, second = (each.T.contiguous() for each in rows)
        total += onednn(first, second)
    return total


class OneDNNLinear(Function):
    """:func:`onednn` with gradients."""

    @staticmethod
    def forward(ctx, x, weight, bias):
        # of a frozen layer, such as those that text goes through, x need not be kept
        ctx.save_for_backward(x if ctx.needs_input_grad[1] else None, weight)
        return onednn(x, weight, bias)

    @staticmethod
    @once_differentiable
    def backward(ctx, grad):
        x, weight = ctx.saved_tensors
        of_x, of_weight, of_bias = ctx.needs_input_grad
        return (onednn(grad.contiguous(), weight.T.contiguous()) if of_x else None,
                weight_gradient(grad, x) if of_weight else None,
                grad.sum(0) if of_bias else None)


FASTER = {nn.Linear: Linear, nn.MultiheadAttention: SelfAttention}


def use_linear(module):
    """Let the layers of somebody else's module be those of this file; returns the module."""
    for layer in module.modules():
        layer.__class__ = FASTER.get(type(layer), type(layer))
    return module
