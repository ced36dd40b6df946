"""The best checkpoint: by which score, and that there always is one."""
import contextlib
import math
from pathlib import Path

from mmengine.dist import is_main_process

KEPT = ('best_ckpt_path', 'best_ckpt_path_dict')  # where mmengine has the files, one or by score


def monitor_defined_scores(hook, logger, metrics):
    """Let a ``CheckpointHook`` watch mIoU in place of a score that is nan, which no checkpoint can beat.

    A score is nan for want of classes in the ground truth, so it stays that for the whole run:
    harmonic and Unseen without unseen objects.

    Args:
        hook (CheckpointHook): its key and rule are changed in place.
        logger (Logger): gets one line for each change.
        metrics (dict[str, float]): of a validation.
    """
    for i, key in enumerate(hook.key_indicators):
        other = '/'.join([*key.split('/')[:-1], 'mIoU'])
        if not _undefined(metrics.get(key)) or other not in metrics or _undefined(metrics[other]):
            continue
        logger.warning(f"save_best='{key}' is nan: its classes do not occur in the validation data. The best "
                       f"checkpoint of this run is chosen by '{other}'")
        keys = [*hook.key_indicators[:i], other, *hook.key_indicators[i + 1:]]
        hook._init_rule(['greater' if name == other else rule for name, rule in zip(keys, hook.rules)], keys)
        if len(hook.key_indicators) > 1:
            hook.best_ckpt_path_dict.setdefault(other, None)


def _undefined(score):
    return score is not None and math.isnan(score)


@contextlib.contextmanager
def old_best_stays(hook):
    """mmengine's ``_save_best_checkpoint`` in it removes the old best only when the new one is there."""
    before = {name: getattr(hook, name) for name in KEPT if hasattr(hook, name)}
    for name, old in before.items():
        setattr(hook, name, dict.fromkeys(old) if isinstance(old, dict) else None)
    try:
        yield
    finally:
        for name, old in before.items():
            setattr(hook, name, _succeeded(old, getattr(hook, name)))


def _succeeded(old, new):
    """What is the best now; removes what it comes after."""
    if isinstance(new, dict):
        return {key: _succeeded((old or {}).get(key), path) for key, path in new.items()}
    if old and new not in (None, old) and is_main_process():
        Path(old).unlink(missing_ok=True)
    return new or old
