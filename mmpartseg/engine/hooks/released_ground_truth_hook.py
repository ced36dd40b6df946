"""One switch for the released evaluator's ground truth: the metric's."""
from mmengine.hooks import Hook
from mmseg.registry import HOOKS

from ...datasets.transforms import LoadPartAnnotations
from ...evaluation import OpenVocabPartIoU
from ...released_labels import released_evaluator
from .taxonomy_check_hook import leaves, segmentor_of


@HOOKS.register_module()
class ReleasedGroundTruthHook(Hook):
    """Loader and model follow ``OpenVocabPartIoU(released_ground_truth=…)`` before each evaluation.

    On a released ground truth object maps are loaded as that evaluator reads them, and in Oracle-Obj the
    known object of a pixel is the one that this ground truth shows.

    Raises:
        ValueError: the metrics of a loop differ in it.
    """

    def before_val(self, runner):
        """The validation loop's metrics, data and model."""
        self._follow(runner, runner.val_loop)

    def before_test(self, runner):
        """The test loop's metrics, data and model."""
        self._follow(runner, runner.test_loop)

    def _follow(self, runner, loop):
        loops = getattr(loop, 'members', [loop])
        wanted = {metric.released_ground_truth for each in loops for metric in each.evaluator.metrics
                  if isinstance(metric, OpenVocabPartIoU)}
        if len(wanted) > 1:
            raise ValueError('one evaluation cannot be on two ground truths, since Oracle-Obj depends on '
                             'it: give all OpenVocabPartIoU the same released_ground_truth')
        segmentor = segmentor_of(runner)
        for value in wanted:
            evaluator = released_evaluator(value)
            if hasattr(segmentor, 'released_ground_truth'):
                segmentor.released_ground_truth = value
            for each in loops:
                for transform in annotation_loaders(each.dataloader.dataset):
                    transform.stored_objects = evaluator is not None and evaluator.stored_objects


def annotation_loaders(dataset):
    """The ``LoadPartAnnotations`` in the pipelines of a data set, within wrappers and augmentation."""
    found, queue = [], [leaf.pipeline for leaf in leaves(dataset) if hasattr(leaf, 'pipeline')]
    while queue:
        transform = queue.pop()
        if isinstance(transform, LoadPartAnnotations):
            found.append(transform)
        queue += [*getattr(transform, 'transforms', ()), *getattr(transform, 'subroutines', ())]
    return found
