"""The label maps of one image: objects first, then the classes that they let compete."""
from functools import partial

import torch
import torch.nn.functional as F
from mmengine.structures import PixelData

from .decide import ORACLE_RULES, decide_known, mean_scores, objects_present, winners


class Decision:
    """What an image's pixels show, in every setting.

    Args:
        index (TaxonomyIndex): the vocabulary.
        cfg (dict): ``test_cfg``, see :class:`PartSegmentor`.
        sample (SegDataSample): gets the label maps; its ``ori_shape`` is their size.
        known, predicted (Tensor, optional): (H, W) object of each pixel, for Oracle-Obj and Pred-Obj.
        object_scores (Tensor, optional): (O + 1, h, w), background last.
        competing (Tensor, optional): of :func:`decide_known`, for Oracle-Obj.
    """

    def __init__(self, index, cfg, sample, known=None, predicted=None, object_scores=None, competing=None):
        self.index, self.cfg, self.sample, self.competing = index, cfg, sample, competing
        self.size = tuple(sample.ori_shape[:2])
        self.piece_bytes = cfg.get('piece_bytes')
        self.known, self.predicted, self.object_scores = known, predicted, object_scores
        self.won = self.scores = self.classes = None
        if object_scores is not None:
            self.won = winners(object_scores, self.size, self.piece_bytes)

    def objects_present(self):
        """(O,) bool: the objects that won somewhere, or are known or predicted somewhere."""
        count = len(self.index.taxonomy.objects)
        maps = (each for each in (self.won, self.known, self.predicted) if each is not None)
        return torch.stack([objects_present(each, count) for each in maps]).any(0)

    def decide(self, scores, classes=None, probabilities=False):
        """Add to the sample what its classes' scores and ``cfg`` say.

        Args:
            scores (Tensor, optional): (n, h, w) of ``classes``; of all and the background by default. None
                where there is none to choose from.
            classes (Tensor, optional): (n,) int64, with all whose objects are present.
            probabilities (bool): the scores are no logits.
        """
        self.scores, self.classes = scores, classes
        if self.won is None:
            pred_all = winners(scores, self.size, self.piece_bytes)
        else:
            pred_all = self._label(decide_known, scores, classes, self.won)
        fields = {'pred_sem_seg': pred_all}
        if self.known is not None:
            fields['pred_oracle_sem_seg'] = self._label(self._oracle_rule(), scores, classes, self.known)
        if self.predicted is not None:
            fields['pred_obj_sem_seg'] = self._label(decide_known, scores, classes, self.predicted)
        for name, labels in fields.items():
            self.sample.set_field(PixelData(data=labels[None]), name)
        if self.cfg.get('return_part_scores', False):
            chosen = fields.get('pred_oracle_sem_seg', pred_all)
            self.sample.part_scores = self._part_scores(scores, classes, chosen, probabilities)
        if self.cfg.get('return_logits', False):
            self._add_logits(scores)

    def scores_of(self, classes):
        """(m, h, w): the scores of some classes (m,), of those that were decided from."""
        place = classes if self.classes is None else torch.searchsorted(self.classes, classes)
        return self.scores[place]

    def _oracle_rule(self):
        name = self.cfg.get('oracle_objects', 'pixel')
        if self.competing is None:
            return ORACLE_RULES[name]
        if name != 'pixel':
            raise ValueError(f"test_cfg.oracle_objects='{name}' and released_substring_match of the head are "
                             'two rules for the classes that compete in Oracle-Obj: leave one of them out')
        return partial(decide_known, competing=self.competing)

    def _label(self, rule, scores, classes, objects):
        """(H, W) int64: by one of the rules for known objects."""
        object_of, labels, none = self.index.object_of, None, len(self.index.object_of)
        if scores is None:
            return torch.full(self.size, none, device=objects.device)
        if classes is not None:
            object_of, labels = object_of[classes], F.pad(classes, (0, 1), value=none)
        return rule(scores[:len(object_of)], self.size, object_of, objects, self.piece_bytes, labels)

    def _part_scores(self, scores, classes, label_map, probabilities):
        num_classes, channel_of = len(self.index.object_of), None
        if scores is None:
            return self.object_scores.new_full((num_classes, ), torch.nan)
        if classes is not None:
            channel_of = torch.zeros_like(self.index.object_of)
            channel_of[classes] = torch.arange(len(classes), device=classes.device)
        return mean_scores(scores, label_map, num_classes, self.piece_bytes, probabilities, channel_of)

    def _add_logits(self, scores):
        fields = {'seg_logits': scores, 'object_logits': self.object_scores}
        for name, each in fields.items():
            if each is not None:
                full = F.interpolate(each[None], self.size, mode='bilinear')[0]
                self.sample.set_field(PixelData(data=full), name)
