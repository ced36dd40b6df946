"""From scores to label maps, at the image's own size and in bounded memory."""
import torch
import torch.nn.functional as F

# what the full-size scores of one piece may take: on a CPU they stay near its caches; elsewhere a picture
# is one piece, since every piece costs a few dozen launches
PIECE_BYTES = {'cpu': 16 * 2**20}
DEFAULT_PIECE_BYTES = 512 * 2**20


def decide(scores, size, object_of, object_scores=None, known_objects=None, piece_bytes=None,
           oracle_objects='pixel'):
    """Pred-All and Oracle-Obj label maps of one image.

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
    num_objects = int(object_of.max()) + 1
    channels = len(scores) + (0 if object_scores is None else len(object_scores))
    pred_all = []
    for piece in row_pieces(channels, size, scores, piece_bytes):
        if object_scores is None:
            pred_all.append(first_best(upsampled_rows(scores, size, piece)))
        else:
            objects = first_best(upsampled_rows(object_scores, size, piece))
            pred_all.append(best_class(scores, size, piece, object_of, objects, num_objects))
    oracle = None if known_objects is None else ORACLE_RULES[oracle_objects](
        scores[:num_classes], size, object_of, known_objects, piece_bytes)
    return torch.cat(pred_all), oracle


def decide_known(scores, size, object_of, known_objects, piece_bytes=None):
    """The best class among those of each pixel's known object.

    Args:
        scores (Tensor): (K, h, w) logits, without background.
        known_objects (Tensor): (H, W) object of each pixel; values outside 0…O-1 mean none.

    The other arguments are those of :func:`decide`.

    Returns:
        Tensor: (H, W) int64, K where there is no known object.
    """
    num_objects = int(object_of.max()) + 1
    pieces = row_pieces(len(scores), size, scores, piece_bytes)
    return torch.cat([best_class(scores, size, piece, object_of, known_objects[piece], num_objects)
                      for piece in pieces])


def decide_present(scores, size, object_of, known_objects, piece_bytes=None):
    """The best class among those of all objects that are in the picture.

    So the released CLIPSeg baseline decides Oracle-Obj. It does so at every pixel; here those without a
    known object, which count nowhere, get none. Arguments and result as of :func:`decide_known`.
    """
    classes = classes_present(known_objects, object_of)
    if len(classes) == 0:
        return torch.full_like(known_objects, len(object_of))
    pieces = row_pieces(len(classes), size, scores, piece_bytes)
    best = torch.cat([classes[first_best(upsampled_rows(scores, size, piece, classes))]
                      for piece in pieces])
    none = (known_objects < 0) | (known_objects > object_of.max())
    return best.masked_fill(none, len(object_of))


# whose parts compete at a pixel in Oracle-Obj: its own object's, or those of all in the picture
ORACLE_RULES = dict(pixel=decide_known, image=decide_present)


def row_pieces(channels, size, scores, piece_bytes=None):
    """Slices of rows in which so many channels of the kind of ``scores`` take at most ``piece_bytes``.

    One row at least; by default the bound is that of the scores' device.
    """
    if piece_bytes is None:
        piece_bytes = PIECE_BYTES.get(scores.device.type, DEFAULT_PIECE_BYTES)
    rows = max(1, piece_bytes // (channels * size[1] * scores.element_size()))
    return [slice(start, min(start + rows, size[0])) for start in range(0, size[0], rows)]


def best_class(scores, size, piece, object_of, objects, num_objects):
    """(rows, W): the best class among those of each pixel's object; K where it has none."""
    none = (objects < 0) | (objects >= num_objects)
    classes = classes_present(objects, object_of)
    if len(classes) == 0:
        return torch.full_like(objects, len(object_of))
    upsampled = upsampled_rows(scores, size, piece, classes)
    upsampled.masked_fill_(object_of[classes][:, None, None] != objects, -torch.inf)
    return classes[first_best(upsampled)].masked_fill(none, len(object_of))


def classes_present(objects, object_of):
    """(n,) classes of the objects that occur in a map; values outside 0…O-1 mean none."""
    num_objects = int(object_of.max()) + 1
    present = torch.zeros(num_objects, dtype=torch.bool, device=objects.device)
    present[objects[(objects >= 0) & (objects < num_objects)]] = True
    return present[object_of].nonzero()[:, 0]


def first_best(scores):
    """``scores.argmax(0)``, which torch does not vectorise on a CPU: (C, rows, W) -> (rows, W)."""
    last = len(scores) - 1
    channel = torch.arange(last + 1, dtype=torch.int32, device=scores.device)[:, None, None]
    is_best = scores == scores.amax(0)
    return torch.where(is_best, channel, last).amin(0).long()


def mean_scores(scores, label_map, num_classes, piece_bytes=None, probabilities=False):
    """How sure the model is of each class: its mean sigmoid score over the pixels it won.

    Args:
        scores (Tensor): (K + 1, h, w) or (K, h, w) logits, as of :func:`decide`.
        label_map (Tensor): (H, W) int64, 0…K.
        num_classes (int): K.
        piece_bytes (int, optional): see :func:`decide`.
        probabilities (bool): the scores are sigmoid scores already, no logits.

    Returns:
        Tensor: (K,) in 0…1; nan for a class without a pixel.
    """
    size = tuple(label_map.shape)
    total = scores.new_zeros(num_classes, dtype=torch.float64)
    for piece in row_pieces(len(scores), size, scores, piece_bytes):
        won = label_map[piece] < num_classes
        classes, channel = label_map[piece][won].unique(return_inverse=True)
        if len(classes):
            upsampled = upsampled_rows(scores, size, piece, classes)[:, won]  # classes x pixels
            own = upsampled.gather(0, channel[None])[0]
            own = own if probabilities else own.sigmoid()
            total.index_add_(0, classes[channel], own.double())
    pixels = label_map.flatten().bincount(minlength=num_classes)[:num_classes]
    return (total / pixels).to(scores.dtype)


def upsampled_rows(maps, size, piece, channels=None):
    """Rows ``piece`` of the maps (C, h, w) resized bilinearly to ``size``: (C, rows, W).

    ``channels`` (n,) chooses n of the maps; the result is then new memory.
    """
    height, width = maps.shape[1:]
    scale = height / size[0]
    # the rows read, and one more on either side for rounding
    top = max(0, int((piece.start + 0.5) * scale - 0.5) - 1)
    maps = maps[:, top:int((piece.stop - 0.5) * scale - 0.5) + 3]
    if channels is not None:
        maps = maps[channels]
    if height == size[0]:
        maps = maps[:, piece.start - top:piece.stop - top]
    else:
        row = torch.arange(piece.start, piece.stop, device=maps.device, dtype=torch.float32)
        source = ((row + 0.5) * scale - 0.5).clamp(0, height - 1)
        low = source.long()
        high = (low + 1).clamp(max=height - 1)
        weight = (source - low).to(maps.dtype)[:, None]
        maps = torch.lerp(maps[:, low - top], maps[:, high - top], weight)  # C x rows x w
    if width == size[1]:
        return maps
    size = (maps.shape[1], size[1])
    return F.interpolate(maps[None], size, mode='bilinear', align_corners=False)[0]
