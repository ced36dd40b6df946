"""Test-time augmentation: several views of an image, one decision."""
from mmseg.models.segmentors import SegTTAModel
from mmseg.registry import MODELS

from .batch_scores import MeanScores


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
        views = [self._view(dict(zip(data, view))) for view in zip(*data.values())]
        scores, samples = zip(*views)
        return self.module.decide_batch(MeanScores(scores), samples[0])

    def _view(self, view):
        """Scores of a view of the images, and its samples."""
        batch = self.module.data_preprocessor(view, False)
        samples = batch['data_samples']
        return self.module.scores_of(batch['inputs'], [sample.metainfo for sample in samples]), samples
