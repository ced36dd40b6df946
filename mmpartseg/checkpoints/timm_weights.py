"""``timm://`` for ``init_cfg``: timm's published weights for mmseg's ``TIMMBackbone``."""
import timm

from .safe_schemes import safe_scheme


@safe_scheme('timm://')
def load_from_timm(filename, map_location='cpu'):
    """``timm://<model name>``, fetched by timm; its cache and its offline variables hold.

    ``TIMMBackbone(pretrained=True)`` fetches whenever it is built, also to test a checkpoint. With
    ``init_cfg=dict(type='Pretrained', checkpoint='timm://…')`` it waits until training starts.

    Raises:
        FileNotFoundError: neither cached nor reachable; says how to do without.
    """
    name = filename.removeprefix('timm://')
    try:
        state = timm.create_model(name, pretrained=True, features_only=True).state_dict()
    except Exception as error:  # whatever the hub's client raises
        raise FileNotFoundError(
            f"{filename}: timm could not give the weights ({str(error).splitlines()[0]}). Run the same line "
            "with network access, which fills the cache, or set the backbone's init_cfg to None for random "
            'weights') from error
    return dict(state_dict={f'timm_model.{key}': value.to(map_location or 'cpu')
                            for key, value in state.items()}, meta=dict(source=filename))
