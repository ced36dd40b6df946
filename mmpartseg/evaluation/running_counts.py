"""The state of the metric: counts of all images so far, of a size that images do not change."""
import numpy as np
import torch
from mmengine.dist import all_reduce, get_dist_info

from ..printable import counted
from ..taxonomy import PartTaxonomy
from .boundary import boundary_map
from .counting import count_pairs, object_size_counts, size_counts

# protocol -> field of a sample that holds its label map
PROTOCOLS = {'pred_all': 'pred_sem_seg', 'oracle_obj': 'pred_oracle_sem_seg',
             'pred_obj': 'pred_obj_sem_seg'}


class RunningCounts:
    """Counts of all protocols, added up over images here and over ranks in :meth:`reduce`.

    In the matrices, prediction by annotation, index K is background in rows; in columns it collects
    what does not count. All counts are int64.

    Args:
        taxonomy (PartTaxonomy): the K classes.
        boundary (bool): count boundaries too.
    """

    def __init__(self, taxonomy: PartTaxonomy, boundary: bool) -> None:
        self.num_classes = len(taxonomy)
        self.object_of = torch.tensor(taxonomy.object_of)
        shapes = {'confusion': (len(taxonomy) + 1,) * 2, 'size_counts': (3, 3, len(taxonomy)),
                  'object_size_counts': (3, 3, len(taxonomy))}
        if boundary:
            shapes['boundary_confusion'] = shapes['confusion']
        self.totals = {name: torch.zeros(len(PROTOCOLS), *shape, dtype=torch.int64)
                       for name, shape in shapes.items()}
        self.samples = 0
        self._last: dict[str, torch.Tensor] = {}

    def add(self, columns: torch.Tensor, pred: torch.Tensor, oracle: torch.Tensor | None = None,
            pred_obj: torch.Tensor | None = None) -> None:
        """Count one image.

        Args:
            columns (Tensor): (H, W) int64 annotated ids, K where there is no part label.
            pred (Tensor): (H, W) int64 Pred-All labels, K is background.
            oracle (Tensor, optional): (H, W) int64 Oracle-Obj labels, likewise.
            pred_obj (Tensor, optional): (H, W) int64 Pred-Obj labels, likewise.
        """
        self._move_to(columns.device)
        image = {name: torch.zeros_like(total) for name, total in self.totals.items()}
        given = [(i, m) for i, m in enumerate((pred, oracle, pred_obj)) if m is not None]
        for index, labels in given:
            count_pairs(labels, columns, image['confusion'][index])
        if 'boundary_confusion' in image:
            annotated = boundary_map(columns, self.num_classes)
            for index, labels in given:
                count_pairs(self._boundary(labels, columns), annotated,
                            image['boundary_confusion'][index])
        confusion = image['confusion'][..., :-1]
        image['size_counts'] = size_counts(confusion, self.object_of)
        image['object_size_counts'] = object_size_counts(confusion, self.object_of, columns.numel())
        for name, total in self.totals.items():
            total += image[name]
        self.samples += 1
        self._last = image

    def _move_to(self, device: torch.device) -> None:
        self.object_of = self.object_of.to(device)
        self.totals = {name: total.to(device) for name, total in self.totals.items()}

    def _boundary(self, labels: torch.Tensor, columns: torch.Tensor) -> torch.Tensor:
        # Nothing is known outside the labelled pixels, so both maps are background there.
        labelled = labels.masked_fill(columns == self.num_classes, self.num_classes)
        return boundary_map(labelled, self.num_classes)

    def reduce(self, size: int) -> dict[str, np.ndarray]:
        """Sum over ranks, without the samples that a sampler repeated to give ranks equal shares.

        mmengine's DefaultSampler gives sample j of rank r the position j * world_size + r; a
        position from ``size`` on is a repetition, and only a rank's last sample can be one.

        Args:
            size (int): images in the data set; negative when unknown, then nothing is left out.

        Returns:
            dict[str, ndarray]: ``<protocol>/confusion`` (K+1, K), ``<protocol>/size_counts`` and
            ``<protocol>/object_size_counts`` (see the functions of these names) and, if counted,
            ``<protocol>/boundary_confusion`` (K+1, K+1), all int64; without the entries of a protocol that no
            sample had a prediction for.

        Raises:
            ValueError: more or fewer samples were counted than the data set has, or only some of them
                had an Oracle-Obj or Pred-Obj prediction.
        """
        rank, world_size = get_dist_info()
        # one process has nothing to share out, so nothing is repeated
        if world_size > 1 and self.samples and 0 <= size <= (self.samples - 1) * world_size + rank:
            for name, total in self.totals.items():
                total -= self._last[name]
            self.samples -= 1
        samples = torch.tensor(self.samples)
        for counts in (samples, *self.totals.values()):
            all_reduce(counts)
        if 0 <= size != samples:
            raise ValueError(
                f"{counted(int(samples), 'sample')} counted for a data set of {size}: evaluate() expects "
                'each image once, in the order of mmengine.dataset.DefaultSampler, and drop_last=False')
        return self._arrays()

    def _arrays(self) -> dict[str, np.ndarray]:
        totals = {name: total.cpu().numpy() for name, total in self.totals.items()}
        pixels = totals['confusion'].sum(axis=(1, 2))
        for number, field in zip(pixels, PROTOCOLS.values()):
            if number not in (0, pixels[0]):
                raise ValueError(f'only some samples have {field}; give all of them an object map, '
                                 'or none')
        totals['confusion'] = totals['confusion'][..., :-1]
        return {f'{protocol}/{name}': total[index] for name, total in totals.items()
                for index, protocol in enumerate(PROTOCOLS) if pixels[index] or index == 0}
