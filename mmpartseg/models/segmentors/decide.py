"""From scores to label maps, at the image's own size and in bounded memory."""
import torch
import torch.nn.functional as F

PIECE_BYTES = 64 * 2**20


def decide(scores, size, object_of, object_scores=None, known_objects=None, piece_bytes=PIECE_BYTES):
    """Pred-All and Oracle-Obj label maps of one image.

    Scores are upsampled (bilinear, align_corners=False) and decided a few rows at a time; only
    classes of objects that occur in those rows are upsampled, the others cannot win.

    Args:
        scores (Tensor): (K + 1, h, w) logits, background last; or (K, h, w) without background.
        size (tuple[int, int]): (H, W) of the result.
        object_of (Tensor): (K,) object of each class.
        object_scores (Tensor, optional): (O + 1, h, w) logits, background last. Pred-All lets a
            class count only where its object wins; without them every class counts everywhere.
        known_objects (Tensor, optional): (H, W) object of each pixel, for Oracle-Obj; values
            outside 0…O-1 mean none.
        piece_bytes (int): upper bound of the upsampled scores held at a time.

    Returns:
        tuple: Pred-All (H, W) int64, K for background; Oracle-Obj likewise, or None without
        ``known_objects``.
    """
    num_classes = len(object_of)
    num_objects = int(object_of.max()) + 1
    channels = len(scores) + (0 if object_scores is None else len(object_scores))
    rows = max(1, piece_bytes // (channels * size[1] * scores.element_size()))
    pred_all, oracle = [], []
    for start in range(0, size[0], rows):
        piece = slice(start, min(start + rows, size[0]))
        if object_scores is None:
            pred_all.append(upsampled_rows(scores, size, piece).argmax(0))
        else:
            objects = upsampled_rows(object_scores, size, piece).argmax(0)
            pred_all.append(best_class(scores, size, piece, object_of, objects, num_objects))
        if known_objects is not None:
            oracle.append(best_class(scores[:num_classes], size, piece, object_of,
                                     known_objects[piece], num_objects))
    return torch.cat(pred_all), torch.cat(oracle) if oracle else None


def best_class(scores, size, piece, object_of, objects, num_objects):
    """(rows, W): the best class among those of each pixel's object; K where it has none."""
    none = (objects < 0) | (objects >= num_objects)
    present = torch.zeros(num_objects, dtype=torch.bool, device=scores.device)
    present[objects[~none]] = True
    classes = present[object_of].nonzero()[:, 0]
    if len(classes) == 0:
        return torch.full_like(objects, len(object_of))
    upsampled = upsampled_rows(scores[classes], size, piece)
    upsampled.masked_fill_(object_of[classes][:, None, None] != objects, -torch.inf)
    return classes[upsampled.argmax(0)].masked_fill(none, len(object_of))


def upsampled_rows(maps, size, piece):
    """Rows ``piece`` of the maps (C, h, w) resized bilinearly to ``size``: (C, rows, W)."""
    height = maps.shape[1]
    row = torch.arange(piece.start, piece.stop, device=maps.device, dtype=torch.float32)
    source = ((row + 0.5) * (height / size[0]) - 0.5).clamp(0, height - 1)
    low = source.long()
    high = (low + 1).clamp(max=height - 1)
    weight = (source - low).to(maps.dtype)[:, None]
    rows = torch.lerp(maps[:, low], maps[:, high], weight)  # C x rows x w
    return F.interpolate(rows[None], (len(row), size[1]), mode='bilinear', align_corners=False)[0]
