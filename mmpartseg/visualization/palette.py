"""Colours of parts: the same part has the same hue on every object."""
import numpy as np

# Equal steps of the left column look like equal steps of colour; in plain HSV a third of the
# circle is green to the eye.
EVEN_STEP = (0.0, 0.14, 0.28, 0.42, 0.57, 0.71, 0.86, 1.0)
HSV_HUE = (0, 30, 60, 120, 180, 240, 300, 360)
# Steps of a two-dimensional low-discrepancy sequence (powers of the plastic number).
SHADE_STEP = (0.7548776662466927, 0.5698402909980532)
SATURATION = (0.5, 1.0)
BRIGHTNESS = (0.7, 1.0)
DARKER = 0.75
PLAIN_SHADE = (0.75, 0.95)
MOST_PLACED = 512  # parts whose hues repel each other


def part_palette(taxonomy):
    """One RGB colour per object-specific part; deterministic.

    The hue says the part, saturation and brightness say the object. Parts that occur on one
    object get hues far apart, and alternate between light and dark in the order of hues.

    Args:
        taxonomy (PartTaxonomy): K classes.

    Returns:
        np.ndarray: (K, 3) uint8.
    """
    object_of = np.array(taxonomy.object_of)
    hues = part_hues(taxonomy)[list(taxonomy.part_of)]
    saturation, brightness = object_shades(len(taxonomy.objects))[:, object_of]
    order = np.lexsort((hues, object_of))
    rank = np.empty(len(order), int)
    rank[order] = np.arange(len(order)) - np.searchsorted(object_of[order], object_of[order])
    return hsv_to_rgb(hues, saturation, brightness * np.where(rank % 2, DARKER, 1))


def generalized_part_palette(taxonomy):
    """The hue of each generalized part in one common shade: (P, 3) uint8."""
    return hsv_to_rgb(part_hues(taxonomy), *PLAIN_SHADE)


def object_palette(taxonomy):
    """Evenly spread hues for the objects: (O, 3) uint8."""
    return hsv_to_rgb(even_hues(len(taxonomy.objects)), *PLAIN_SHADE)


def even_hues(count):
    """`count` distinct hues in degrees, evenly spread to the eye: (count,) float."""
    return np.interp(np.arange(count) / count, EVEN_STEP, HSV_HUE)


def part_hues(taxonomy):
    """One hue in degrees per generalized part, no two alike: (P,) float.

    Every part takes a place on an even colour circle. Parts of one object repel each other by the
    inverse square of their distance; the two parts whose swap helps most change places until no
    swap helps. Of more than 512 parts neighbours on the circle look alike anyway: they stay in their order,
    and nothing grows with the square of their number.
    """
    count = len(taxonomy.parts)
    if count > MOST_PLACED:
        return even_hues(count)
    together = parts_together(taxonomy)
    steps = np.abs(np.subtract.outer(np.arange(count), np.arange(count)))
    distance = np.minimum(steps, count - steps)
    force = np.divide(1, distance**2, out=np.zeros((count, count)), where=distance > 0)
    place = np.arange(count)
    while True:
        current = force[place][:, place]
        moved = together @ current  # row: the part; column: whose place it would take
        stay = np.diag(moved)
        gain = stay[:, None] + stay - moved - moved.T - 2 * together * current
        first, second = np.unravel_index(gain.argmax(), gain.shape)
        if gain[first, second] < 1e-9:
            return even_hues(count)[place]
        place[[first, second]] = place[[second, first]]


def parts_together(taxonomy):
    """How many objects have both of two parts: (P, P) float, 0 for a part and itself."""
    count = len(taxonomy.parts)
    together = np.zeros((count, count))
    order = np.argsort(taxonomy.object_of, kind='stable')
    part_of, starts = np.array(taxonomy.part_of)[order], np.bincount(taxonomy.object_of).cumsum()[:-1]
    for parts in np.split(part_of, starts):
        together[np.ix_(parts, parts)] += 1
    np.fill_diagonal(together, 0)
    return together


def object_shades(count):
    """Saturation and brightness per object, spread over the plane: (2, count) float."""
    steps = np.outer(SHADE_STEP, np.arange(1, count + 1)) % 1
    low, high = np.array([SATURATION, BRIGHTNESS]).T[..., None]
    return low + (high - low) * steps


def hsv_to_rgb(hue, saturation, brightness):
    """Hue in degrees, saturation and brightness in 0..1, broadcast -> (..., 3) uint8."""
    hue, saturation, brightness = np.broadcast_arrays(hue, saturation, brightness)
    sector = (np.array([5, 3, 1]) + hue[..., None] / 60) % 6
    missing = np.clip(np.minimum(sector, 4 - sector), 0, 1)
    rgb = brightness[..., None] * (1 - saturation[..., None] * missing)
    return np.rint(255 * rgb).astype(np.uint8)
