"""Masks as the mask branch gives them: the pixels of each token side by side.

Putting pixels in their places moves every logit once more, and every gradient. What does not ask
where a pixel lies, such as a mean over pixels, takes tiles, with the labels in the same order.
"""


def in_rows(tiles):
    """(N, C, h, w, a, a, b, b) -> (N, C, h, a, b, w, a, b), a view: a pixel's row, then its column.

    Maps are returned as they are.
    """
    return tiles if tiles.dim() == 4 else tiles.permute(0, 1, 2, 4, 6, 3, 5, 7)


def to_maps(tiles):
    """(N, C, h, w, a, a, b, b) -> (N, C, H, W); maps are returned as they are."""
    return flat(in_rows(tiles))


def flat(rows):
    """(N, C, h, a, b, w, a, b) -> (N, C, H, W); maps are returned as they are."""
    return rows if rows.dim() == 4 else rows.flatten(5, 7).flatten(2, 4)


def tiled(label_map, masks):
    """(N, H, W) in the order of tiles: (N, h, w, a, a, b, b); maps keep their labels as they are."""
    if masks.dim() == 4:
        return label_map
    h, w, a1, a2, b1, b2 = masks.shape[2:]
    return label_map.unflatten(2, (w, a2, b2)).unflatten(1, (h, a1, b1)).permute(0, 1, 4, 2, 5, 3, 6)


def map_size(masks):
    """(H, W) of masks, tiles or maps."""
    if masks.dim() == 4:
        return tuple(masks.shape[2:])
    h, w, a1, a2, b1, b2 = masks.shape[2:]
    return h * a1 * b1, w * a2 * b2
