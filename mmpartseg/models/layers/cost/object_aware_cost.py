"""A class's costs from what was aggregated for its part and its object."""
from typing import NamedTuple

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from ..linear import linear
from ..precision import without_autocast

SHORTEST = 1e-24  # squared length of what is normalised


class PartsAndObjects(NamedTuple):
    """What all classes of a part, and all classes of an object, have in common; background last.

    Attributes:
        parts (Tensor): (N, P + 1, hw, C).
        objects (Tensor): (N, O + 1, hw, C).
        part_squares, object_squares (Tensor): (N, P + 1, hw) and (N, O + 1, hw), squared lengths of the
            two summands of a projected feature, the bias in the first.
        crossed (Tensor): (N, P + 1, hw, C); times an object it is the product of the two summands.
    """
    parts: Tensor
    objects: Tensor
    part_squares: Tensor
    object_squares: Tensor
    crossed: Tensor


class ObjectAwareCost(nn.Module):
    """Projects part and object features, side by side, to CLIP's space; cosine with the class's prompts.

    Nothing of CLIP's width is there for each class: with W the projection and f the features, t · Wf is
    Wᵀt · f, and \\|Wf\\|² is f · WᵀWf.

    Args:
        dims (int): C.
        clip_dims (int): D.
    """

    def __init__(self, dims, clip_dims):
        super().__init__()
        self.project = nn.Conv2d(2 * dims, clip_dims, 1)

    def shared(self, x, num_parts):
        """:class:`PartsAndObjects` of x (N, P + O + 1, h, w, C): P parts, the objects, the background."""
        x = x.flatten(2, 3)
        parts, objects = torch.cat([x[:, :num_parts], x[:, -1:]], 1), x[:, num_parts:]
        precise = torch.promote_types(x.dtype, torch.float32)  # squares overflow in half precision
        with without_autocast(x.device.type):
            weight, bias = (each.to(precise) for each in (self.project.weight.flatten(1), self.project.bias))
            wide = [each.to(precise) for each in (parts, objects)]
            (of_parts, crossed), (_, of_objects) = (
                rows.chunk(2, 1) for rows in (weight.T @ weight).chunk(2))
            lean_parts, lean_objects = (bias @ weight).chunk(2)
            part_squares = (linear(wide[0], of_parts, 2 * lean_parts) * wide[0]).sum(-1) + bias @ bias
            object_squares = (linear(wide[1], of_objects) * wide[1]).sum(-1)
            crossed = linear(wide[0], crossed.T, lean_objects)
        return PartsAndObjects(parts, objects, part_squares, object_squares, crossed)

    def forward(self, shared, part_index, object_index, text):
        """
        Args:
            shared (PartsAndObjects): of :meth:`shared`.
            part_index, object_index (Tensor): (T,) rows of the two.
            text (Tensor): (T, p, D).

        Returns:
            Tensor: (N, T, p, hw).
        """
        parts, part_squares, crossed = (each.index_select(1, part_index) for each in (
            shared.parts, shared.part_squares, shared.crossed))
        objects, object_squares = (each.index_select(1, object_index) for each in (
            shared.objects, shared.object_squares))
        squares = part_squares + object_squares + 2 * (crossed * objects).sum(-1)
        text = F.normalize(text, dim=-1)
        for_parts, for_objects = (text @ self.project.weight.flatten(1)).chunk(2, -1)  # T x p x C
        products = for_parts @ parts.mT + for_objects @ objects.mT + (text @ self.project.bias)[..., None]
        return products * squares.clamp_min(SHORTEST).rsqrt()[:, :, None].to(products.dtype)
