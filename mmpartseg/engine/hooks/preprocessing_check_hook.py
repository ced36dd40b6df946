"""Pictures are resized as the weights of the backbone know it, or a line says that they are not."""
from mmengine.hooks import Hook
from mmseg.registry import HOOKS

from ...datasets.output_names import leaves
from .taxonomy_check_hook import segmentor_of


@HOOKS.register_module()
class PreprocessingCheckHook(Hook):
    """One warning line where a pipeline resizes by another interpolation than a backbone's tag states.

    Mean and standard deviation are compared when the model is built, see
    :func:`~mmpartseg.models.preprocessing.compare_pixel_statistics`.
    """

    def before_train(self, runner):
        """The training data."""
        self._check(runner, runner.train_dataloader, 'train_dataloader')

    def before_val(self, runner):
        """The validation data, where nothing was trained on."""
        if runner.iter == 0:
            self._check(runner, runner.val_dataloader, 'val_dataloader')

    def before_test(self, runner):
        """The test data."""
        self._check(runner, runner.test_dataloader, 'test_dataloader')

    def _check(self, runner, loader, name):
        wanted = getattr(getattr(segmentor_of(runner), 'backbone', None), 'interpolation', None)
        found = sorted({method for dataset in leaves(loader.dataset) for method in interpolations(
            dataset.pipeline.transforms)} - {wanted})
        if wanted is not None and found:
            runner.logger.warning(
                f"{name} resizes by {' and '.join(found)} interpolation; the weights of the "
                f"backbone were trained with {wanted}: set interpolation='{wanted}' of what resizes them")


def interpolations(transforms):
    """By which the resizing transforms of a pipeline resize pictures."""
    for transform in transforms:
        inner = getattr(transform, 'resize', transform)  # RandomResize holds the one it draws for
        if hasattr(inner, 'interpolation'):
            yield inner.interpolation
