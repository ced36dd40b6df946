"""EXIF orientation: how a stored picture is to be turned, and its label map with it."""

TAG = 0x0112
UPRIGHT = 1
SWAP_AXES = (5, 6, 7, 8)  # turned by a quarter: height and width change places


def orientation_of(image):
    """The EXIF orientation of a PIL image, 1 to 8; 1 where it has none or one that means nothing.

    Pillow turns TIFF files when it loads their pixels, and drops the tag: ask before.
    """
    try:
        value = image.getexif().get(TAG, UPRIGHT)
    except Exception:  # a block that cannot be parsed raises whatever its bytes lead to
        return UPRIGHT
    return value if value in range(1, 9) else UPRIGHT


def turned(array, orientation):
    """A stored array (H, W, …) as it is to be looked at; a view.

    Args:
        array (ndarray): as stored.
        orientation (int): the EXIF value, 1 to 8.
    """
    if orientation in (2, 3, 7, 8):
        array = array[:, ::-1]
    if orientation in (3, 4, 6, 7):
        array = array[::-1]
    return array.swapaxes(0, 1) if orientation in SWAP_AXES else array


def stored_again(array, orientation):
    """The inverse of :func:`turned`."""
    return turned(array, {6: 8, 8: 6}.get(orientation, orientation))


def turned_like_image(stored, own, image, size, what):
    """A label map in the frame of its upright image.

    Where one of the two files has an orientation and the other has none, only the sizes can tell
    whether the labels were drawn over the stored or over the upright picture.

    Args:
        stored (ndarray): (h, w) ids.
        own, image (int): EXIF orientation of the label file, and of the image file.
        size (tuple[int, int]): (H, W) of the upright image.
        what (str): both files, for the message.

    Returns:
        ndarray: (H, W), or of another size if no turning brings it to that of the image.

    Raises:
        ValueError: the orientations differ, and the sizes do not tell.
    """
    if own == image:
        return turned(stored, own)
    if UPRIGHT in (own, image):
        as_tagged = turned(stored, max(own, image))
        if as_tagged.shape != stored.shape:
            return as_tagged if as_tagged.shape == tuple(size) else stored
    raise ValueError(
        f'{what} have the EXIF orientations {own} and {image}, so that they need not show the same way up. '
        'If the stored pixels of both belong together, remove the tag (exiftool -Orientation= FILE); '
        'else turn the pixels of the tagged file (exiftran -ai FILE.jpg, or PIL.ImageOps.exif_transpose '
        'and save)')

