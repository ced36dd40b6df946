"""Test-time augmentation as a change of the config, as mmseg's test tool makes it."""


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
    datasets = [cfg.test_dataloader.dataset]
    while datasets:
        dataset = datasets.pop()
        datasets += dataset.get('datasets', [])
        if 'pipeline' in dataset:
            dataset.pipeline = cfg.tta_pipeline
    if cfg.tta_model.type == 'SegTTAModel':
        cfg.model.test_cfg.return_logits = True
    cfg.model = dict(cfg.tta_model, module=cfg.model)
