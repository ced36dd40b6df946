"""The segmentor: mmseg's EncoderDecoder with the two evaluation protocols of part segmentation."""
import torch
from mmseg.models.segmentors import EncoderDecoder
from mmseg.registry import MODELS
from torch import nn

from ...checkpoints import check_state_dict
from ...compat import require_mmdet
from ..layers.evenly import each_resized
from ..losses.ignoring import mask_ignored
from ..preprocessing import compare_pixel_statistics
from .batch_scores import FullScores, LevelScores, upright
from .checked_losses import CheckedLosses
from .deciding import Deciding
from .fitted import fitted_head
from .recent_pictures import RecentPictures
from .refine import refine
from .vocabulary_of_head import VocabularyOfHead
from .windows import windows_of

ON_MMDET = ('MaskFormerHead', 'Mask2FormerHead')  # heads of mmseg that have an empty parent without it


@MODELS.register_module()
class PartSegmentor(CheckedLosses, VocabularyOfHead, Deciding, EncoderDecoder):
    """Predicts part label maps in Pred-All and Oracle-Obj from one forward pass.

    .. code-block:: text

        loss():    extract_feat() -> decode_head.loss() -> parse_losses()
        predict(): extract_feat() -> scores_of(): objects -> decide_batch(): classes that can win
                   -> refine(): zoom and snap, if the sample carries its picture

    A head with object scores decodes of its classes only those that can be in a label map; what keeps
    scores of all, as ``return_logits``, :meth:`encode_decode` and :meth:`postprocess`, decodes all.

    ``test_cfg`` may hold, besides mmseg's keys, ``piece_bytes`` (memory for full-size scores, in
    bytes), ``return_logits`` (keep the full-size scores: of classes as
    ``seg_logits``, of objects, where the head has them, as ``object_logits``), ``oracle_objects``
    (``'pixel'``, the default: in Oracle-Obj the parts of a pixel's own object compete; ``'image'``:
    those of all objects in the picture, as in the released CLIPSeg baseline), ``background_logit`` (the
    score of the background, for weights that have learned none) and ``return_part_scores`` (keep the mean
    score of each class over the pixels it won in the Oracle-Obj map, or without one in the Pred-All map, as
    ``part_scores`` (K,)).

    Args:
        taxonomy (str | list | PartTaxonomy, optional): classes of a decode head that knows none,
            such as mmseg's own with K channels, or K + 1 with background last (``LabelBackground``
            makes its labels). Heads of this package state theirs.

    The other arguments are those of mmseg's ``EncoderDecoder``.

    Attributes:
        recent_pictures (RecentPictures): features of the pictures seen last, in any vocabulary;
            ``clear()`` it to measure speed.
        released_ground_truth (bool | str): of which ground truth Oracle-Obj knows the objects, as in
            ``OpenVocabPartIoU``; ``ReleasedGroundTruthHook`` sets it.
        weights_loaded (bool): whether a state dict has been loaded.
        kept_start (list[str]): entries that the last one lacked by design, see :func:`check_state_dict`.
        came_with_weights (list[str]): modules that had weights when they were built, as mmseg's
            ``TIMMBackbone(pretrained=True)``, which leaves no other trace.

    Raises:
        ValueError: the head's channels are neither K nor K + 1 of the taxonomy; ``background_logit`` where
            the head has no background.
    """

    def __init__(self, *args, taxonomy=None, **kwargs):
        super().__init__(*args, **kwargs)
        self.released_ground_truth = self.weights_loaded = False
        self.kept_start: list[str] = []
        self.recent_pictures = RecentPictures()
        self.came_with_weights = [name for name, module in self.named_modules()
                                  if getattr(module, '_is_init', False)]
        for head in self.modules():  # mmseg's, which call their losses themselves
            losses = getattr(head, 'loss_decode', ())
            mask_ignored(losses if isinstance(losses, nn.ModuleList) else [losses] if losses else ())
        self._set_index(taxonomy)
        self._check_background_logit()
        compare_pixel_statistics(self.data_preprocessor, self.backbone)

    def _check_background_logit(self):
        if 'background_logit' in (self.test_cfg or {}) and self.num_classes == len(self.taxonomy):
            raise ValueError(f'test_cfg.background_logit={self.test_cfg["background_logit"]}: '
                             f'{type(self.last_head).__name__} has no background class; leave it out')

    def _init_decode_head(self, decode_head):
        if isinstance(decode_head, dict) and decode_head.get('type') in ON_MMDET:
            require_mmdet(decode_head['type'])
        if isinstance(decode_head, dict) and not self.with_neck:
            decode_head = fitted_head(decode_head, self.backbone)
        super()._init_decode_head(decode_head)

    def _load_from_state_dict(self, state_dict, prefix, local_metadata, *args):
        # both torch's and mmengine's load_state_dict come through here
        self.weights_loaded = True
        if hasattr(self.decode_head, 'set_taxonomy'):
            self.kept_start = check_state_dict(self, state_dict, prefix, local_metadata)
        super()._load_from_state_dict(state_dict, prefix, local_metadata, *args)

    def features_of(self, inputs):
        """:meth:`extract_feat`; in prediction with a vocabulary, of pictures seen before what it gave then.

        So several vocabularies on one picture share the pass over it, see :class:`RecentPictures`.
        """
        closed = not hasattr(self.decode_head, 'set_taxonomy')
        traced = torch.compiler.is_compiling() or torch.jit.is_tracing()
        if closed or traced or self.training or torch.is_grad_enabled():
            return self.extract_feat(inputs)
        modules = [self.backbone, *([self.neck] if self.with_neck else [])]
        return self.recent_pictures.features(inputs, modules, self.extract_feat)

    def train(self, mode=True):
        self.recent_pictures.clear()  # weights may have been swapped in place (EMA) between the modes
        return super().train(mode)

    def encode_decode(self, inputs, batch_img_metas):
        """(N, K…, h, w): scores of classes, K or K + 1, then of objects, O + 1, where the head has them."""
        features = self.features_of(inputs)
        if self.has_object_scores:
            scores = self.decode_head(features).scores
        else:
            scores = self.decode_head.predict(features, batch_img_metas, self.test_cfg)
        if 'background_logit' in self.test_cfg:
            self._check_background_logit()  # it may be set after the model was built
            scores[:, len(self.taxonomy)] = self.test_cfg.background_logit
        return self._as_of_window(scores, inputs)

    def _as_of_window(self, scores, window):
        """Logits of a window as they are joined with those of others, or decided."""
        if self.test_cfg.get('mode', 'whole') != 'whole':  # they are added up at the input's size
            scores = each_resized(scores, window.shape[2:])
        return scores.sigmoid() if self.scores_are_probabilities else scores

    @property
    def has_object_scores(self):
        """Whether Pred-All lets a class count only where its object won."""
        return getattr(self.last_head, 'has_object_scores', False)

    @property
    def scores_are_probabilities(self):
        """Whether :meth:`encode_decode` gives sigmoid scores, not logits."""
        return getattr(self.last_head, 'upsamples_probabilities', False)

    def inference(self, inputs, batch_img_metas):
        """(N, K…, h, w): :meth:`encode_decode` in the windows of ``test_cfg.mode``."""
        windows, size = windows_of(self.test_cfg), tuple(inputs.shape[2:])
        return windows.joined(
            (self.encode_decode(window, batch_img_metas) for window in windows.cut(inputs)), size)

    def scores_of(self, inputs, batch_img_metas):
        """What :meth:`decide_batch` decides from: of a head with object scores no more than is asked for."""
        if not self.has_object_scores:
            scores = self.inference(inputs, batch_img_metas)
            return FullScores(scores, self.num_classes, batch_img_metas)
        windows, size = windows_of(self.test_cfg), tuple(inputs.shape[2:])
        cut = windows.cut(inputs)
        levels = [self.decode_head.levels(self.features_of(window)) for window in cut]

        def join(scores):
            return windows.joined(map(self._as_of_window, scores, cut), size)
        return LevelScores(levels, join, batch_img_metas, self.test_cfg.get('background_logit'))

    def predict(self, inputs, data_samples=None):
        """Label maps of a batch.

        Args:
            inputs (Tensor): (N, 3, H, W), normalised.
            data_samples (list[SegDataSample], optional): see :meth:`postprocess`.

        Returns:
            list[SegDataSample]: of :meth:`postprocess`.
        """
        metas = [{} for _ in inputs] if data_samples is None else [x.metainfo for x in data_samples]
        decisions = self.decisions_of(self.scores_of(inputs, metas), data_samples)
        for decision in decisions:
            if 'picture' in decision.sample:  # of KeepPicture
                refine(self, decision, tuple(inputs.shape[2:]))
        return [decision.sample for decision in decisions]

    undo_padding_and_flip = staticmethod(upright)
