"""The segmentor of ZSSeg+: one pass for every object of an image."""
import torch
import torch.nn.functional as F
from mmengine.model import initialize
from mmengine.structures import PixelData
from mmseg.registry import MODELS
from mmseg.structures import SegDataSample

from ..preprocessing import from_rgb, to_rgb
from .decide import decide_known, mean_scores, winners
from .object_scores import Picture, object_scores, resized_mask
from .part_segmentor import PartSegmentor

# of a PartSegmentor's test_cfg
UNUSED = dict(mode='whole', oracle_objects='pixel', return_logits=False, background_logit=None)


@MODELS.register_module()
class ZSSegSegmentor(PartSegmentor):
    """Predicts the parts of one object after the other, each from its own mask and name.

    .. code-block:: text

        predict(): extract_feat() -> for each object: object_scores() -> decide_known()

    - Oracle-Obj and Pred-Obj: the objects are those of ``gt_object_seg`` and ``pred_object_seg``. Each
      of their pixels gets a part of its object.
    - Pred-All is ours, the method has none: the objects are those that ``object_segmentor`` sees at each
      pixel, background among them. Without one the whole image is one object of which every class may
      be a part, and no pixel is background.

    ``test_cfg`` may hold ``piece_bytes`` and ``return_part_scores`` as in :class:`PartSegmentor`; the scores
    are those of the ensemble, 0 to 1. Sliding windows and test-time augmentation are not possible.

    Args:
        object_segmentor (dict, optional): config of a :class:`PartSegmentor` whose head scores objects,
            with weights of its own (``init_cfg``). It is frozen, and in no checkpoint of this model.

    The other arguments are those of :class:`PartSegmentor`.

    Raises:
        ValueError: an object segmentor without object scores or without weights; another mode than whole
            pictures, or options of :class:`PartSegmentor` that would change nothing here.
    """

    def __init__(self, *args, object_segmentor=None, **kwargs):
        super().__init__(*args, **kwargs)
        unused = {name: value for name, value in self.test_cfg.items() if value != UNUSED.get(name, value)}
        if unused:
            raise ValueError(f'test_cfg={unused} would change nothing: ZSSegSegmentor scores the parts of '
                             "one object of a whole picture; leave test_cfg at dict(mode='whole')")
        model = None if object_segmentor is None else MODELS.build(object_segmentor)
        if model is not None:
            if not model.decode_head.has_object_scores:
                raise ValueError(f'object_segmentor has a {type(model.decode_head).__name__}, which scores '
                                 'no objects; take a PartCLIPSegHead')
            if model.init_cfg is None:
                raise ValueError("object_segmentor has no weights; give it init_cfg=dict(type='Pretrained', "
                                 'checkpoint=…)')
            # now, as mmengine does so before training only; init_weights would print every parameter
            initialize(model, model.init_cfg)
            model.set_taxonomy(self.taxonomy)
            model.eval().requires_grad_(False)
        self.__dict__['object_segmentor'] = model  # no submodule: it has a checkpoint of its own

    def _apply(self, fn, *args, **kwargs):
        if self.object_segmentor is not None:
            self.object_segmentor._apply(fn, *args, **kwargs)
        return super()._apply(fn, *args, **kwargs)

    def set_taxonomy(self, taxonomy):
        """Change the test vocabulary, the object segmentor's too; see :class:`PartSegmentor`."""
        super().set_taxonomy(taxonomy)
        if self.object_segmentor is not None:
            self.object_segmentor.set_taxonomy(self.taxonomy)

    def _view(self):
        view = super()._view()
        if self.object_segmentor is not None:
            view.__dict__['object_segmentor'] = self.object_segmentor._view()
        return view

    def encode_decode(self, inputs, batch_img_metas):
        """Not possible.

        Raises:
            NotImplementedError: always; says what to do.
        """
        raise NotImplementedError(
            'ZSSegSegmentor scores the parts of one object at a time: there is no score map of an image for '
            "sliding windows or test-time augmentation. Leave test_cfg at dict(mode='whole') and TTA out")

    def predict(self, inputs, data_samples=None):
        """Label maps of a batch.

        Args:
            inputs (Tensor): (N, 3, H, W), normalised.
            data_samples (list[SegDataSample], optional): see :meth:`PartSegmentor.postprocess`.

        Returns:
            list[SegDataSample]: as of :meth:`PartSegmentor.postprocess`.

        Raises:
            ValueError: a sample for zoom or snap, or of a mirrored picture.
        """
        if data_samples is None:
            data_samples = [SegDataSample(metainfo=dict(ori_shape=tuple(inputs.shape[2:])))
                            for _ in inputs]
        if any('picture' in sample for sample in data_samples):
            raise ValueError('ZSSegSegmentor looks at each object by itself: leave out zoom and snap')
        if any(sample.get('flip') for sample in data_samples):
            raise ValueError('ZSSegSegmentor shows the network the objects of a picture as it is, and this '
                             'one is mirrored: leave RandomFlip out of the test pipeline')
        features, head = self.features_of(inputs), self.decode_head
        text = head.condition(head.prompts(self.taxonomy))
        for i, sample in enumerate(data_samples):
            pixels = self.undo_padding_and_flip(to_rgb(self.data_preprocessor, inputs[i]), sample.metainfo)
            self.decide_picture(Picture([x[i:i + 1] for x in features], tuple(inputs.shape[2:]), pixels,
                                        tuple(sample.ori_shape[:2]), text), sample)
        return data_samples

    def decide_picture(self, picture, sample):
        """Add the label maps of one image to ``sample``, as :meth:`PartSegmentor.decide_image`."""
        known, predicted = self.objects_of(sample)
        shown = sample.gt_object_seg.data[0].to(known.device) if known is not None else None
        maps = dict(pred_sem_seg=self.seen_objects(picture), pred_obj_sem_seg=predicted,
                    pred_oracle_sem_seg=known)
        for name, objects in maps.items():
            if objects is None and name != 'pred_sem_seg':
                continue
            labels, part_scores = self.label_objects(picture, objects, shown if objects is known else None)
            sample.set_field(PixelData(data=labels[None]), name)
            if name != 'pred_obj_sem_seg' and part_scores is not None:
                sample.part_scores = part_scores  # of Oracle-Obj, or without one of Pred-All

    def seen_objects(self, picture):
        """(H, W) int64: the object of each pixel, O for none; None without an object segmentor."""
        model = self.object_segmentor
        if model is None:
            return None
        preprocessor, image = model.data_preprocessor, picture.pixels[None]
        if preprocessor.size is not None:
            image = F.interpolate(image, tuple(preprocessor.size), mode='bilinear')
        scores, = model.scores_of(from_rgb(preprocessor, image), [{}]).objects()
        return winners(scores, picture.size, self.piece_bytes)

    @property
    def piece_bytes(self):
        return self.test_cfg.get('piece_bytes')

    def label_objects(self, picture, objects=None, shown=None):
        """The parts of the objects of an image.

        Args:
            picture (Picture): the image.
            objects (Tensor, optional): (H, W) object of each pixel of the image; values outside 0…O-1
                mean none. None: the image is one object with all classes.
            shown (Tensor, optional): likewise what the network is shown; ``objects`` by default. They differ
                on a released ground truth.

        Returns:
            tuple: (H, W) int64 classes, K where there is no object; where ``test_cfg`` asks for them,
            (K,) mean score of each class over the pixels it won, nan where there is none, else None.
        """
        num_classes, device = len(self.taxonomy), picture.pixels.device
        labels = torch.full(picture.size, num_classes, device=device)
        part_scores = None
        if self.test_cfg.get('return_part_scores', False):
            part_scores = torch.full((num_classes, ), torch.nan, device=device)
        owners = self.owners(picture, objects, objects if shown is None else shown)
        masks = [resized_mask(prompt, picture.pixels.shape[1:]) for _, prompt, _ in owners]
        scores = object_scores(self.decode_head, picture, masks, [classes for *_, classes in owners],
                               self.piece_bytes)
        for (pixels, _, classes), own_scores in zip(owners, scores):
            own = self.decide_object(own_scores, pixels)
            labels = torch.where(pixels, F.pad(classes, (0, 1))[own], labels)
            if part_scores is not None:
                part_scores[classes] = mean_scores(
                    own_scores.clamp(1e-6, 1 - 1e-6).logit(), own, len(classes), self.piece_bytes)
        return labels, part_scores

    def decide_object(self, scores, pixels):
        """(H, W): for the pixels of an object the best of its classes 0…n-1, n elsewhere.

        Args:
            scores (Tensor): (n, h, w).
            pixels (Tensor): (H, W) bool.
        """
        only_object = torch.zeros(len(scores), dtype=torch.long, device=scores.device)
        return decide_known(scores, tuple(pixels.shape), only_object, (~pixels).long(), self.piece_bytes)

    def owners(self, picture, objects, shown):
        """list[tuple]: of each object its pixels and its prompt, (H, W) bool, and its classes, (n,)."""
        device = picture.pixels.device
        if objects is None:
            everywhere = torch.ones(picture.size, dtype=torch.bool, device=device)
            return [(everywhere, everywhere, torch.arange(len(self.taxonomy), device=device))]
        known = objects[(objects >= 0) & (objects < len(self.taxonomy.objects))].unique()
        return [(objects == obj, shown == obj, self.decode_head.classes_of(obj).nonzero()[:, 0])
                for obj in known.tolist()]
