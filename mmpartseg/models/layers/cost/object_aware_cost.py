"""A class's costs from what was aggregated for its part and its object."""
import torch
from torch import nn

from ..linear import linear
from .cost_volume import cost_of_classes


class ObjectAwareCost(nn.Module):
    """Projects part and object features, side by side, to CLIP's space; cosine with the class's prompts.

    Args:
        dims (int): C.
        clip_dims (int): D.
    """

    def __init__(self, dims, clip_dims):
        super().__init__()
        self.project = nn.Conv2d(2 * dims, clip_dims, 1)

    def shared(self, x, num_parts):
        """What all classes of a part, and all classes of an object, have in common.

        The projection of two features side by side is the sum of two projections.

        Args:
            x (Tensor): (N, P + O + 1, h, w, C), parts, objects and background.
            num_parts (int): P.

        Returns:
            tuple[Tensor, Tensor]: (N, P + 1, h, w, D) and (N, O + 1, h, w, D), background last.
        """
        part_weight, object_weight = self.project.weight.flatten(1).chunk(2, dim=1)
        parts = torch.cat([x[:, :num_parts], x[:, -1:]], 1)
        return (linear(parts, part_weight, self.project.bias),
                linear(x[:, num_parts:], object_weight))

    def forward(self, shared, part_index, object_index, text):
        """
        Args:
            shared (tuple[Tensor, Tensor]): of :meth:`shared`.
            part_index, object_index (Tensor): (T,) rows of the two.
            text (Tensor): (T, p, D).

        Returns:
            Tensor: (N, T, p, h, w).
        """
        parts, objects = shared
        return cost_of_classes(parts[:, part_index] + objects[:, object_index], text)
