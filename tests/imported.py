"""What tools and runs import on demand, for tests that fork them."""
import functools
import gc

from mmseg.registry import (
    HOOKS,
    LOOPS,
    MODELS,
    OPTIM_WRAPPERS,
    OPTIMIZERS,
    PARAM_SCHEDULERS,
    TRANSFORMS,
    VISUALIZERS,
)


@functools.cache
def import_for_runs():
    """What a run imports on demand, once before the first fork: each would import it again, for 4 s."""
    import torch._dynamo  # noqa: F401  asked for by optimizers and recomputed layers
    for registry in (HOOKS, LOOPS, MODELS, OPTIMIZERS, OPTIM_WRAPPERS, PARAM_SCHEDULERS, TRANSFORMS,
                     VISUALIZERS):
        registry.import_from_location()
        registry.parent.import_from_location()
    gc.collect()
    gc.freeze()  # nor touch its pages to search them
