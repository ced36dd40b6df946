"""No weight is silently missing, left over, or of another shape."""
from mmengine.logging import print_log


def check_state_dict(model, state, prefix='', metadata=None):
    """Compare a state dict with a model before it is loaded; entries without a place are removed.

    mmengine loads leniently and logs what did not fit. A model that starts from half of its weights
    gives numbers that look plausible, so this refuses it.

    Args:
        model (nn.Module): the model.
        state (dict[str, Tensor]): the state dict; spare entries are taken out, and what it lacks by
            design is filled in with the model's own values.
        prefix (str): before the model's names in ``state``.
        metadata (dict, optional): of :func:`to_mmpartseg`: ``source``, ``fresh`` and ``spare``.

    Raises:
        ValueError: names the source and the first offending entries.
    """
    metadata = metadata or {}
    own = {prefix + name: value for name, value in model.state_dict().items()}
    spare = tuple(prefix + p for p in metadata.get('spare', ()))
    fresh = tuple(prefix + p for p in metadata.get('fresh', ()))
    for name in [k for k in state if k.startswith(prefix) and k not in own and k.startswith(spare)]:
        del state[name]
    missing = [k for k in own if k not in state and not k.startswith(fresh)]
    kept = {k: v for k, v in own.items() if k not in state and k.startswith(fresh)}
    unexpected = [k for k in state if k.startswith(prefix) and k not in own]
    shapes = [f'{k} is {tuple(state[k].shape)}, the model has {tuple(v.shape)}'
              for k, v in own.items() if k in state and state[k].shape != v.shape]
    problems = [f'{len(found)} entries {what}: {found[:5]}' for found, what in
                ((missing, 'missing'), (unexpected, 'unexpected'), (shapes, 'of another shape'))
                if found]
    source = metadata.get('source', 'the checkpoint')
    if problems:
        raise ValueError(f'{source} does not fit the model. ' + '; '.join(problems)
                         + '. Take the config that the checkpoint was trained with')
    state.update(kept)
    if kept:
        print_log(f'{source} has no {sorted(kept)}; they keep their random start', 'current')
