"""The segmentor: mmseg's EncoderDecoder with the two evaluation protocols of part segmentation."""
import torch
import torch.nn.functional as F
from mmengine.dist import all_reduce
from mmseg.models.segmentors import EncoderDecoder
from mmseg.registry import MODELS
from mmseg.structures import SegDataSample
from torch import nn

from ...checkpoints import check_state_dict
from ...compat import require_mmdet
from ...released_labels import resized_and_back
from ...structures import check_map_sizes
from ...taxonomy import PartTaxonomy
from ..decode_heads.taxonomy_index import TaxonomyIndex
from ..losses.ignoring import mask_ignored
from ..preprocessing import compare_pixel_statistics
from ..views import view_of
from .batch_scores import FullScores, LevelScores, upright
from .decision import Decision
from .fitted import fitted_head
from .recent_pictures import RecentPictures
from .windows import windows_of

ON_MMDET = ('MaskFormerHead', 'Mask2FormerHead')  # heads of mmseg that have an empty parent without it


class NonFiniteLoss(FloatingPointError):
    """A loss is NaN or infinite.

    Args:
        terms (dict[str, float]): those that are not finite, means over processes.
        in_this_process (bool): whether this process's own loss is among them.
        circumstances (str): what else is known.
    """

    def __init__(self, terms, in_this_process, circumstances=''):
        super().__init__(f'the loss is not finite: {terms}' + f'; {circumstances}' * bool(circumstances))
        self.terms, self.in_this_process = terms, in_this_process


@MODELS.register_module()
class PartSegmentor(EncoderDecoder):
    """Predicts part label maps in Pred-All and Oracle-Obj from one forward pass.

    .. code-block:: text

        loss():    extract_feat() -> decode_head.loss() -> parse_losses()
        predict(): extract_feat() -> scores_of(): objects -> decide_batch(): classes that can win

    A head with object scores decodes of its classes only those that can be in a label map; what keeps
    scores of all, as ``return_logits``, :meth:`encode_decode` and :meth:`postprocess`, decodes all.

    ``test_cfg`` may hold, besides mmseg's keys, ``piece_bytes`` (memory for full-size scores, in
    bytes), ``return_logits`` (keep the full-size scores: of classes as
    ``seg_logits``, of objects, where the head has them, as ``object_logits``), ``oracle_objects``
    (``'pixel'``, the default: in Oracle-Obj the parts of a pixel's own object compete; ``'image'``:
    those of all objects in the picture, as in the released CLIPSeg baseline) and
    ``return_part_scores`` (keep the mean score of each class over the pixels it won in the Oracle-Obj
    map, or without one in the Pred-All map, as ``part_scores`` (K,)).

    Args:
        taxonomy (str | list | PartTaxonomy, optional): classes of a decode head that knows none,
            such as mmseg's own with K channels, or K + 1 with background last (``LabelBackground``
            makes its labels). Heads of this package state theirs.

    The other arguments are those of mmseg's ``EncoderDecoder``.

    Attributes:
        recent_pictures (RecentPictures): features of the pictures seen last, in any vocabulary;
            ``clear()`` it to measure speed.
        released_ground_truth (bool): whether Oracle-Obj knows the objects of the released evaluator's
            ground truth, see ``ReleasedGroundTruthHook``, which sets it.
        weights_loaded (bool): whether a state dict has been loaded.
        came_with_weights (list[str]): modules that had weights when they were built, as mmseg's
            ``TIMMBackbone(pretrained=True)``, which leaves no other trace.

    Raises:
        ValueError: the head's channels are neither K nor K + 1 of the taxonomy.
    """

    def __init__(self, *args, taxonomy=None, **kwargs):
        super().__init__(*args, **kwargs)
        self.released_ground_truth = self.weights_loaded = False
        self.recent_pictures = RecentPictures()
        self.came_with_weights = [name for name, module in self.named_modules()
                                  if getattr(module, '_is_init', False)]
        for head in self.modules():  # mmseg's, which call their losses themselves
            losses = getattr(head, 'loss_decode', ())
            mask_ignored(losses if isinstance(losses, nn.ModuleList) else [losses] if losses else ())
        self._set_index(taxonomy)
        compare_pixel_statistics(self.data_preprocessor, getattr(self.backbone, 'pixel_statistics', None))

    def _init_decode_head(self, decode_head):
        if isinstance(decode_head, dict) and decode_head.get('type') in ON_MMDET:
            require_mmdet(decode_head['type'])
        if isinstance(decode_head, dict) and not self.with_neck:
            decode_head = fitted_head(decode_head, self.backbone)
        super()._init_decode_head(decode_head)

    @property
    def last_head(self):
        """The decode head whose classes are predicted."""
        return self.decode_head

    @property
    def taxonomy(self):
        """The vocabulary of the label maps that ``predict`` returns."""
        return self.index.taxonomy

    def set_taxonomy(self, taxonomy):
        """Change the test vocabulary: a shipped name, class names, or a :class:`PartTaxonomy`."""
        self._check_open_vocabulary()
        self.decode_head.set_taxonomy(taxonomy)
        self._set_index()

    def in_vocabulary(self, taxonomy):
        """This model in another test vocabulary, over the same weights; it stays as it is itself.

        Each of several threads can predict in a vocabulary of its own.

        Args:
            taxonomy: as of :meth:`set_taxonomy`.

        Returns:
            PartSegmentor: a view, see :func:`~mmpartseg.models.views.view_of`.

        Raises:
            ValueError: a head with a fixed number of classes.
        """
        self._check_open_vocabulary()
        view = self._view()
        view.set_taxonomy(taxonomy)
        return view

    def _view(self):
        view = view_of(self)
        view.decode_head = view_of(self.decode_head)
        return view

    def _check_open_vocabulary(self):
        if not hasattr(self.decode_head, 'set_taxonomy'):
            raise ValueError(f'{type(self.decode_head).__name__} has a fixed number of classes; only '
                             'a text-conditioned head can change its vocabulary')

    def _set_index(self, taxonomy=None):
        head = self.last_head
        open_vocabulary = hasattr(head, 'set_taxonomy')
        if open_vocabulary == (taxonomy is not None):
            raise ValueError('`taxonomy` is for decode heads without a vocabulary of their own, which '
                             f'need it; got {taxonomy!r} with a {type(head).__name__}')
        self.index = head.test_index if open_vocabulary else TaxonomyIndex(PartTaxonomy.build(taxonomy))
        self.num_classes = self.out_channels = head.out_channels
        if head.out_channels - len(self.taxonomy) not in (0, 1):
            raise ValueError(f'{type(head).__name__} has {head.out_channels} channels; the taxonomy '
                             f'has {len(self.taxonomy)} classes, so set num_classes to that or one '
                             'more (background last)')
        if getattr(head, 'has_object_scores', False):
            self.out_channels += len(self.taxonomy.objects) + 1

    def _load_from_state_dict(self, state_dict, prefix, local_metadata, *args):
        # both torch's and mmengine's load_state_dict come through here
        self.weights_loaded = True
        if hasattr(self.decode_head, 'set_taxonomy'):
            check_state_dict(self, state_dict, prefix, local_metadata)
        super()._load_from_state_dict(state_dict, prefix, local_metadata, *args)

    def loss(self, inputs, data_samples):
        """Loss terms by name.

        Args:
            inputs (Tensor): (N, 3, H, W).
            data_samples (list[SegDataSample]): with ``gt_sem_seg`` and, where there are any, other
                maps, all (H, W).

        Raises:
            ValueError: an image, part map and object map of different sizes; names the sample.
        """
        check_map_sizes(data_samples, tuple(inputs.shape[2:]))
        return super().loss(inputs, data_samples)

    def parse_losses(self, losses):
        """mmengine's sum of the terms, logged as means over processes.

        Raises:
            NonFiniteLoss: a term is not finite, in whichever process; names it.
        """
        total, log = super().parse_losses(losses)
        log = {name: value.detach().clone() for name, value in log.items()}
        finite_here = torch.isfinite(log['loss'])  # read on the host only if the loss is not finite
        for value in log.values():
            all_reduce(value, op='mean')
        if not torch.isfinite(log['loss']):
            raise NonFiniteLoss({name: float(value) for name, value in log.items()
                                 if not torch.isfinite(value)}, not finite_here)
        return total, log

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
        return self._as_of_window(scores, inputs)

    def _as_of_window(self, scores, window):
        """Logits of a window as they are joined with those of others, or decided."""
        if self.test_cfg.get('mode', 'whole') != 'whole':  # they are added up at the input's size
            scores = F.interpolate(scores, window.shape[2:], mode='bilinear')
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
        """(N, K [+ 1] [+ O + 1], h, w): :meth:`encode_decode` in the windows of ``test_cfg.mode``."""
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
        return LevelScores(levels, join, batch_img_metas)

    def predict(self, inputs, data_samples=None):
        """Label maps of a batch.

        Args:
            inputs (Tensor): (N, 3, H, W), normalised.
            data_samples (list[SegDataSample], optional): see :meth:`postprocess`.

        Returns:
            list[SegDataSample]: of :meth:`postprocess`.
        """
        metas = [{} for _ in inputs] if data_samples is None else [x.metainfo for x in data_samples]
        return self.decide_batch(self.scores_of(inputs, metas), data_samples)

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

        Objects are decided first; then the scores of those classes are asked for whose object won
        somewhere, or is known: no other class can be in a label map.

        Args:
            scores (FullScores | LevelScores | MeanScores): of the images.
        """
        if data_samples is None:
            data_samples = [SegDataSample(metainfo=dict(ori_shape=scores.size)) for _ in scores.metas]
        objects = scores.objects()
        decisions = [Decision(self.index, self.test_cfg, sample, *self.objects_of(sample), each)
                     for sample, each in zip(data_samples, objects or [None] * len(data_samples))]
        classes = None
        if objects is not None and not self.test_cfg.get('return_logits', False):
            present = torch.stack([each.objects_present() for each in decisions]).any(0)
            classes = present[self.index.object_of].nonzero()[:, 0]
        nothing = classes is not None and len(classes) == 0
        maps = [None] * len(decisions) if nothing else scores.classes(classes)
        for decision, each in zip(decisions, maps):
            decision.decide(each, classes, self.scores_are_probabilities)
        return data_samples

    def objects_of(self, sample):
        """(H, W) object of each pixel for Oracle-Obj and for Pred-Obj, None where the sample has none."""
        device = self.index.object_of.device
        known, predicted = (sample.get(field).data[0].to(device) if field in sample else None
                            for field in ('gt_object_seg', 'pred_object_seg'))
        if known is not None:
            sample.set_metainfo(dict(oracle_released_ground_truth=self.released_ground_truth))
            if self.released_ground_truth:
                known = resized_and_back(known)
        return known, predicted

    undo_padding_and_flip = staticmethod(upright)
