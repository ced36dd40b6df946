"""Open-vocabulary part IoU in both settings of the paper, from one pass over the images."""
from collections.abc import Sequence
from typing import Any

import numpy as np
from mmengine.dist import is_main_process
from mmengine.evaluator import BaseMetric
from mmengine.logging import print_log
from mmseg.registry import METRICS

from ..released_labels import released_evaluator
from ..structures import IGNORE_SETTINGS
from ..taxonomy import PartTaxonomy
from .counting import check_same_size, label_map_of
from .counts_file import save_counts
from .ground_truth import ground_truth
from .id_check import IdCheck
from .report import AVERAGES, TITLES, class_table, class_values, protocol_scores, summary_table
from .running_counts import PROTOCOLS, RunningCounts
from .sample_names import SampleNames
from .vocabulary import check_same_classes, dataset_taxonomy


@METRICS.register_module()
class OpenVocabPartIoU(BaseMetric):
    """IoU of object-specific parts for Pred-All and Oracle-Obj (paper, Sec. 4), all in percent.

    Keys, each under ``pred_all/`` and ``oracle_obj/``, and under ``pred_obj/`` where the pipeline
    loads predicted objects: ``seen``, ``unseen``, ``harmonic`` and ``mIoU``; ``recall_`` and, if asked
    for, ``boundary_``, ``found_`` and ``predicted_`` before ``seen``, ``unseen``, ``harmonic`` and ``mean``;
    ``num_classes_seen`` and ``num_classes_unseen``, the numbers of classes averaged.
    Definitions, and where the released implementation differs, are in ``scores``. A mean over no
    class is nan, and so is a harmonic mean of it.

    Every image must come once, as mmengine's DefaultSampler gives them; the repetitions by which
    it fills up the ranks are not counted. A warning says where one comes more often. With
    ``save_best='pred_all/harmonic'`` a checkpoint hook needs ``rule='greater'``.

    Args:
        taxonomy (PartTaxonomy | str | dict | list, optional): see ``PartTaxonomy.build``. Default:
            the data set's ``classes``, unseen as in its ``taxonomy``.
        ignore_index (int): marks pixels without a part label; they do not count.
        boundary (bool): Boundary IoU too; slower.
        found_averages (bool): also means over the classes with IoU > 0 only, as PartCATSeg's evaluator
            has them, and their numbers of classes; see ``scores.found_only``.
        predicted_averages (bool): likewise OV-PARTS' means, in which a class that is predicted but never
            annotated counts as 0; see ``scores.predicted_too``.
        released_ground_truth (bool | str): score on the ground truth of a released evaluator, on which
            published figures stand: maps are resized and back (``released_labels``). True:
            PartCLIPSeg's, where a pixel counts where the *object map* shows an object; 'catseg': CATSeg's
            and PartCATSeg's, at other sizes and by the part map alone; 'zsseg': likewise
            ZSSeg+'s. A perfect prediction does not score 100 there. ``ReleasedGroundTruthHook`` makes loader
            and model follow.
        out_file (str, optional): write the counts there for later analysis (``load_counts``).
        prefix (str, optional): put before every key.

    Raises:
        ValueError: the taxonomy and the data set have different classes (at once), a sample's
            classes, ids or sizes do not fit, or it was loaded or decided for another ground truth
            (names the image); no released evaluator has that name (at once); another number of
            samples was scored than the data set has.
    """

    default_prefix = ''

    def __init__(self, taxonomy: Any = None, ignore_index: int = 255, boundary: bool = False,
                 found_averages: bool = False, predicted_averages: bool = False,
                 released_ground_truth: bool | str = False, out_file: str | None = None,
                 prefix: str | None = None) -> None:
        super().__init__(prefix=prefix)
        self.given_taxonomy = None if taxonomy is None else PartTaxonomy.build(taxonomy)
        self.ignore_index = ignore_index
        self.boundary = boundary
        asked_for = dict(found=found_averages, predicted=predicted_averages)
        self.averages = [kind for kind in AVERAGES if asked_for[kind]]
        released_evaluator(released_ground_truth)  # refuses what it does not know
        self.released_ground_truth = released_ground_truth
        self.out_file = out_file
        self._taxonomy = None
        if self.given_taxonomy is not None:
            self._start(self.given_taxonomy)

    @property
    def taxonomy(self) -> PartTaxonomy:
        """PartTaxonomy: the K classes; ValueError before they are known."""
        if self._taxonomy is None:
            raise ValueError("OpenVocabPartIoU has no classes yet: pass 'taxonomy', or set "
                             "'dataset_meta' to the data set's metainfo")
        return self._taxonomy

    @BaseMetric.dataset_meta.setter
    def dataset_meta(self, dataset_meta: Any) -> None:
        """Take the data set's classes, before any image is seen."""
        self._dataset_meta = dataset_meta
        if self.given_taxonomy is None:
            self._start(dataset_taxonomy(dataset_meta))
        elif 'classes' in (dataset_meta or {}):
            check_same_classes('the data set', dataset_meta['classes'], self.given_taxonomy)

    def _start(self, taxonomy):
        if 0 <= self.ignore_index < len(taxonomy):
            raise ValueError(f'ignore_index {self.ignore_index} is also the id of '
                             f'"{taxonomy.object_parts[self.ignore_index]}"; take another one, in '
                             f'the data set and here: set {IGNORE_SETTINGS}')
        self._taxonomy = taxonomy
        self._reset()

    def _reset(self):
        self._counts = RunningCounts(self.taxonomy, self.boundary)
        self._ids = IdCheck()
        self._names = SampleNames()

    def process(self, data_batch: Any, data_samples: Sequence[dict]) -> None:
        """Count a batch.

        Args:
            data_batch: not used.
            data_samples (Sequence[dict]): with ``gt_sem_seg``, ``pred_sem_seg`` and, if the model
                gave them, ``pred_oracle_sem_seg`` and ``pred_obj_sem_seg``, each with (1, H, W)
                ``data``.
        """
        for sample in data_samples:
            self._process_one(sample, self.taxonomy)

    def _process_one(self, sample, taxonomy):
        source = f"image '{sample.get('img_path', 'without a path')}'"
        if 'classes' in sample:
            check_same_classes(f'the model, on {source},', sample['classes'], taxonomy)
        if sample.get('taxonomy') is not None:  # of its own data set, one of several maybe
            check_same_classes(f'the data set of {source}',
                               PartTaxonomy.build(sample['taxonomy']).object_parts, taxonomy)
        self._names.add(sample)
        maps = {protocol: label_map_of(source, sample, key) for protocol, key in PROTOCOLS.items()
                if key in sample or protocol == 'pred_all'}
        target = label_map_of(source, sample, 'gt_sem_seg').to(maps['pred_all'].device)
        target = ground_truth(source, sample, target, self.released_ground_truth, taxonomy, self.ignore_index)
        ignored = target == self.ignore_index
        for protocol, labels in maps.items():
            check_same_size(f'{source}: {PROTOCOLS[protocol]}', labels, target)
            self._ids.add(f'{source}: {PROTOCOLS[protocol]}', labels, len(taxonomy))
        self._ids.add(f'{source}: gt_sem_seg', target.masked_fill(ignored, 0), len(taxonomy) - 1)
        columns = target.masked_fill(ignored, len(taxonomy)).clamp_(0, len(taxonomy))
        self._counts.add(columns, *map(maps.get, PROTOCOLS))

    def evaluate(self, size: int) -> dict[str, float]:
        """Sum over ranks, log the tables, start anew.

        Args:
            size (int): images in the data set, -1 when unknown.

        Returns:
            dict[str, float]: the scores, the same on every rank.
        """
        taxonomy, running, ids, names = self.taxonomy, self._counts, self._ids, self._names
        self._reset()
        ids.flush()
        counts = running.reduce(size)
        names.say_repeated(running.samples)
        if self.out_file and is_main_process():
            save_counts(self.out_file, counts, taxonomy)
        metrics = self.compute_metrics(counts)
        return {f'{self.prefix}/{k}' if self.prefix else k: v for k, v in metrics.items()}

    def compute_metrics(self, results: dict[str, np.ndarray]) -> dict[str, float]:
        """Scores from counts, with the tables in the log.

        Args:
            results (dict[str, ndarray]): see ``RunningCounts.reduce``.

        Returns:
            dict[str, float]: the scores, without prefix.
        """
        columns, metrics = {}, {}
        for protocol, title in TITLES.items():
            if f'{protocol}/confusion' not in results:
                if protocol == 'oracle_obj':  # Pred-Obj is there on request only
                    print_log(f'No {title} scores: the samples have no pred_oracle_sem_seg, which '
                              'takes an object map (gt_object_seg) in the data set.',
                              logger='current')
                continue
            values = class_values(results, protocol, self.averages)
            columns.update({f'{heading} {title}': each for heading, each in values.items()
                            if heading not in AVERAGES})
            metrics.update({f'{protocol}/{key}': score for key, score in
                            protocol_scores(values, self.taxonomy.is_seen).items()})
        pixels = results['pred_all/confusion'].sum(axis=0)
        print_log('\n' + class_table(self.taxonomy, columns, pixels), logger='current')
        print_log('\n' + summary_table(metrics), logger='current')
        return metrics
