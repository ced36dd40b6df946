"""Attention of single tokens, each in a sequence of its own choice."""
import torch
from torch.autograd import Function
from torch.autograd.function import once_differentiable

from ..blockwise_mlp import block_rows
from ..precision import without_autocast
from ..recompute import recomputed


def token_attention(queries, sequences, index):
    """Softmax attention of each query to the tokens of its sequence, the mean over heads.

    Forward and backward take a CPU's queries of one sequence at a time (:func:`by_sequence`), elsewhere a
    block of queries, each with its sequence (:func:`by_block`), and in a compiled graph all at once. To be
    called without autocast.

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


def by_sequence(index, queries, sequences):
    """Queries of one sequence at a time, which is read where it is.

    A training step of the miniature takes 0.30 s of CPU so, and 0.31 s by :func:`by_block` (five times eight
    steps of each, by turns, medians). How many there are depends on values; an accelerator would have to be
    waited for.

    Args:
        index (Tensor): (T,), the sequence of each query.
        queries, sequences (Tensor): (T, heads, R) and (S, L, R).

    Yields:
        tuple[Tensor, Tensor]: (n,) rows of the queries, and (1,) sequences, or as many as rows, each
        that of a row.
    """
    counts = index.bincount(minlength=len(sequences))
    which = counts.nonzero()
    return zip(index.argsort(stable=True).split(counts[which[:, 0]].tolist()), which)


def by_block(index, queries, sequences):
    """As :func:`by_sequence`, but a block of queries, whose sequences are copied side by side."""
    size = max(1, block_rows(queries, sequences.shape[1] * sequences.shape[2]))
    return zip(torch.arange(len(index), device=index.device).split(size), index.split(size))


def pieces(queries, sequences, index):
    """Rows, the numbers of their G sequences, and of both the values, (G, n, R) and (G, L, R)."""
    cut = by_sequence if index.device.type == 'cpu' else by_block
    for rows, which in cut(index, queries, sequences):
        yield rows, which, queries[rows].view(len(which), -1, queries.shape[2]), sequences[which]


class TokenAttention(Function):
    """:func:`token_attention` on tensors of one dtype."""

    @staticmethod
    def forward(ctx, queries, sequences, index):
        ctx.save_for_backward(queries, sequences, index)
        result = queries.new_empty(len(queries), sequences.shape[1])
        for rows, _, query, chosen in pieces(queries, sequences, index):
            result[rows] = attention_of(query, chosen).view(len(rows), -1, sequences.shape[1]).mean(1)
        return result

    @staticmethod
    @once_differentiable
    def backward(ctx, grad):
        with without_autocast(grad.device.type):
            return (*TokenAttention.gradients(ctx, grad), None)

    @staticmethod
    def gradients(ctx, grad):
        """Of queries and sequences."""
        queries, sequences, _ = ctx.saved_tensors
        grad_queries, grad_sequences = torch.empty_like(queries), torch.zeros_like(sequences)
        grad = (grad / queries.shape[1])[:, None].expand(-1, queries.shape[1], -1)
        for rows, which, query, chosen in pieces(*ctx.saved_tensors):
            attention = attention_of(query, chosen)
            grad_scores = torch.ops.aten._softmax_backward_data(
                grad[rows].view_as(attention), attention, -1, attention.dtype)
            grad_queries[rows] = torch.bmm(grad_scores, chosen).view(-1, *queries.shape[1:])
            grad_sequences.index_add_(0, which, torch.bmm(grad_scores.mT, query))
        return grad_queries, grad_sequences
