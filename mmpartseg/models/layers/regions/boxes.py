"""Where an object is cut out of its picture."""


def grown_box(mask, factor):
    """The bounding box of a mask, grown about its centre.

    Args:
        mask (Tensor): (H, W) bool, at least one pixel.
        factor (float): of width and height.

    Returns:
        tuple[int]: left, top, right, bottom; right and bottom are exclusive. It may reach beyond the
        picture, so clip it.

    Raises:
        ValueError: no pixel.
    """
    if not mask.any():
        raise ValueError('an object without a pixel has no box; leave such samples out (RequirePart does)')
    spans = []
    for axis in (0, 1):  # columns, rows
        inside = mask.any(axis).nonzero()[[0, -1], 0].tolist()
        low, high = inside[0], inside[1] + 1
        centre, half = (low + high) / 2, (high - low) / 2 * factor
        spans.append((int(centre - half), int(centre + half)))
    (left, right), (top, bottom) = spans
    return left, top, right, bottom
