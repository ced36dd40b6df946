"""Label maps of a batch, in the training vocabulary."""
import torch
import torch.nn.functional as F

from ...structures import IGNORE_SETTINGS, check_map_sizes


def labels_of(data_samples, index, ignore_index, rows):
    """Part and object maps of some images of a batch.

    Args:
        data_samples (list[SegDataSample]): with ``gt_sem_seg``; ``gt_object_seg`` where there is
            one, else objects follow from the parts.
        index (TaxonomyIndex): the vocabulary the labels are in.
        rows (list[int]): positions of the images, maybe none.

    Returns:
        tuple[Tensor, Tensor]: class and object of each pixel, (N, H, W) int64. In the object map
        all values from O on (O itself, ``ignore_index``) mean no object of the vocabulary.

    Raises:
        ValueError: maps of several sizes; names the sample.
    """
    check_map_sizes(data_samples)
    part_map = torch.stack([s.gt_sem_seg.data[0] for s in data_samples]).long()
    if len(rows) < len(part_map):
        part_map = part_map[rows]
    chosen = [data_samples[row] for row in rows]
    if chosen and all('gt_object_seg' in s for s in chosen):
        return part_map, torch.stack([s.gt_object_seg.data[0] for s in chosen]).long()
    return part_map, mapped(part_map, index.object_of, ignore_index)


def level_targets(part_map, object_map, index, size, ignore_index, has_background=True):
    """The channel that is 1 at each pixel, on every level, from the maps of :func:`labels_of`.

    Args:
        index (TaxonomyIndex): the vocabulary.
        size (tuple[int, int]): (H, W) of the logits.
        has_background (bool): whether pixels of no object are a class; else they are ignored.

    Returns:
        dict[str, Callable]: ``object_part``, ``part``, ``object`` -> (N, H, W) int64, background last,
        made when called.
    """
    part_map, object_map = resized(part_map, size), resized(object_map, size)
    num_objects = len(index.taxonomy.objects)
    is_object = object_map < num_objects
    is_class = is_object if has_background else torch.ones_like(is_object)
    return dict(
        object_part=lambda: object_part_target(part_map, is_class, len(index.taxonomy), ignore_index),
        part=lambda: mapped(part_map, index.part_of, ignore_index),
        object=lambda: object_map.masked_fill(~is_object, num_objects))


def mapped(label_map, table, ignore_index):
    """``table[label]`` at every labelled pixel; ignored pixels stay ignored."""
    ignored = label_map == ignore_index
    return table[label_map.masked_fill(ignored, 0)].masked_fill(ignored, ignore_index)


def resized(label_map, size):
    """(N, H, W) labels at another size, by nearest neighbour."""
    if tuple(label_map.shape[1:]) == tuple(size):
        return label_map
    return F.interpolate(label_map[:, None].double(), tuple(size), mode='nearest')[:, 0].long()


def object_part_target(part_map, is_object, background, ignore_index):
    """Part labels, and background where no object is; object pixels without a part are ignored.

    Raises:
        ValueError: the background is the ignore index.
    """
    if background == ignore_index:
        raise ValueError(f'background would be class {background}, which is also ignore_index; set to 65535 '
                         + IGNORE_SETTINGS)
    return part_map.masked_fill((part_map == ignore_index) & ~is_object, background)
