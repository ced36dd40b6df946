"""What train.py and test.py do before the Runner is built, and after it is done."""
import time

from torch import distributed

from .. import compat
from ..checkpoints import read_checkpoint
from .atomic_files import latest_checkpoint

GLOO_PAUSE = 0.2  # seconds


def prepare_launch(cfg, launcher):
    """Open the process group where there is one and divide the batch among its processes.

    ``effective_batch_size`` in the config is the number of images per iteration over all processes;
    without it ``train_dataloader.batch_size`` is taken per process, as mmengine does.

    Args:
        cfg (mmengine.Config): changed in place.
        launcher (str): ``'none'``, ``'pytorch'`` or ``'slurm'``.

    Raises:
        ValueError: the launcher did not start this process, or the batch does not divide by the
            number of processes.
    """
    cfg.launcher = launcher
    processes = compat.num_processes(launcher)
    compat.prepare_distributed(cfg)
    total = cfg.get('effective_batch_size')
    if total is None or cfg.get('train_dataloader') is None:
        return
    if total % processes:
        raise ValueError(f'effective_batch_size={total} does not divide by {processes} processes; '
                         'set it with --cfg-options effective_batch_size=…, or to None to have '
                         'train_dataloader.batch_size count per process')
    cfg.train_dataloader.batch_size = total // processes


def end_launch():
    """Close the process group, where there is one, once every process has done its work.

    A thread of gloo holds the tensors of a collective a little longer than Python does, and needs
    the interpreter to free them. Without the pause an interpreter that shuts down meanwhile aborts,
    and closing the group (torch 2.6) waits for that thread forever. Call it after success only:
    after an error nobody else may come here.
    """
    if distributed.is_available() and distributed.is_initialized():
        distributed.barrier()
        time.sleep(GLOO_PAUSE)
        distributed.destroy_process_group()


def prepare_resume(cfg):
    """Go on from the latest checkpoint of ``cfg.work_dir``, if there is one, with its seed.

    mmengine takes the seed over too late: the order of the data is drawn before.

    Args:
        cfg (mmengine.Config): changed in place; ``load_from`` stays where there is no checkpoint.

    Raises:
        FileNotFoundError, ValueError: the checkpoint is not there, or damaged.
    """
    latest = latest_checkpoint(cfg.work_dir)
    if latest is None:
        return
    cfg.resume, cfg.load_from = True, latest
    cfg.randomness = dict(cfg.get('randomness') or {}, seed=read_checkpoint(latest)['meta']['seed'])


def where_to_go_on(work_dir):
    """A sentence on what an interrupted run has left."""
    latest = latest_checkpoint(work_dir)
    if latest is None:
        return 'There is no checkpoint yet'
    return f'The last checkpoint is {latest}; the same command with --resume goes on from there'
