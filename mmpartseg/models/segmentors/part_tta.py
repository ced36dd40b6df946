"""Test-time augmentation: several views of an image, one decision."""
import torch
import torch.nn.functional as F
from mmseg.models.segmentors import SegTTAModel
from mmseg.registry import MODELS


@MODELS.register_module()
class PartTTAModel(SegTTAModel):
    """Averages the scores of several views of an image, then decides in every setting.

    mmseg's ``SegTTAModel`` averages class probabilities at the image's size and has no object
    scores. Here the logits of classes and objects are averaged on the grid of the largest view, and
    the segmentor decides from them as from those of one view: Pred-All, Oracle-Obj and Pred-Obj.
    In the pipeline the label maps are loaded after the flip, as in mmseg's own.

    Args:
        module (dict | PartSegmentor): the model.
        data_preprocessor (dict, optional): replaces the model's.
    """

    @property
    def taxonomy(self):
        """The vocabulary of the label maps."""
        return self.module.taxonomy

    def test_step(self, data):
        """Predict a batch.

        Args:
            data (dict): ``inputs`` and ``data_samples``, each a list over views of the list over
                images, as ``TestTimeAug`` and mmengine's collating give them.

        Returns:
            list[SegDataSample]: the samples of the first view with the predictions added.
        """
        views = [dict(zip(data, view)) for view in zip(*data.values())]
        scores, samples = zip(*(self._scores(view) for view in views))
        for image_scores, sample in zip(zip(*scores), samples[0]):
            self.module.decide_image(average(image_scores), sample)
        return list(samples[0])

    def _scores(self, view):
        """Scores of each image of a view, in the image's own orientation, and the samples."""
        batch = self.module.data_preprocessor(view, False)
        metas = [sample.metainfo for sample in batch['data_samples']]
        scores = self.module.inference(batch['inputs'], metas)
        upright = [self.module.undo_padding_and_flip(*pair) for pair in zip(scores, metas)]
        return upright, batch['data_samples']


def average(views):
    """Mean of score maps (C, h, w) of several sizes, on the grid of the largest."""
    size = max((view.shape[1:] for view in views), key=lambda shape: shape.numel())
    resized = [F.interpolate(view[None], tuple(size), mode='bilinear') for view in views]
    return torch.cat(resized).mean(0)
