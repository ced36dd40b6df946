"""What a run is judged by where the score that was asked for does not exist."""
import math


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
