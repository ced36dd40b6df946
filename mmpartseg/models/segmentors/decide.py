"""From scores to label maps, at the image's own size and in bounded memory."""
import torch

from ..layers.evenly import each_resized

# what the full-size scores of one piece may take: on a CPU they stay near its caches; elsewhere a picture
# is one piece, since every piece costs a few dozen launches
PIECE_BYTES = {'cpu': 16 * 2**20}
DEFAULT_PIECE_BYTES = 512 * 2**20


def decide(scores, size, object_of, object_scores=None, known_objects=None, piece_bytes=None,
           oracle_objects='pixel'):
    """Pred-All and Oracle-Obj label maps of one image, from the scores of all classes.

    Scores are upsampled (bilinear, align_corners=False) and decided a few rows at a time; only
    classes of objects that occur in those rows are upsampled, the others cannot win.

    Args:
        scores (Tensor): (K + 1, h, w) logits or probabilities, background last; or (K, h, w) without
            background.
        size (tuple[int, int]): (H, W) of the result.
        object_of (Tensor): (K,) object of each class.
        object_scores (Tensor, optional): (O + 1, h, w) logits, background last. Pred-All lets a
            class count only where its object wins; without them every class counts everywhere.
        known_objects (Tensor, optional): (H, W) object of each pixel, for Oracle-Obj; values
            outside 0…O-1 mean none.
        piece_bytes (int, optional): upper bound of the upsampled scores held at a time; chosen by the
            device by default.
        oracle_objects (str): what Oracle-Obj lets compete at a pixel, see ``ORACLE_RULES``.

    Returns:
        tuple: Pred-All (H, W) int64, K for background; Oracle-Obj likewise, or None without
        ``known_objects``.
    """
    num_classes = len(object_of)
    if object_scores is None:
        pred_all = winners(scores, size, piece_bytes)
    else:
        objects = winners(object_scores, size, piece_bytes)
        pred_all = decide_known(scores[:num_classes], size, object_of, objects, piece_bytes)
    oracle = None if known_objects is None else ORACLE_RULES[oracle_objects](
        scores[:num_classes], size, object_of, known_objects, piece_bytes)
    return pred_all, oracle


def winners(scores, size, piece_bytes=None):
    """(H, W) int64: the best of the maps (C, h, w) at each pixel of ``size``."""
    pieces = row_pieces(len(scores), size, scores, piece_bytes)
    return torch.cat([first_best(upsampled_rows(scores, size, piece)) for piece in pieces])


def decide_known(scores, size, object_of, known_objects, piece_bytes=None, labels=None, competing=None):
    """The best class among those of each pixel's known object.

    Args:
        scores (Tensor): (K, h, w) logits, without background.
        known_objects (Tensor): (H, W) object of each pixel; values outside 0…O-1 mean none.
        labels (Tensor, optional): (K + 1,) int64, what a class is called in the result and, last, none;
            0…K by default. So ``scores`` may be those of some classes: of all whose object occurs.
        competing (Tensor, optional): (O, K) bool, the classes that compete where an object is known; its
            own by default.

    The other arguments are those of :func:`decide`.

    Returns:
        Tensor: (H, W) int64, K where there is no known object.
    """
    num_objects = int(object_of.max()) + 1
    labels = torch.arange(len(object_of) + 1, device=scores.device) if labels is None else labels
    pieces = row_pieces(len(scores), size, scores, piece_bytes)
    return torch.cat([
        labels[best_class(scores, size, piece, object_of, known_objects[piece], num_objects, competing)]
        for piece in pieces])


def decide_present(scores, size, object_of, known_objects, piece_bytes=None, labels=None):
    """The best class among those of all objects that are in the picture.

    So the released CLIPSeg baseline decides Oracle-Obj. It does so at every pixel; here those without a
    known object, which count nowhere, get none. Arguments and result as of :func:`decide_known`.
    """
    classes = classes_present(known_objects, object_of)
    if len(classes) == 0:
        none = len(object_of) if labels is None else int(labels[-1])
        return torch.full_like(known_objects, none)
    pieces = row_pieces(len(classes), size, scores, piece_bytes)
    best = classes[torch.cat([first_best(upsampled_rows(scores, size, piece, classes)) for piece in pieces])]
    none = (known_objects < 0) | (known_objects > object_of.max())
    best = best.masked_fill(none, len(object_of))
    return best if labels is None else labels[best]


# whose parts compete at a pixel in Oracle-Obj: its own object's, or those of all in the picture
ORACLE_RULES = dict(pixel=decide_known, image=decide_present)


def row_pieces(channels, size, scores, piece_bytes=None):
    """Slices of rows, one at least, in which so many channels take at most ``piece_bytes``, upsampled.

    By default the bound is that of the device of ``scores``.
    """
    if piece_bytes is None:
        piece_bytes = PIECE_BYTES.get(scores.device.type, DEFAULT_PIECE_BYTES)
    rows = max(1, piece_bytes // (channels * size[1] * max(4, scores.element_size())))
    return [slice(start, min(start + rows, size[0])) for start in range(0, size[0], rows)]


def best_class(scores, size, piece, object_of, objects, num_objects, competing=None):
    """(rows, W): the best class among those of each pixel's object; K where it has none."""
    none = (objects < 0) | (objects >= num_objects)
    present = objects_present(objects, num_objects)
    classes = (present[object_of] if competing is None else competing[present].any(0)).nonzero()[:, 0]
    if len(classes) == 0:
        return torch.full_like(objects, len(object_of))
    upsampled = upsampled_rows(scores, size, piece, classes)
    own = (object_of[classes][:, None, None] == objects if competing is None
           else competing.T[classes][:, objects.masked_fill(none, 0)])
    upsampled.masked_fill_(~own, -torch.inf)
    return classes[first_best(upsampled)].masked_fill(none, len(object_of))


def classes_present(objects, object_of):
    """(n,) classes of the objects that occur in a map; values outside 0…O-1 mean none."""
    return objects_present(objects, int(object_of.max()) + 1)[object_of].nonzero()[:, 0]


def objects_present(objects, num_objects):
    """(O,) bool: whether each object occurs in a map."""
    present = torch.zeros(num_objects, dtype=torch.bool, device=objects.device)
    present[objects[(objects >= 0) & (objects < num_objects)]] = True
    return present


def first_best(scores):
    """``scores.argmax(0)``, (C, rows, W) -> (rows, W), which torch does not vectorise on a CPU.

    For 17 maps of 375×500 that took 12.3 ns a number, ``max`` 2.8, this 1.4; for 235 of 35×500 2.9, 1.1, 1.2.
    """
    if len(scores) > 255:  # ranks that do not fit a byte
        return scores.max(0).indices
    rank = torch.arange(len(scores), 0, -1, dtype=torch.uint8, device=scores.device)[:, None, None]
    best = ((scores == scores.amax(0)).view(torch.uint8) * rank).amax(0)
    return len(scores) - best.clamp(min=1).long()


def mean_scores(scores, label_map, num_classes, piece_bytes=None, probabilities=False,
                channel_of=None):
    """How sure the model is of each class: its mean sigmoid score over the pixels it won.

    Args:
        scores (Tensor): (K + 1, h, w) or (K, h, w) logits, as of :func:`decide`.
        label_map (Tensor): (H, W) int64, 0…K.
        num_classes (int): K.
        piece_bytes (int, optional): see :func:`decide`.
        probabilities (bool): the scores are sigmoid scores already, no logits.
        channel_of (Tensor, optional): (K,) int64, where in ``scores`` a class is that has won.

    Returns:
        Tensor: (K,) in 0…1; nan for a class without a pixel.
    """
    size = tuple(label_map.shape)
    total = scores.new_zeros(num_classes, dtype=torch.float64)
    for piece in row_pieces(len(scores), size, scores, piece_bytes):
        won = label_map[piece] < num_classes
        classes, channel = label_map[piece][won].unique(return_inverse=True)
        if len(classes):
            channels = classes if channel_of is None else channel_of[classes]
            upsampled = upsampled_rows(scores, size, piece, channels)[:, won]  # classes x pixels
            own = upsampled.gather(0, channel[None])[0]
            own = own if probabilities else own.sigmoid()
            total.index_add_(0, classes[channel], own.double())
    pixels = label_map.flatten().bincount(minlength=num_classes)[:num_classes]
    return (total / pixels).to(scores.dtype)


def upsampled_rows(maps, size, piece, channels=None):
    """Rows ``piece`` of maps (C, h, w) resized bilinearly to ``size``: (C, rows, W), float32 at least.

    ``channels`` (n,) chooses n of the maps; the result is then new memory.
    """
    height, width = maps.shape[1:]
    scale = height / size[0]
    top = max(0, int((piece.start + 0.5) * scale - 0.5) - 1)  # rows read, and one more for rounding
    maps = maps[:, top:int((piece.stop - 0.5) * scale - 0.5) + 3]
    if channels is not None:
        maps = maps[channels]
    # below float32 it would depend on the number of rows how torch rounds
    maps = maps.to(torch.promote_types(maps.dtype, torch.float32))
    if height == size[0]:
        maps = maps[:, piece.start - top:piece.stop - top]
    else:
        row = torch.arange(piece.start, piece.stop, device=maps.device, dtype=torch.float32)
        source = ((row + 0.5) * scale - 0.5).clamp(0, height - 1)
        low = source.long()
        high, weight = (low + 1).clamp(max=height - 1), (source - low).to(maps.dtype)[:, None]
        maps = torch.lerp(maps[:, low - top], maps[:, high - top], weight)  # C x rows x w
    if width == size[1]:
        return maps
    return each_resized(maps[None], (maps.shape[1], size[1]))[0]
