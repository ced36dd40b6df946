"""Input, ground truth and predictions of samples side by side, with the names of the parts."""
import numpy as np

from .checks import check_image
from .grid import make_grid, save_picture, stack
from .legend import legend
from .overlay import enlarge, overlay
from .palette import part_palette

INPUT = 'input'
GROUND_TRUTH = {'gt_sem_seg': 'ground truth'}
PREDICTIONS = {'pred_sem_seg': 'Pred-All', 'pred_oracle_sem_seg': 'Oracle-Obj'}
TITLES = (INPUT, *GROUND_TRUTH.values(), *PREDICTIONS.values())


def save_sample_grid(samples, taxonomy, path):
    """Write one row of panels per sample, and a legend, into one picture.

    Args:
        samples (Iterable[tuple]): pairs of an image, (H, W, 3) uint8 RGB, and its SegDataSample;
            those of ``gt_sem_seg``, ``pred_sem_seg`` (Pred-All) and ``pred_oracle_sem_seg``
            (Oracle-Obj) that it has are drawn.
        taxonomy (PartTaxonomy): K classes; other values in the maps leave the image as it is.
        path (str | Path): ``.png``, ``.jpg`` or ``.jpeg``.

    Raises:
        ValueError: no sample, a map of another size than its image, an unknown file type.
        OSError: the file cannot be written.
    """
    save_picture(sample_grid(samples, taxonomy), path)


def sample_grid(samples, taxonomy, draw_gt=True, draw_pred=True, alpha=0.5, with_labels=True):
    """The picture that :func:`save_sample_grid` writes: (h, w, 3) uint8.

    Args:
        samples (Iterable[tuple]), taxonomy (PartTaxonomy): see there; a sample may be None.
        draw_gt (bool), draw_pred (bool): which of the maps to draw.
        alpha (float): opacity of the tint, 0..1.
        with_labels (bool): write names, and the legend.
    """
    fields = {**(GROUND_TRUTH if draw_gt else {}), **(PREDICTIONS if draw_pred else {})}
    samples = [(check_image(image), _label_maps(sample, fields)) for image, sample in samples]
    palette, unseen = part_palette(taxonomy), ~np.array(taxonomy.is_seen)
    rows = [{INPUT: enlarge(image),
             **{title: overlay(image, label_map, taxonomy.object_parts, palette, unseen, alpha,
                               with_labels) for title, label_map in maps.items()}}
            for image, maps in samples]
    titles = [title for title in TITLES if any(title in row for row in rows)]
    grid = make_grid([[row.get(title) for title in titles] for row in rows], titles)
    drawn = [np.unique(label_map) for _, maps in samples for label_map in maps.values()]
    drawn = np.unique(np.concatenate([*drawn, np.zeros(0, int)]))
    drawn = drawn[(drawn >= 0) & (drawn < len(taxonomy))]
    if not with_labels or not len(drawn):
        return grid
    return stack([grid, legend(drawn, taxonomy.object_parts, palette, grid.shape[1], unseen)])


def _label_maps(sample, fields):
    """Title -> (H, W) label map, for the fields that the sample has."""
    return {title: getattr(sample, field).data.cpu().numpy()[0]
            for field, title in fields.items() if sample is not None and field in sample}
