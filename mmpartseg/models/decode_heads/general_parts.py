"""Parts of whatever object: scores of the generalized-part branch among those of object-specific parts."""
import torch


def put_anything(objects, parts, anything):
    """Fill in the score of the object "anything"; the others stay as they are.

    It is seen at a pixel where no other object is and one of its parts is: above the background, which is
    above all other objects.

    Args:
        objects (Tensor): (N, O + 1, H, W) logits, background last; changed in place.
        parts (Tensor): (N, n, H, W) logits of the generalized parts of "anything".
        anything (int): which of the O objects it is.
    """
    best, background = parts.amax(1), objects[:, -1]
    others = torch.arange(objects.shape[1] - 1, device=objects.device) != anything
    if len(others) > 1:
        # as far above the background as the best of the others is below it, at most
        best = torch.minimum(best, 2 * background - objects[:, :-1][:, others].amax(1))
    objects[:, anything] = best


def put_parts_of_anything(scores, parts, general_classes, classes=None):
    """Fill in the classes of "anything": a class's score is that of its generalized part.

    Args:
        scores (Tensor): (N, K + 1, H, W) logits; or (N, m, H, W), of ``classes``. Changed in place.
        parts (Tensor): (N, n, H, W), as of :func:`put_anything`.
        general_classes (Tensor): (n,) these classes, ascending.
        classes (Tensor, optional): (m,) the classes that there are scores of.
    """
    if classes is None:
        scores[:, general_classes] = parts
        return
    there = torch.isin(classes, general_classes)
    scores[:, there] = parts[:, torch.searchsorted(general_classes, classes[there])]
