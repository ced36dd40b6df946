"""Model and data must speak of the same classes."""
from mmengine.hooks import Hook
from mmengine.model import is_model_wrapper
from mmseg.registry import HOOKS


@HOOKS.register_module()
class TaxonomyCheckHook(Hook):
    """Compares the model's vocabulary with the data set's before each loop.

    Raises:
        ValueError: they differ; shows where, and the settings to change.
    """

    def before_train(self, runner):
        """The training vocabulary against the training data."""
        head = _model(runner).decode_head
        if hasattr(head, 'train_taxonomy'):
            _compare(head.train_taxonomy.object_parts, runner.train_dataloader.dataset,
                     'model.decode_head.train_taxonomy', 'train_dataloader')

    def before_val(self, runner):
        """The test vocabulary against the validation data."""
        self._check_test(runner, runner.val_dataloader, 'val_dataloader')

    def before_test(self, runner):
        """The test vocabulary against the test data."""
        self._check_test(runner, runner.test_dataloader, 'test_dataloader')

    def _check_test(self, runner, dataloader, name):
        model = _model(runner)
        if hasattr(model, 'taxonomy'):
            _compare(model.taxonomy.object_parts, dataloader.dataset,
                     'model.decode_head.test_taxonomy', name)


def _model(runner):
    return runner.model.module if is_model_wrapper(runner.model) else runner.model


def _compare(expected, dataset, setting, loader):
    found = tuple(dataset.metainfo.get('classes', ()))
    if found == tuple(expected):
        return
    first = next((i for i, (a, b) in enumerate(zip(expected, found)) if a != b),
                 min(len(expected), len(found)))
    raise ValueError(
        f'{setting} has {len(expected)} classes, the data set of {loader} has {len(found)}; they '
        f'first differ at class {first}: {expected[first:first + 1]} and {found[first:first + 1]}. '
        f"Set {setting} to the data set's vocabulary, or its `split` to the one trained on")
