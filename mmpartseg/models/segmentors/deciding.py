"""From scores to label maps, in every setting that a sample asks for."""
import torch
from mmseg.structures import SegDataSample

from ...released_labels import released_evaluator, resized_and_back
from ...structures import source_of
from .batch_scores import FullScores
from .decision import Decision


class Deciding:
    """Of a segmentor: label maps of samples, each at its own size."""

    def postprocess_result(self, seg_logits, data_samples=None):
        """mmseg's hook after inference; see :meth:`postprocess`."""
        return self.postprocess(seg_logits, data_samples)

    def postprocess(self, scores, data_samples=None):
        """Decide each image at its own size.

        Args:
            scores (Tensor): of :meth:`encode_decode`.
            data_samples (list[SegDataSample], optional): with ``ori_shape`` and, for Oracle-Obj,
                ``gt_object_seg``, for Pred-Obj ``pred_object_seg``.

        Returns:
            list[SegDataSample]: with ``pred_sem_seg`` (Pred-All, K = background) and, where the
            sample has an object map, ``pred_oracle_sem_seg`` (Oracle-Obj, K = no known object) or
            ``pred_obj_sem_seg`` (Pred-Obj, likewise).
        """
        metas = [{} for _ in scores] if data_samples is None else [x.metainfo for x in data_samples]
        return self.decide_batch(FullScores(scores, self.num_classes, metas), data_samples)

    def decide_batch(self, scores, data_samples=None):
        """Add label maps to samples, of which :meth:`postprocess` tells.

        Objects are decided first; then, where classes are decoded on request, the scores of those are asked
        for whose object won somewhere, or is known: no other class can be in a label map.

        Args:
            scores (FullScores | LevelScores | MeanScores): of the images.
        """
        return [decision.sample for decision in self.decisions_of(scores, data_samples)]

    def decisions_of(self, scores, data_samples=None):
        """list[Decision]: those of :meth:`decide_batch`."""
        if data_samples is None:
            data_samples = [SegDataSample(metainfo=dict(ori_shape=scores.size)) for _ in scores.metas]
        objects = scores.objects()
        competing = getattr(self.last_head, 'competing', None)
        decisions = [Decision(self.index, self.test_cfg, sample, *self.objects_of(sample), each, competing)
                     for sample, each in zip(data_samples, objects or [None] * len(data_samples))]
        classes = None
        if objects is not None and scores.on_request and not self.test_cfg.get('return_logits', False):
            present = torch.stack([each.objects_present() for each in decisions]).any(0)
            classes = present[self.index.object_of].nonzero()[:, 0]
        nothing = classes is not None and len(classes) == 0
        maps = [None] * len(decisions) if nothing else scores.classes(classes)
        for decision, each in zip(decisions, maps):
            decision.decide(each, classes, self.scores_are_probabilities)
        return decisions

    def objects_of(self, sample):
        """(H, W) object of each pixel for Oracle-Obj and for Pred-Obj, None where the sample has none.

        Raises:
            ValueError: a map of another size than the image; names the sample.
        """
        device = self.index.object_of.device
        known, predicted = (sample.get(field).data[0].to(device) if field in sample else None
                            for field in ('gt_object_seg', 'pred_object_seg'))
        for name, objects in (('gt_object_seg', known), ('pred_object_seg', predicted)):
            if objects is not None and objects.shape != tuple(sample.ori_shape[:2]):
                sizes = ['x'.join(map(str, size[:2])) for size in (objects.shape, sample.ori_shape)]
                raise ValueError(f'{name} of {source_of(sample)} is {sizes[0]}, the image {sizes[1]} (height '
                                 'x width): in testing, objects are given at the size of the image itself')
        if known is not None:
            sample.set_metainfo(dict(oracle_released_ground_truth=self.released_ground_truth))
            evaluator = released_evaluator(self.released_ground_truth)
            known = known if evaluator is None else resized_and_back(known, evaluator)
        return known, predicted
