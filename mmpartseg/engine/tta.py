"""Ways of testing as a change of the config: augmentation, as by mmseg's test tool, and a second look."""


def use_tta(cfg):
    """Test with ``tta_model`` around the model and ``tta_pipeline`` in every test data set.

    mmseg's ``SegTTAModel`` averages full-size scores, which the model then keeps.

    Args:
        cfg (mmengine.Config): changed in place.

    Raises:
        ValueError: it has no ``tta_model`` or no ``tta_pipeline``.
    """
    missing = [key for key in ('tta_model', 'tta_pipeline') if key not in cfg]
    if missing:
        raise ValueError(f'the config has no {missing}; configs/_base_/datasets/pascal_part_116.py '
                         'shows them')
    for dataset in tested_datasets(cfg):
        dataset.pipeline = cfg.tta_pipeline
    if cfg.tta_model.type == 'SegTTAModel':
        cfg.model.test_cfg.return_logits = True
    cfg.model = dict(cfg.tta_model, module=cfg.model)


def use_refinement(cfg, steps):
    """Test with a second look at each picture, see :func:`mmpartseg.models.segmentors.refine.refine`.

    Args:
        cfg (mmengine.Config): changed in place.
        steps (Sequence[str]): of ``'zoom'`` and ``'snap'``.

    Raises:
        ValueError: a test pipeline that loads no image by ``LoadPartImage``.
    """
    for dataset in tested_datasets(cfg):
        names = [step['type'] for step in dataset.pipeline]
        if 'LoadPartImage' not in names:
            raise ValueError(f'the test pipeline {names} has no LoadPartImage, whose picture would be looked '
                             'at again')
        place = names.index('LoadPartImage') + 1
        dataset.pipeline = [*dataset.pipeline[:place], dict(type='KeepPicture', refine=steps),
                            *dataset.pipeline[place:]]


def tested_datasets(cfg):
    """list[ConfigDict]: the test data set, or those in it, that have a pipeline."""
    datasets, found = [cfg.test_dataloader.dataset], []
    while datasets:
        dataset = datasets.pop()
        datasets += dataset.get('datasets', [])
        found += [dataset] if 'pipeline' in dataset else []
    return found
