"""timm's models for pictures of any size."""
import timm


def timm_model(name, **options):
    """A model of timm without classifier, at random weights, that takes pictures of any size if it can.

    Args:
        name (str): of timm.
        options: arguments of the model that differ, such as ``depth``.

    Raises:
        ValueError: timm has no such model; the closest names are listed.
    """
    if not timm.is_model(name):
        base = name.split('.')[0]
        near = timm.list_models(f'*{base.split("_patch")[0]}*')[:5]
        raise ValueError(f"timm {timm.__version__} has no model '{name}'; closest: {near}")
    options = dict(dict(num_classes=0), **options)
    try:
        return timm.create_model(name, dynamic_img_size=True, **options)
    except TypeError as error:  # not all know it: towers without position embeddings need not
        if 'dynamic_img_size' not in str(error):
            raise
    return timm.create_model(name, **options)


def preprocessing_of(model):
    """(mean, std) of RGB values of 0…255 and the interpolation with which timm's weights were trained."""
    cfg = model.pretrained_cfg
    return tuple([255 * value for value in cfg[key]] for key in ('mean', 'std')), cfg.get('interpolation')
