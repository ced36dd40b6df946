"""Proposals of queries, and their scores together with those of CLIP on the regions."""
import torch

from .decide import first_best, row_pieces, upsampled_rows


def query_scores(probabilities, masks):
    """Scores of classes at pixels: the sum over queries of class times mask probability.

    Args:
        probabilities (Tensor): (Q, n) of the classes wanted.
        masks (Tensor): (Q, rows, W) mask logits.

    Returns:
        Tensor: (n, rows, W).
    """
    return torch.einsum('qk,qhw->khw', probabilities, masks.sigmoid())


def pixel_scores(class_logits, mask_logits, padded, size, classes, piece_bytes=None):
    """What MaskFormer says about each pixel, at the network's input size.

    Args:
        class_logits (Tensor): (Q, K + 1), "no object" last.
        mask_logits (Tensor): (Q, h, w) of the padded picture.
        padded, size (tuple[int, int]): (H, W) with and without padding, which is right and below.
        classes (Tensor): (n,) those whose scores are wanted.
        piece_bytes (int, optional): upper bound of the scores of all classes held at a time.

    Returns:
        tuple[Tensor, Tensor]: (H, W) int64, the proposal map: the best of all K classes; (n, H, W)
        scores.
    """
    probabilities = class_logits.softmax(-1)[:, :-1]
    pieces = row_pieces(len(probabilities.T), (size[0], padded[1]), mask_logits, piece_bytes)
    proposals, scores = [], []
    for piece in pieces:
        masks = upsampled_rows(mask_logits, padded, piece)[..., :size[1]]
        every = query_scores(probabilities, masks)
        proposals.append(first_best(every))
        scores.append(every[classes])
    return torch.cat(proposals), torch.cat(scores, dim=1)


def region_scores(proposals, is_object, distribution):
    """Each pixel's share in the class distribution of its region.

    Args:
        proposals (Tensor): (H, W) of :func:`pixel_scores`.
        is_object (Tensor): (H, W) bool; a class that is proposed nowhere in it has no region.
        distribution (Tensor): (K, n) probabilities of the classes wanted in the region of each class.

    Returns:
        Tensor: (n, H, W), 0 where the pixel's proposal has no region.
    """
    kept = torch.zeros(len(distribution), dtype=torch.bool, device=proposals.device)
    kept[proposals[is_object]] = True
    return (distribution * kept[:, None]).T[:, proposals]


def ensemble(proposal, region, is_seen, weight):
    """The scores of both stages together.

    Args:
        proposal (Tensor): (n, …) scores of MaskFormer.
        region (Tensor): (n, …) probabilities of CLIP.
        is_seen (Tensor): (n,) bool, whether a class was trained on.
        weight (float): λ, the weight of MaskFormer in a seen class and of CLIP in an unseen one; with
            0 CLIP's scores count alone.
    """
    if weight == 0:
        return region
    exponent = torch.where(is_seen, weight, 1 - weight).to(proposal.dtype)
    exponent = exponent.view(-1, *[1] * (proposal.dim() - 1))
    return proposal**exponent * region**(1 - exponent)
