"""One value marks ignored pixels: the data set's, wherever labels are read, padded or counted."""
from ..datasets.output_names import leaves


def check_ignore_index(model, loops):
    """Everything that meets a data set's labels must have its ``ignore_index``.

    Args:
        model (PartSegmentor): its heads and its preprocessor, for the labels of the training loop.
        loops (Mapping): ``'train'``, ``'val'`` or ``'test'`` -> the Runner's loop, or None.

    Raises:
        ValueError: names every place that has another value, and the settings to change.
    """
    problems = []
    for stage, loop in loops.items():
        for member in getattr(loop, 'members', [] if loop is None else [loop]):
            places = _of_model(model) if stage == 'train' else _of_metrics(member, stage)
            problems += _differing(member.dataloader.dataset, f'{stage}_dataloader', places)
    if problems:
        raise ValueError('; '.join(problems) + '. Ignored pixels have one value, which no class may have: '
                         'set all of these to it')


def _differing(dataset, loader, places):
    values = {leaf.ignore_index: leaf for leaf in leaves(dataset) if hasattr(leaf, 'ignore_index')}
    if not values:
        return []
    value, *others = values
    places = [*places, *((f'ignore_index of another data set of {loader}', each) for each in others)]
    for leaf in leaves(dataset):
        for transform in getattr(getattr(leaf, 'pipeline', None), 'transforms', ()):
            places += [(f'{name} of {type(transform).__name__} in its pipeline', getattr(transform, name))
                       for name in ('ignore_index', 'seg_pad_val') if hasattr(transform, name)]
    wrong = [f'{name}={each}' for name, each in dict.fromkeys(places) if each is not None and each != value]
    return [f'the data set of {loader} has ignore_index={value}, but {", ".join(wrong)}'] if wrong else []


def _of_model(model):
    for name in ('decode_head', 'auxiliary_head'):
        heads = getattr(model, name, None) or ()
        for head in heads if hasattr(heads, '__iter__') else [heads]:
            yield f'model.{name}.ignore_index', getattr(head, 'ignore_index', None)
    yield 'model.data_preprocessor.seg_pad_val', getattr(model.data_preprocessor, 'seg_pad_val', None)


def _of_metrics(loop, stage):
    for metric in getattr(loop.evaluator, 'metrics', ()):
        name = f'{stage}_evaluator.ignore_index ({type(metric).__name__})'
        yield name, getattr(metric, 'ignore_index', None)
