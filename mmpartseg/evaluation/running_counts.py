"""The state of the metric: counts of all images so far, of a size that images do not change."""
import torch
from mmengine.dist import all_reduce, get_dist_info

from .boundary import boundary_map
from .counting import SIZE_BINS, count_index, label_columns, pair_index, size_bins

PROTOCOLS = ('pred_all', 'oracle_obj')


class RunningCounts:
    """Counts of both protocols, added up over images here and over ranks in :meth:`reduce`.

    One int64 tensor (2 protocols, planes, K+1, K+1) of prediction by annotation holds everything.
    Its planes are the size bins and, if asked for, the boundaries. Index K is background in rows;
    in columns it collects what does not count.

    Args:
        taxonomy (PartTaxonomy): the K classes.
        ignore_index (int): marks pixels without a part label.
        boundary (bool): count boundaries too.
    """

    def __init__(self, taxonomy, ignore_index, boundary):
        self.num_classes = len(taxonomy)
        self.ignore_index = ignore_index
        self.boundary = boundary
        self.object_of = torch.tensor([*taxonomy.object_of, len(taxonomy.objects)])
        side = self.num_classes + 1
        self.counts = torch.zeros(2, len(SIZE_BINS) + boundary, side, side, dtype=torch.int64)
        self.samples = 0
        self._last = self.object_of[:0]

    def add(self, target, pred, oracle=None):
        """Count one image: (H, W) annotation, Pred-All and, if there is one, Oracle-Obj labels."""
        self.counts = self.counts.to(target.device)
        self.object_of = self.object_of.to(target.device)
        columns = label_columns(target, self.num_classes, self.ignore_index)
        bins = size_bins(columns, self.object_of).take(columns)
        annotated_edge = self._edge(columns, columns) if self.boundary else None
        maps = [pred] if oracle is None else [pred, oracle]
        self._last = torch.cat([index for protocol, labels in enumerate(maps) for index in
                                self._indices(protocol, labels, columns, bins, annotated_edge)])
        count_index(self._last, self.counts.view(-1))
        self.samples += 1

    def _indices(self, protocol, labels, columns, bins, annotated_edge):
        planes, side = self.counts.shape[1:3]
        first = protocol * planes
        yield pair_index(labels, columns, side, first + bins)
        if self.boundary:
            yield pair_index(self._edge(labels, columns), annotated_edge, side, first + planes - 1)

    def _edge(self, labels, columns):
        # Nothing is known outside the labelled pixels, so both maps are background there.
        labelled = torch.where(columns == self.num_classes, columns, labels)
        return boundary_map(labelled, self.num_classes)

    def reduce(self, size):
        """Sum over ranks, without the samples that a sampler repeated to give ranks equal shares.

        mmengine's DefaultSampler gives sample j of rank r the position j * world_size + r; a
        position from ``size`` on is a repetition, and only a rank's last sample can be one.

        Args:
            size (int): images in the data set; negative when unknown, then nothing is left out.

        Returns:
            dict[str, ndarray]: ``<protocol>/size_confusion`` (3, K+1, K), ``<protocol>/confusion``
            (K+1, K) and, if counted, ``<protocol>/boundary_confusion`` (K+1, K+1), all int64;
            without the Oracle-Obj entries when no sample had such a prediction.

        Raises:
            ValueError: more samples were counted than the data set has, or only some of them had
                an Oracle-Obj prediction.
        """
        rank, world_size = get_dist_info()
        if self.samples and 0 <= size <= (self.samples - 1) * world_size + rank:
            count_index(self._last, self.counts.view(-1), step=-1)
            self.samples -= 1
        samples = torch.tensor(self.samples)
        all_reduce(samples)
        all_reduce(self.counts)
        if 0 <= size < samples:
            raise ValueError(
                f'{int(samples)} samples were counted for a data set of {size}: evaluate() expects '
                'each image once, in the order of mmengine.dataset.DefaultSampler')
        return self._arrays()

    def _arrays(self):
        counts = self.counts.cpu().numpy()
        pixels = counts.sum(axis=(1, 2, 3))
        if pixels[1] not in (0, pixels[0]):
            raise ValueError('only some samples have pred_oracle_sem_seg; give all of them an '
                             'object map (gt_object_seg), or none')
        arrays = {}
        for name, planes in zip(PROTOCOLS if pixels[1] else PROTOCOLS[:1], counts):
            arrays[f'{name}/size_confusion'] = planes[:len(SIZE_BINS), :, :-1]
            arrays[f'{name}/confusion'] = arrays[f'{name}/size_confusion'].sum(axis=0)
            if self.boundary:
                arrays[f'{name}/boundary_confusion'] = planes[-1]
        return arrays
