"""Training: maps that fit the picture, and losses that are finite."""
import torch
from mmengine.dist import all_reduce

from ...structures import check_map_sizes


class NonFiniteLoss(FloatingPointError):
    """A loss is NaN or infinite.

    Args:
        terms (dict[str, float]): those that are not finite, means over processes.
        in_this_process (bool): whether this process's own loss is among them.
        circumstances (str): what else is known.
    """

    def __init__(self, terms, in_this_process, circumstances=''):
        super().__init__(f'the loss is not finite: {terms}' + f'; {circumstances}' * bool(circumstances))
        self.terms, self.in_this_process = terms, in_this_process


class CheckedLosses:
    """Of a segmentor: ``loss`` and ``parse_losses`` that stop at what cannot be trained on."""

    def loss(self, inputs, data_samples):
        """Loss terms by name.

        Args:
            inputs (Tensor): (N, 3, H, W).
            data_samples (list[SegDataSample]): with ``gt_sem_seg`` and, where there are any, other
                maps, all (H, W).

        Raises:
            ValueError: an image, part map and object map of different sizes; names the sample.
        """
        check_map_sizes(data_samples, tuple(inputs.shape[2:]))
        return super().loss(inputs, data_samples)

    def parse_losses(self, losses):
        """mmengine's sum of the terms, logged as means over processes.

        Raises:
            NonFiniteLoss: a term is not finite, in whichever process; names it.
        """
        total, log = super().parse_losses(losses)
        log = {name: value.detach().clone() for name, value in log.items()}
        finite_here = torch.isfinite(log['loss'])  # read on the host only if the loss is not finite
        for value in log.values():
            all_reduce(value, op='mean')
        if not torch.isfinite(log['loss']):
            raise NonFiniteLoss({name: float(value) for name, value in log.items()
                                 if not torch.isfinite(value)}, not finite_here)
        return total, log
