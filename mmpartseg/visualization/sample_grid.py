"""Input, ground truth and predictions of samples side by side, with the names of the parts."""
import numpy as np

from ..palette import part_palette
from ..taxonomy import shown_name
from .checks import check_classes, check_image, check_label_map
from .grid import MARGIN, make_grid, save_picture, stack
from .legend import TEXT_SIZE, legend
from .overlay import draw_parts
from .sizes import font_size, readable_scale, resize_image, resize_label_map

INPUT = 'input'
GROUND_TRUTH = {'gt_sem_seg': 'ground truth'}
PREDICTIONS = {'pred_sem_seg': 'Pred-All', 'pred_oracle_sem_seg': 'Oracle-Obj',
               'pred_obj_sem_seg': 'Pred-Obj'}
TITLES = (INPUT, *GROUND_TRUTH.values(), *PREDICTIONS.values())
PANEL_WIDTH = 400  # four of them, with their text, are readable on a screen
PANEL_SIDE = 1600  # pixels at most, where images keep their own size


def save_sample_grid(samples, taxonomy, path, width=PANEL_WIDTH):
    """Write one row of panels per sample, and a legend, into one picture.

    Args:
        samples (Iterable[tuple]): pairs of an image, (H, W, 3) uint8 RGB, and its SegDataSample;
            those of ``gt_sem_seg``, ``pred_sem_seg`` (Pred-All), ``pred_oracle_sem_seg``
            (Oracle-Obj) and ``pred_obj_sem_seg`` (Pred-Obj) that it has are drawn.
        taxonomy (PartTaxonomy): K classes; other values in the maps leave the image as it is.
        path (str | Path): ``.png``, ``.jpg`` or ``.jpeg``.
        width (int): of each panel in pixels.

    Raises:
        ValueError: no sample, a map of another size than its image, an unknown file type.
        OSError: the file cannot be written.
    """
    save_picture(sample_grid(samples, taxonomy, width=width), path)


def sample_grid(samples, taxonomy, draw_gt=True, draw_pred=True, alpha=0.5, with_labels=True,
                width=None, unseen=None):
    """The picture that :func:`save_sample_grid` writes: (h, w, 3) uint8.

    Args:
        samples (Iterable[tuple]), taxonomy (PartTaxonomy): see there; a sample may be None.
        draw_gt (bool), draw_pred (bool): which of the maps to draw.
        alpha (float): opacity of the tint, 0..1.
        with_labels (bool): write names, and the legend.
        width (int, optional): of each panel in pixels. Default: the image's own size, but
            enlarged as by :func:`overlay`, and reduced to 1600 pixels.
        unseen (Sequence[bool], optional): K flags. Default: the taxonomy's unseen objects.
    """
    fields = {**(GROUND_TRUTH if draw_gt else {}), **(PREDICTIONS if draw_pred else {})}
    names = tuple(map(shown_name, taxonomy.object_parts))
    unseen = ~np.array(taxonomy.is_seen) if unseen is None else unseen
    palette, unseen = check_classes(names, part_palette(taxonomy), unseen)
    rows, drawn = [], np.zeros(len(taxonomy) + 1, bool)
    for image, sample in samples:
        image = check_image(image)
        maps = _label_maps(sample, fields, image)
        for label_map in maps.values():
            drawn[np.where((label_map >= 0) & (label_map < len(taxonomy)), label_map, -1)] = True
        image = resize_image(image, _panel_scale(image, width))
        rows.append({INPUT: image, **{
            title: draw_parts(image, resize_label_map(label_map, image.shape[:2]), names, palette,
                              unseen, alpha, with_labels) for title, label_map in maps.items()}})
    titles = [title for title in TITLES if any(title in row for row in rows)]
    grid = make_grid([[row.get(title) for title in titles] for row in rows], titles)
    drawn = np.flatnonzero(drawn[:-1])
    if not with_labels or not len(drawn):
        return grid
    size = max(TEXT_SIZE, *(font_size(row[INPUT]) for row in rows))
    return stack([grid, legend(drawn, names, palette, grid.shape[1] - MARGIN, unseen, size)])


def _panel_scale(image, width):
    if width is not None:
        return width / image.shape[1]
    return min(readable_scale(image), PANEL_SIDE / max(image.shape[:2]))


def _label_maps(sample, fields, image):
    """Title -> (H, W) label map, for the fields that the sample has."""
    return {title: check_label_map(getattr(sample, field).data.cpu().numpy()[0], image, title)
            for field, title in fields.items() if sample is not None and field in sample}
