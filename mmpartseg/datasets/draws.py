"""Samples whose random numbers depend on nothing but the seed and their place in the run.

However many processes or workers share a run, and wherever it was stopped in between, the n-th
sample is the same picture, flipped and cropped in the same way.
"""
import contextlib
import itertools
import random
from collections.abc import Iterator, Sized

import numpy as np
import torch
from mmengine.dataset import InfiniteSampler
from mmseg.registry import DATA_SAMPLERS


class Draw(int):
    """The index of a sample, with the ``seed`` (two ints) of what is random about it.

    mmengine's ``ConcatDataset`` and ``RepeatDataset`` subtract and divide to find the index in a member;
    the seed is kept.
    """

    seed: tuple

    def __new__(cls, index, seed):
        draw = super().__new__(cls, index)
        draw.seed = tuple(seed)
        return draw

    def __sub__(self, other):
        return Draw(int(self) - other, self.seed)

    def __mod__(self, other):
        return Draw(int(self) % other, self.seed)

    def __reduce__(self):
        return Draw, (int(self), self.seed)


@contextlib.contextmanager
def random_numbers_of(index: int) -> Iterator[None]:
    """Python's, NumPy's and torch's generators start from a draw's seed, and are then as before.

    A plain index leaves them as they are.
    """
    if not isinstance(index, Draw):
        yield
        return
    states = random.getstate(), np.random.get_state(), torch.get_rng_state()
    try:
        first, second, third = np.random.SeedSequence(index.seed).generate_state(3).tolist()
        random.seed(first)
        np.random.seed(second)
        torch.default_generator.manual_seed(third)
        yield
    finally:
        random.setstate(states[0])
        np.random.set_state(states[1])
        torch.set_rng_state(states[2])


@DATA_SAMPLERS.register_module()
class DrawSampler(InfiniteSampler):
    """mmengine's ``InfiniteSampler``, which draws the same order, with a :class:`Draw` for each index.

    The arguments are those of ``InfiniteSampler``.
    """

    def __init__(self, dataset: Sized, shuffle: bool = True, seed: int | None = None) -> None:
        super().__init__(dataset, shuffle, seed)
        self.passed = 0

    def jump(self, passed: int) -> None:
        """Begin after so many draws of this process; what was drawn before counts for nothing."""
        self.passed = passed

    def __iter__(self):
        for i, index in enumerate(itertools.islice(self._indices_of_rank(), self.passed, None), self.passed):
            yield Draw(index, (self.seed, self.rank + i * self.world_size))
