"""Two linear layers, a block of rows at a time, forward and backward."""
import torch
import torch.nn.functional as F
from torch.autograd import Function
from torch.autograd.function import once_differentiable

from .evenly import even_size
from .linear import onednn, suits_onednn
from .precision import autocast_dtype, without_autocast
from .recompute import recomputed

# what the widest tensor of one block may take, such as its hidden activation: on a CPU it stays in the
# caches; elsewhere it is enough work to fill the device
BLOCK_BYTES = {'cpu': 4 * 2**20}
DEFAULT_BLOCK_BYTES = 256 * 2**20


def blockwise_mlp(x, weight1, bias1, weight2, bias2):
    """Two linear layers with a ReLU between them, which keep only ``x`` for the backward pass.

    The hidden activation, far wider than ``x``, is there for one block of rows at a time, in the
    backward pass a second time. Where the second layer takes fewer channels than the first gives,
    it is applied to each group of so many; their outputs stay side by side.

    Args:
        x (Tensor): (…, L, R).
        weight1, bias1 (Tensor): (G·F, R) and (G·F,) of the first layer.
        weight2, bias2 (Tensor): (S, F) and (S,) of the second.

    Returns:
        Tensor: (…, L, G·S).
    """
    compiling = torch.compiler.is_compiling()
    if compiling or torch.jit.is_tracing():  # a graph of any size cannot count blocks
        return recomputed(mlp, x, weight1, bias1, weight2, bias2, enabled=compiling)
    tensors, dtype = (x.flatten(0, -2), weight1, bias1, weight2, bias2), autocast_dtype(x.device.type)
    if dtype is not None:
        tensors = [tensor.to(dtype) for tensor in tensors]
    padded = not torch.is_grad_enabled()  # a label map must not depend on how much is decoded
    return BlockwiseMLP.apply(padded, *tensors).unflatten(0, x.shape[:-1])


def mlp(x, weight1, bias1, weight2, bias2):
    """:func:`blockwise_mlp` in one block."""
    hidden = F.linear(x, weight1, bias1).relu()
    return F.linear(hidden.unflatten(-1, (-1, weight2.shape[1])), weight2, bias2).flatten(-2)


def hidden_activation(rows, weight, bias, out, padded=False):
    """(rows, R) -> (rows, F), in ``out`` unless oneDNN makes it."""
    if suits_onednn(rows, padded):
        return onednn(rows, weight, bias, 'relu')
    return torch.addmm(bias, rows, weight.T, out=out).relu_()


def product(rows, weight, bias, out, padded=False):
    """(n, F) and (S, F) -> (n, S), in ``out`` unless oneDNN makes it; the bias (S,) may be None."""
    if suits_onednn(rows, padded):
        return onednn(rows, weight, bias)
    return torch.mm(rows, weight.T, out=out) if bias is None else torch.addmm(bias, rows, weight.T, out=out)


def write(out, result):
    """Put a result of :func:`product` where it belongs, if it is not there."""
    if result is not out:
        out.copy_(result)


def block_rows(x, width):
    """Rows of x that fit the block budget, where each needs ``width`` numbers."""
    budget = BLOCK_BYTES.get(x.device.type, DEFAULT_BLOCK_BYTES)
    return even_size(len(x), max(1, budget // (width * x.element_size())))


def blocks(size, *tensors):
    """Tensors of as many rows each, cut into blocks of ``size`` rows side by side."""
    return zip(*(tensor.split(max(1, size)) for tensor in tensors))


class BlockwiseMLP(Function):
    """:func:`blockwise_mlp` on tensors of one dtype."""

    @staticmethod
    def forward(ctx, padded, x, weight1, bias1, weight2, bias2):
        ctx.save_for_backward(x, weight1, bias1, weight2)
        outputs, inputs = weight2.shape
        result = x.new_empty(len(x), len(weight1) // inputs * outputs)
        size = block_rows(x, len(weight1))
        buffer = x.new_empty(size, len(weight1))  # one memory for all blocks: it stays in the caches
        for rows, out in blocks(size, x, result):
            hidden = hidden_activation(rows, weight1, bias1, buffer[:len(rows)], padded)
            out = out.view(-1, outputs)
            write(out, product(hidden.view(-1, inputs), weight2, bias2, out, padded))
        return result

    @staticmethod
    @once_differentiable
    def backward(ctx, grad):
        with without_autocast(grad.device.type):  # the forward pass has settled the dtype
            return None, *BlockwiseMLP.gradients(ctx, grad)

    @staticmethod
    def gradients(ctx, grad):
        """Of the five tensors."""
        x, weight1, bias1, weight2 = ctx.saved_tensors
        # sums over blocks keep float32's precision
        total1, total_bias1, total2 = [torch.zeros_like(w, dtype=torch.promote_types(w.dtype, torch.float32))
                                       for w in (weight1, bias1, weight2.T)]
        grad_x = torch.empty_like(x)
        outputs, inputs = weight2.shape
        size = block_rows(x, len(weight1))
        buffers = x.new_empty(2, size, len(weight1))
        transposed1, transposed2 = weight1.T.contiguous(), weight2.T.contiguous()
        for rows, grad_rows, out in blocks(size, x, grad, grad_x):
            hidden, grad_hidden = buffers[:, :len(rows)]
            hidden = hidden_activation(rows, weight1, bias1, hidden)
            grad_rows = grad_rows.reshape(-1, outputs)
            add_product(total2, hidden.view(-1, inputs).T, grad_rows)
            grad_hidden = product(
                grad_rows, transposed2, None, grad_hidden.view(-1, inputs)).view_as(hidden)
            torch.ops.aten.threshold_backward.grad_input(
                grad_hidden, hidden, 0, grad_input=grad_hidden)
            add_product(total1, grad_hidden.T, rows)
            total_bias1 += grad_hidden.sum(0)
            write(out, product(grad_hidden, transposed1, None, out))
        dtype = x.dtype
        return (grad_x, total1.to(dtype), total_bias1.to(dtype), total2.T.to(dtype),
                grad.sum(0).view(-1, outputs).sum(0))


def add_product(total, a, b):
    """total += a @ b, without a tensor for the product where the dtypes agree."""
    if total.dtype == a.dtype:
        total.addmm_(a, b)
    else:
        total += a @ b
