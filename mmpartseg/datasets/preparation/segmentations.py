"""Segmentations of COCO-style instances, checked without painting them."""
import numpy as np

SLACK = 1  # pixels by which a polygon drawn along the border may leave the image
SHORTEST_RING = 6  # coordinates of a triangle; anything shorter encloses no pixel


def check_segmentation(segmentation: list | dict, height: int, width: int, where: str) -> tuple[list | dict,
                       int]:
    """Hold a segmentation against its image.

    Args:
        segmentation (list | dict): polygons [x1, y1, x2, y2, …], or an RLE.
        height, width (int): of the image, in pixels.
        where (str): names the entry.

    Returns:
        tuple[list | dict, int]: the segmentation without polygons that enclose nothing, and the
        number of those.

    Raises:
        ValueError: another form, or an instance outside its image; names the entry.
    """
    if isinstance(segmentation, dict):
        _check_rle(segmentation, height, width, where)
        return segmentation, 0
    rings = segmentation if isinstance(segmentation, list) else [segmentation]
    for ring in rings:
        _check_ring(ring, height, width, where)
    kept = [ring for ring in rings if len(ring) >= SHORTEST_RING]
    return kept, len(rings) - len(kept)


def run_lengths(counts: str) -> np.ndarray:
    """Run lengths of a compressed RLE, as COCO packs them: differences in groups of 5 bits.

    Args:
        counts (str): one character for each group; bit 5 is set in all but the last of a number,
            bit 4 of the last is the sign, and from the fourth number on the difference to the last
            but one is stored.

    Returns:
        ndarray: int64 lengths, by turns of pixels outside and inside.

    Raises:
        ValueError: another character, or an end within a number.
    """
    codes = np.array([ord(c) for c in counts], np.int64) - ord('0')
    if len(codes) == 0 or codes.min() < 0 or codes.max() > 63 or codes[-1] & 32:
        raise ValueError(f'not the text of an RLE: {counts[:40]!r}')
    last = np.flatnonzero(codes & 32 == 0)
    first = np.append(0, last[:-1] + 1)
    number_of = np.repeat(np.arange(len(first)), last - first + 1)
    shifts = 5 * (np.arange(len(codes)) - first[number_of])
    if shifts.max() > 50:
        raise ValueError(f'not the text of an RLE: {counts[:40]!r}')
    values = np.add.reduceat((codes & 31) << shifts, first)
    values -= np.where(codes[last] & 16, np.int64(32) << shifts[last], 0)
    for start in (1, 2):
        values[start::2] = np.cumsum(values[start::2])
    return values


def _check_ring(ring, height, width, where):
    try:
        points = np.asarray(ring, dtype=float)
        if points.ndim != 1:
            raise ValueError
        points = points.reshape(-1, 2)
    except (TypeError, ValueError):
        raise ValueError(f'{where}: segmentation must be an RLE or a list of polygons '
                         f'[x1, y1, x2, y2, …], got {str(ring)[:80]}') from None
    if not (np.all(points >= -SLACK) and np.all(points <= (width + SLACK, height + SLACK))):
        raise ValueError(f'{where}: instance outside its image: polygon spans '
                         f'{points.min(0).tolist()} to {points.max(0).tolist()} (x, y), '
                         f'the image is {width} x {height}')


def _check_rle(segmentation, height, width, where):
    missing = {'size', 'counts'} - set(segmentation)
    if missing:
        raise ValueError(f'{where}: RLE without {sorted(missing)}: {str(segmentation)[:200]}')
    size, counts = segmentation['size'], segmentation['counts']
    if size != [height, width]:
        raise ValueError(f'{where}: RLE of size {size} in an image of {[height, width]}')
    try:
        if isinstance(counts, list):
            if not all(type(count) is int for count in counts):
                raise ValueError(f'lengths that are no whole numbers: {str(counts)[:40]}')
            lengths = np.array(counts, np.int64)
        else:
            lengths = run_lengths(counts)
    except (TypeError, ValueError, OverflowError) as error:
        raise ValueError(f'{where}: RLE counts do not decode ({error})') from error
    if np.any(lengths < 0) or lengths.sum() != height * width:
        raise ValueError(f'{where}: RLE counts sum to {lengths.sum()}, expected {height * width}, '
                         'none of them negative')
