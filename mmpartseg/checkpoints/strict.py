"""No weight is silently missing, left over, or of another shape."""


def check_state_dict(model, state, prefix='', metadata=None):
    """Compare a state dict with a model before it is loaded; entries without a place are removed.

    mmengine loads leniently and logs what did not fit. A model that starts from half of its weights
    gives numbers that look plausible, so this refuses it.

    Args:
        model (nn.Module): the model.
        state (dict[str, Tensor]): the state dict; spare entries are taken out.
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
    unexpected = [k for k in state if k.startswith(prefix) and k not in own]
    shapes = [f'{k} is {tuple(state[k].shape)}, the model has {tuple(v.shape)}'
              for k, v in own.items() if k in state and state[k].shape != v.shape]
    problems = [f'{len(found)} entries {what}: {found[:5]}' for found, what in
                ((missing, 'missing'), (unexpected, 'unexpected'), (shapes, 'of another shape'))
                if found]
    if problems:
        source = metadata.get('source', 'the checkpoint')
        raise ValueError(f'{source} does not fit the model. ' + '; '.join(problems)
                         + '. Take the config that the checkpoint was trained with')
