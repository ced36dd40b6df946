"""To the batch at which a run stopped, without reading those before it."""
import itertools

from mmengine.dataset import ConcatDataset, InfiniteSampler, RepeatDataset

from ..datasets import DrawSampler, PartSegDataset, PerObjectDataset


def jump(loader, batches):
    """Let the next iteration over a data loader begin after so many batches.

    What is left as if they had been read is the order of the samples. Random numbers of the main
    process are the caller's matter; those of workers must not depend on what they read before.

    Args:
        loader (DataLoader): of training.
        batches (int): of this process.

    Returns:
        bool: False, and nothing done, where only reading gives what the run would have had: another
        sampler, or workers with random numbers of their own.
    """
    sampler, draws = loader.sampler, batches * loader.batch_size
    if isinstance(sampler, DrawSampler) and (loader.num_workers == 0 or _keeps_draws(loader.dataset)):
        sampler.jump(draws)
        return True
    if type(sampler) is InfiniteSampler and loader.num_workers == 0:
        sampler.indices = itertools.islice(sampler._indices_of_rank(), draws, None)
        return True
    return False


def _keeps_draws(dataset):
    if isinstance(dataset, ConcatDataset):
        return all(map(_keeps_draws, dataset.datasets))
    if isinstance(dataset, RepeatDataset):
        return _keeps_draws(dataset.dataset)
    return isinstance(dataset, (PartSegDataset, PerObjectDataset))


class Resumed:
    """The batches of a resumed run, of which mmengine leaves the first ``passed`` aside.

    ``settle`` is called before the first that is new; with ``jumps`` the others are None.
    """

    def __init__(self, batches, passed, jumps, settle):
        self.batches, self.passed, self.jumps, self.settle = batches, passed, jumps, settle

    def __next__(self):
        if self.passed == 0:
            self.settle()
        self.passed -= 1
        return None if self.jumps and self.passed >= 0 else next(self.batches)

    def skip_iter(self, count):
        """Leave so many aside at once, as later ones of mmengine ask for."""
        for _ in range(count):
            next(self)
