"""The line of a training log: mmengine's, with the score of the last validation."""
from typing import Any

from mmengine.runner import LogProcessor, Runner
from mmseg.registry import LOG_PROCESSORS

SCORE = 'pred_all/harmonic'


@LOG_PROCESSORS.register_module()
class PartLogProcessor(LogProcessor):
    """mmengine's ``LogProcessor``, whose training line ends with Pred-All harmonic and its best so far.

    ``Iter(train) [ 450/1600] … eta: 0:04:05 … loss: 0.1513  Pred-All harmonic: 5.51 (best 6.02)``; in joint
    training one for each data set. Before the first validation the line is mmengine's own.
    """

    def get_log_after_iter(self, runner: Runner, batch_idx: int, mode: str) -> tuple[dict[str, Any], str]:
        """mmengine's tag and line of an iteration."""
        tag, line = super().get_log_after_iter(runner, batch_idx, mode)
        if mode == 'train':
            line += ''.join(f'  {text}' for text in last_scores(runner))
        return tag, line


def last_scores(runner: Runner) -> list[str]:
    """A text for each Pred-All harmonic that was validated; the best leaves undefined ones (nan) aside."""
    texts = []
    for key, history in sorted(runner.message_hub.log_scalars.items()):
        if key.startswith('val/') and key.endswith(SCORE):
            dataset = key.removeprefix('val/').removesuffix(SCORE).rstrip('/')
            values = [float(value) for value in history.data[0]]
            best = max((value for value in values if value == value), default=values[-1])
            texts.append(f'Pred-All harmonic{f" on {dataset}" if dataset else ""}: {values[-1]:.2f} '
                         f'(best {best:.2f})')
    return texts
