"""What every drawing function checks about the arrays it is given."""
import numpy as np


def check_image(image):
    """The image as an array; ValueError unless it is (H, W, 3) uint8 RGB and not empty."""
    image = np.asarray(image)
    if image.ndim != 3 or image.shape[2] != 3 or image.dtype != np.uint8 or not image.size:
        raise ValueError(f'image must be (H, W, 3) uint8 RGB with H, W > 0, got {image.dtype} of '
                         f'shape {image.shape}; convert it, e.g. PIL.Image.convert("RGB")')
    return np.ascontiguousarray(image)


def check_label_map(label_map, image, what='label map'):
    """The label map as int64 (H, W); ValueError unless it holds integers at the image's size."""
    label_map = np.asarray(label_map)
    if label_map.dtype.kind not in 'iu':
        raise ValueError(f'{what} must hold integer ids, got {label_map.dtype}')
    if label_map.shape != image.shape[:2]:
        raise ValueError(
            f'{what} has shape {label_map.shape}, its image {image.shape[:2]}; draw labels at the '
            "image's own size (in a test pipeline, load annotations after resizing the image)")
    return label_map.astype(np.int64)


def check_classes(names, palette, unseen):
    """Palette (K, 3) uint8 and unseen (K,) bool for K names; ValueError if the lengths differ."""
    palette = np.asarray(palette, np.uint8)
    if palette.shape != (len(names), 3):
        raise ValueError(f'{len(names)} names need a palette of shape ({len(names)}, 3), '
                         f'got {palette.shape}')
    unseen = np.zeros(len(names), bool) if unseen is None else np.asarray(unseen)
    if unseen.shape != (len(names),) or unseen.dtype != bool:
        raise ValueError(f'unseen must be {len(names)} booleans, one per name, '
                         f'got {unseen.dtype} of shape {unseen.shape}')
    return palette, unseen
