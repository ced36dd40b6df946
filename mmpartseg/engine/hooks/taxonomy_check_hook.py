"""Model, data and checkpoints must speak of the same classes."""
from mmengine.hooks import Hook
from mmengine.model import BaseTTAModel, is_model_wrapper
from mmengine.runner import BaseLoop
from mmseg.registry import HOOKS

from ...checkpoints import check_closed_head
from ...datasets.output_names import leaves
from ...visualization.palette import part_palette
from ..ignore_index import check_ignore_index

TRAIN, TEST = 'model.decode_head.train_taxonomy', 'model.decode_head.test_taxonomy'


@HOOKS.register_module()
class TaxonomyCheckHook(Hook):
    """Compares the model's vocabulary with the data set's before each loop, and when a run goes on.

    In joint training each of the joined data sets must have one of the training vocabularies.
    ``dataset_meta`` of a checkpoint is the vocabulary that the model predicts in, by which mmseg's
    ``init_model``, ``show_result_pyplot`` and ``MMSegInferencer`` name what they show; that of the
    training data is kept beside it as ``train_dataset_meta``. A closed head is tested only with a
    checkpoint of all its weights and of its classes.

    Raises:
        ValueError: they differ, or do in the value of ignored pixels; shows where, and the settings to
            change.
    """

    def before_save_checkpoint(self, runner, checkpoint):
        """Put the two vocabularies into the checkpoint's ``meta``."""
        model, meta = segmentor_of(runner), checkpoint['meta']
        if hasattr(model, 'taxonomy'):
            meta['train_dataset_meta'] = meta.get('dataset_meta')
            meta['dataset_meta'] = test_meta(runner, model.taxonomy)

    def after_load_checkpoint(self, runner, checkpoint):
        """A run goes on with the classes that it began with; what is tested has all its weights."""
        model = segmentor_of(runner)
        if hasattr(model, 'taxonomy') and not hasattr(model.decode_head, 'set_taxonomy') and not isinstance(
                runner._train_loop, BaseLoop):
            check_closed_head(model, checkpoint, runner._load_from)
        before = checkpoint.get('meta', {}).get('train_dataset_meta')
        if not runner._resume or before is None:
            return
        dataset = runner.train_dataloader.dataset
        _compare(before['classes'], dataset, 'the checkpoint to resume', 'train_dataloader')
        checkpoint['meta']['dataset_meta'] = dataset.metainfo  # mmengine compares it once more

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


def test_meta(runner, taxonomy):
    """``classes`` and ``palette`` of a test vocabulary, in the validation data's colours if it has it."""
    dataset = getattr(getattr(runner.val_loop, 'dataloader', None), 'dataset', None)
    meta = getattr(dataset, 'metainfo', {})
    classes, palette = taxonomy.object_parts, meta.get('palette')
    if tuple(meta.get('classes', ())) != classes or palette is None:
        palette = part_palette(taxonomy).tolist()
    return dict(classes=classes, palette=palette)


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
