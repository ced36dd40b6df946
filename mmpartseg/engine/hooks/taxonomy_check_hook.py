"""Model and data must speak of the same classes."""
from mmengine.hooks import Hook
from mmengine.model import BaseTTAModel, is_model_wrapper
from mmseg.registry import HOOKS

from ...datasets.output_names import leaves
from ..ignore_index import check_ignore_index

TRAIN, TEST = 'model.decode_head.train_taxonomy', 'model.decode_head.test_taxonomy'


@HOOKS.register_module()
class TaxonomyCheckHook(Hook):
    """Compares the model's vocabulary with the data set's before each loop.

    In joint training each of the joined data sets must have one of the training vocabularies.

    Raises:
        ValueError: they differ, or do in the value of ignored pixels; shows where, and the settings to
            change.
    """

    def before_train(self, runner):
        """The training vocabulary against the training data."""
        model, dataset = segmentor_of(runner), runner.train_dataloader.dataset
        check_ignore_index(model, {'train': runner.train_loop, 'val': runner.val_loop})
        vocabularies = getattr(model.decode_head, 'train_taxonomies', ())
        if len(vocabularies) > 1:
            _check_joint(vocabularies, leaves(dataset))
        elif vocabularies:
            _compare(vocabularies[0].object_parts, dataset, TRAIN, 'train_dataloader')
        elif hasattr(model, 'taxonomy'):
            _compare(model.taxonomy.object_parts, dataset, 'model.taxonomy', 'train_dataloader')

    def before_val(self, runner):
        """The test vocabulary against the validation data."""
        check_ignore_index(segmentor_of(runner), {'val': runner.val_loop})
        self._check_test(runner, runner.val_dataloader, 'val_dataloader')

    def before_test(self, runner):
        """The test vocabulary against the test data."""
        check_ignore_index(segmentor_of(runner), {'test': runner.test_loop})
        self._check_test(runner, runner.test_dataloader, 'test_dataloader')

    def _check_test(self, runner, dataloader, name):
        model = segmentor_of(runner)
        if hasattr(model, 'taxonomy'):
            setting = TEST if hasattr(model.decode_head, 'set_taxonomy') else 'model.taxonomy'
            _compare(model.taxonomy.object_parts, dataloader.dataset, setting, name)


def segmentor_of(runner):
    """The segmentor within wrappers: DistributedDataParallel, test-time augmentation."""
    model = runner.model
    while is_model_wrapper(model) or isinstance(model, BaseTTAModel):
        model = model.module
    return model


def _check_joint(vocabularies, datasets):
    known = {taxonomy.object_parts for taxonomy in vocabularies}
    for dataset in datasets:
        classes = tuple(dataset.metainfo.get('classes', ()))
        if classes not in known:
            raise ValueError(
                f'{TRAIN} joins vocabularies of {[len(t) for t in vocabularies]} classes; a '
                f'{type(dataset).__name__} of train_dataloader has {len(classes)} others, the first of '
                f'them {classes[:1]}. Add its vocabulary there, or set its `split` to the one trained on')


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
