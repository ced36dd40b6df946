"""What the dataset converters share: read instances, paint label maps, write and count them."""
from .files import (
    check_image,
    image_size,
    list_files,
    write_label_map,
    write_names,
)
from .instances import AnnotatedImage, load_instances, match_images
from .painting import (
    decode_instances,
    decode_mask,
    ignore_value,
    object_of_part,
    object_of_pixel,
    paint,
    paint_large_first,
    settle_overlaps,
)
from .running import (
    Conversion,
    finish,
    keep_or_paint,
    present_ids,
    run_jobs,
    run_main,
)

__all__ = [
    'AnnotatedImage', 'Conversion', 'check_image', 'decode_instances',
    'decode_mask', 'finish', 'ignore_value', 'image_size', 'keep_or_paint', 'list_files',
    'load_instances', 'match_images', 'object_of_part', 'object_of_pixel', 'paint',
    'paint_large_first', 'present_ids', 'run_jobs', 'run_main', 'settle_overlaps',
    'write_label_map', 'write_names'
]
