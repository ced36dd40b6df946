"""The line of a training log: mmengine's, with the score of the last validation."""
from mmengine.runner import LogProcessor
from mmseg.registry import LOG_PROCESSORS

SCORE = 'pred_all/harmonic'


@LOG_PROCESSORS.register_module()
class PartLogProcessor(LogProcessor):
    """mmengine's ``LogProcessor``; a training line ends with Pred-All harmonic and where it was the best.

    ``Iter(train) [ 450/1600] … eta: 0:04:05 … loss: 0.1513  Pred-All harmonic: 5.51 (best 6.02 at 200)``; in
    joint training one for each data set. Before the first validation the line is mmengine's own.
    """

    def get_log_after_iter(self, runner, batch_idx, mode):
        """mmengine's tag and line of an iteration."""
        tag, line = super().get_log_after_iter(runner, batch_idx, mode)
        if mode == 'train':
            line += ''.join(f'  {text}' for text in last_scores(runner))
        return tag, line


def last_scores(runner):
    """A text for each Pred-All harmonic that was validated, with its best so far."""
    texts = []
    for key, history in sorted(runner.message_hub.log_scalars.items()):
        if not key.startswith('val/') or not key.endswith(SCORE):
            continue
        dataset = key.removeprefix('val/').removesuffix(SCORE).rstrip('/')
        values = history.data[0]
        best = max(range(len(values)), key=lambda i: (values[i] == values[i], values[i], i))
        interval = runner.cfg.train_cfg.get('val_interval', 1)
        begin = runner.cfg.train_cfg.get('val_begin', 1)
        at = -(-max(begin, 1) // interval) * interval + best * interval
        texts.append(f'Pred-All harmonic{f" on {dataset}" if dataset else ""}: {values[-1]:.2f} '
                     f'(best {values[best]:.2f} at {at})')
    return texts
