"""Attention of single tokens, each in a sequence of its own choice."""
import torch
from torch.autograd import Function
from torch.autograd.function import once_differentiable

from ..blockwise_mlp import block_rows, blocks
from ..precision import without_autocast
from ..recompute import recomputed


def token_attention(queries, sequences, index):
    """Softmax attention of each query to the tokens of its sequence, the mean over heads.

    Sequences are looked up for a block of queries at a time, forward and backward (all at once in a
    compiled graph). No size depends on values, so that an accelerator is not waited for. To be called
    without autocast.

    Args:
        queries (Tensor): (T, heads, R), scaled, and multiplied by the heads' key weights.
        sequences (Tensor): (S, L, R).
        index (Tensor): (T,) int64, the sequence of each query.

    Returns:
        Tensor: (T, L), float32 at least.
    """
    dtype = torch.promote_types(sequences.dtype, torch.float32)
    queries, sequences = queries.to(dtype), sequences.to(dtype)
    if torch.compiler.is_compiling():
        return recomputed(lambda q, x: attention_of(q, x[index]).mean(1), queries, sequences)
    return TokenAttention.apply(queries, sequences, index)


def attention_of(queries, sequences):
    """(T, heads, R), (T, L, R) -> (T, heads, L)."""
    return torch.bmm(queries, sequences.mT).softmax(-1)


class TokenAttention(Function):
    """:func:`token_attention` on tensors of one dtype."""

    @staticmethod
    def forward(ctx, queries, sequences, index):
        ctx.save_for_backward(queries, sequences, index)
        result = queries.new_empty(len(queries), sequences.shape[1])
        size = block_rows(queries, sequences.shape[1] * sequences.shape[2])
        for query, which, out in blocks(size, queries, index, result):
            torch.mean(attention_of(query, sequences[which]), 1, out=out)
        return result

    @staticmethod
    @once_differentiable
    def backward(ctx, grad):
        with without_autocast(grad.device.type):
            return (*TokenAttention.gradients(ctx, grad), None)

    @staticmethod
    def gradients(ctx, grad):
        """Of queries and sequences."""
        queries, sequences, index = ctx.saved_tensors
        grad_queries, grad_sequences = torch.empty_like(queries), torch.zeros_like(sequences)
        grad = (grad / queries.shape[1])[:, None]
        size = block_rows(queries, sequences.shape[1] * sequences.shape[2])
        for query, which, grad_rows, out in blocks(size, queries, index, grad, grad_queries):
            chosen = sequences[which]
            attention = attention_of(query, chosen)
            grad_scores = torch.ops.aten._softmax_backward_data(
                grad_rows.expand_as(attention), attention, -1, attention.dtype)
            torch.bmm(grad_scores, chosen, out=out)
            grad_sequences.index_add_(0, which, torch.bmm(grad_scores.mT, query))
        return grad_queries, grad_sequences
