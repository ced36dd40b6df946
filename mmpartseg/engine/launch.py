"""What train.py and test.py do to a config before the Runner is built."""
from .. import compat


def prepare_launch(cfg, launcher):
    """Open the process group where there is one and divide the batch among its processes.

    ``effective_batch_size`` in the config is the number of images per iteration over all processes;
    without it ``train_dataloader.batch_size`` is taken per process, as mmengine does.

    Args:
        cfg (mmengine.Config): changed in place.
        launcher (str): ``'none'``, ``'pytorch'`` or ``'slurm'``.

    Raises:
        ValueError: the batch does not divide by the number of processes.
    """
    cfg.launcher = launcher
    compat.prepare_distributed(cfg)
    total = cfg.get('effective_batch_size')
    processes = compat.num_processes(launcher)
    if total is None or cfg.get('train_dataloader') is None:
        return
    if total % processes:
        raise ValueError(f'effective_batch_size={total} does not divide by {processes} processes; '
                         'set it with --cfg-options effective_batch_size=…, or to None to have '
                         'train_dataloader.batch_size count per process')
    cfg.train_dataloader.batch_size = total // processes
