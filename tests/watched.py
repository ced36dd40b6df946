"""Operations watched: the largest results, calls, how often each ran, what makes an accelerator wait."""
from collections import Counter

import torch
from torch.utils._python_dispatch import TorchDispatchMode
from torch.utils._pytree import tree_leaves

from mmpartseg.models.decode_heads import conditions
from mmpartseg.models.layers import blockwise_mlp

IMAGE = torch.randn(1, 3, 32, 32, generator=torch.Generator().manual_seed(0))
FFN = 96  # a width that no other tensor has


class LargestOutput(TorchDispatchMode):
    """Records the number of elements of the largest tensor that any operation returns.

    ``count`` is how many pieces of memory of that size there were.
    """

    def __init__(self):
        super().__init__()
        self.elements, self.shape, self.storages = 0, None, {}

    @property
    def count(self):
        return len([s for s in self.storages.values() if s.nbytes() == self.elements * 4])

    def __torch_dispatch__(self, function, types, args=(), kwargs=None):
        result = function(*args, **(kwargs or {}))
        given = {x.untyped_storage().data_ptr() for x in tree_leaves((args, kwargs)) if torch.is_tensor(x)}
        for tensor in result if isinstance(result, (list, tuple)) else (result, ):
            if not torch.is_tensor(tensor):
                continue
            storage = tensor.untyped_storage()
            if storage.data_ptr() in given:
                continue  # views, also of weights, take no memory; expand() makes them look large
            self.storages[storage.data_ptr()] = storage  # kept, so that no address comes twice
            if storage.nbytes() > self.elements * 4:
                self.elements, self.shape = storage.nbytes() // 4, tuple(tensor.shape)
        return result


def count_calls(monkeypatch, owner, name):
    """A list that grows with each call of ``owner.name``."""
    calls, original = [], getattr(owner, name)

    def counted(*args, **kwargs):
        calls.append(args)
        return original(*args, **kwargs)

    monkeypatch.setattr(owner, name, counted)
    return calls


def budgets(monkeypatch, rows):
    """Chunks of two conditions of 17 tokens, and so many rows in the MLP."""
    monkeypatch.setattr(conditions, 'CHUNK_BYTES', {'cpu': 2 * 17 * 3 * 16 * 4})
    monkeypatch.setattr(blockwise_mlp, 'BLOCK_BYTES', {'cpu': rows * FFN * 4})


class CountedOperations(TorchDispatchMode):
    """How often each operation ran."""

    def __init__(self):
        super().__init__()
        self.counts = Counter()

    def __torch_dispatch__(self, function, types, args=(), kwargs=None):
        self.counts[function.name().removeprefix('aten::')] += 1
        return function(*args, **(kwargs or {}))


class Synchronisations(TorchDispatchMode):
    """Operations that make the host wait for an accelerator: their result, or its size, is a value.

    Copies from one to the other are not among them.
    """

    def __init__(self):
        super().__init__()
        self.found = []

    def __torch_dispatch__(self, function, types, args=(), kwargs=None):
        waits = {torch.Tag.data_dependent_output, torch.Tag.dynamic_output_shape} & {*function.tags}
        if function.overloadpacket in (torch.ops.aten.index, torch.ops.aten.index_put_):
            waits = [x for x in args[1] if x is not None and x.dtype == torch.bool]
        if waits:
            self.found.append(function.name())
        return function(*args, **(kwargs or {}))
