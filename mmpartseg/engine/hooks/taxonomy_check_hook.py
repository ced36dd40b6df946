"""Model, data and checkpoints must speak of the same classes."""
from mmengine.hooks import Hook
from mmengine.model import BaseTTAModel, is_model_wrapper
from mmengine.runner import BaseLoop
from mmseg.registry import HOOKS

from ...checkpoints import check_closed_head, classes_of
from ...datasets.output_names import leaves
from ...evaluation.vocabulary import dataset_taxonomy
from ...palette import part_palette
from ...printable import counted
from ...taxonomy import PartTaxonomy
from ..ignore_index import check_ignore_index

TRAIN, TEST = 'model.decode_head.train_taxonomy', 'model.decode_head.test_taxonomy'


@HOOKS.register_module()
class TaxonomyCheckHook(Hook):
    """Compares the model's vocabulary with the data set's before each loop, and when a run goes on.

    Every data set inside ``ConcatDataset`` and the like is looked at, and every metric that has a vocabulary.
    In joint training each of the joined data sets must have one of the training vocabularies.
    ``dataset_meta`` of a checkpoint is the vocabulary that the model predicts in, by which mmseg's
    ``init_model``, ``show_result_pyplot`` and ``MMSegInferencer`` name what they show; that of the
    training data is kept beside it as ``train_dataset_meta``. A closed head is tested only with a
    checkpoint of all its weights and of its classes.

    Raises:
        ValueError: they differ, or do in the value of ignored pixels; or a loader leaves images out of a
            score. Shows where, and the settings to change.
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
        if hasattr(model, 'taxonomy') and not hasattr(model.decode_head, 'set_taxonomy'):
            if not isinstance(runner._train_loop, BaseLoop):
                check_closed_head(model, checkpoint, runner._load_from)
            elif classes_of(checkpoint) not in (None, model.taxonomy.object_parts):
                runner.logger.warning(f'{runner._load_from} was trained on other classes, or on these in '
                                      'another order: the head starts from their weights')
        before = checkpoint.get('meta', {}).get('train_dataset_meta')
        if not runner._resume or before is None:
            return
        dataset = runner.train_dataloader.dataset
        check_classes(before['classes'], dataset, 'the checkpoint to resume', 'train_dataloader')
        checkpoint['meta']['dataset_meta'] = dataset.metainfo  # mmengine compares it once more

    def before_train(self, runner):
        """The training vocabulary against the training data."""
        model, dataset = segmentor_of(runner), runner.train_dataloader.dataset
        check_ignore_index(model, {'train': runner.train_loop, 'val': runner.val_loop})
        vocabularies = getattr(model.decode_head, 'train_taxonomies', ())
        if len(vocabularies) > 1:
            _check_joint(vocabularies, leaves(dataset))
        elif vocabularies:
            check_classes(vocabularies[0].object_parts, dataset, TRAIN, 'train_dataloader')
        elif hasattr(model, 'taxonomy'):
            check_classes(model.taxonomy.object_parts, dataset, 'model.taxonomy', 'train_dataloader')

    def before_val(self, runner):
        """The test vocabulary against the validation data."""
        check_ignore_index(segmentor_of(runner), {'val': runner.val_loop})
        self._check_test(runner, runner.val_loop, 'val_dataloader')

    def before_test(self, runner):
        """The test vocabulary against the test data."""
        check_ignore_index(segmentor_of(runner), {'test': runner.test_loop})
        self._check_test(runner, runner.test_loop, 'test_dataloader')

    def _check_test(self, runner, loop, name):
        model = segmentor_of(runner)
        for member in getattr(loop, 'members', [loop]):  # of a joint loop, which sets their vocabularies
            dataset = member.dataloader.dataset
            if hasattr(loop, 'members') or not hasattr(model, 'taxonomy'):
                first = classes_in(leaves(dataset)[0])
                check_classes(first, dataset, f'the first data set of {name}', name)
            else:
                setting = TEST if hasattr(model.decode_head, 'set_taxonomy') else 'model.taxonomy'
                check_classes(model.taxonomy.object_parts, dataset, setting, name)
            for metric in getattr(member.evaluator, 'metrics', ()):
                check_metric(metric, dataset, name)
            check_complete(member.dataloader, name)


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
                f'{TRAIN} joins vocabularies, whose numbers of classes are '
                f'{[len(t) for t in vocabularies]}; a '
                f'{type(dataset).__name__} of train_dataloader has {len(classes)} others, the first of '
                f'them {classes[:1]}. Add its vocabulary there, or set its `split` to the one trained on')


def check_classes(expected, dataset, setting, loader):
    """ValueError unless every data set inside ``dataset`` has the classes ``expected``, in their order."""
    expected = tuple(expected)
    for leaf in leaves(dataset):
        found = classes_in(leaf)
        if found == expected:
            continue
        first = next((i for i, (a, b) in enumerate(zip(expected, found)) if a != b),
                     min(len(expected), len(found)))
        which = 'the data set' if leaf is dataset else f'a {type(leaf).__name__} in the data set'
        raise ValueError(
            f"{setting} has {counted(len(expected), 'class', 'classes')}, {which} of {loader} has "
            f'{len(found)}; they first differ at class {first}: {expected[first:first + 1]} and '
            f'{found[first:first + 1]}. '
            f"Set {setting} to the data set's vocabulary, or its `split` to the one trained on")


def classes_in(dataset):
    """The classes that a data set states, in their order; none where it states nothing."""
    return tuple((getattr(dataset, 'metainfo', None) or {}).get('classes', ()))


def check_metric(metric, dataset, loader):
    """ValueError unless a metric with a vocabulary has that of every data set that it is to score."""
    taxonomy = getattr(metric, 'taxonomy', None)
    if not isinstance(taxonomy, PartTaxonomy):
        return
    name = f'the taxonomy of {type(metric).__name__}'
    for leaf in filter(classes_in, leaves(dataset)):  # what states no classes leaves them to the metric
        check_classes(taxonomy.object_parts, leaf, name, loader)
        unseen = dataset_taxonomy(leaf.metainfo).unseen_objects
        if getattr(metric, 'given_taxonomy', None) is None and unseen != taxonomy.unseen_objects:
            raise ValueError(f'{name} has the unseen objects {taxonomy.unseen_objects}, a '
                             f'{type(leaf).__name__} in the data set of {loader} has {unseen}. '
                             'Give the metric its `taxonomy`, or the data sets the same unseen objects')


def check_complete(loader, name):
    """ValueError where ``drop_last`` leaves images out of a score."""
    left_out = len(loader.sampler) % (loader.batch_size or 1) if getattr(loader, 'drop_last', False) else 0
    if left_out:
        raise ValueError(f'{name} has drop_last=True and batch_size={loader.batch_size}, so that {left_out} '
                         f'of {len(loader.sampler)} would not be scored; set drop_last=False')
