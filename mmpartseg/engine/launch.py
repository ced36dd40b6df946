"""What train.py and test.py do before the Runner is built, and after it is done."""
import os
import time

from torch import distributed

from ..checkpoints import read_checkpoint
from ..printable import counted
from .atomic_files import NEEDED, checkpoint_to_resume, latest_checkpoint
from .processes import num_processes, prepare_distributed

GLOO_PAUSE = 0.2  # seconds
CUBLAS = ('CUBLAS_WORKSPACE_CONFIG', ':4096:8')  # what torch asks for; read when the GPU is first used


def prepare_launch(cfg, launcher, training=True):
    """Open the process group where there is one and settle what follows from it.

    ``effective_batch_size`` in the config is the number of images per iteration over all processes;
    without it ``train_dataloader.batch_size`` is taken per process, as mmengine does.

    Args:
        cfg (mmengine.Config): changed in place.
        launcher (str): ``'none'``, ``'pytorch'`` or ``'slurm'``.
        training (bool): whether the training batch matters.

    Raises:
        ValueError: the launcher did not start this process, the batch does not divide by the number
            of processes, or ``train_dataloader.batch_size`` contradicts it.
    """
    cfg.launcher = launcher
    processes = num_processes(launcher)
    if (cfg.get('randomness') or {}).get('deterministic'):
        os.environ.setdefault(*CUBLAS)
    prepare_distributed(cfg)
    _settle_workers(cfg)
    if training and None not in (cfg.get('effective_batch_size'), cfg.get('train_dataloader')):
        cfg.train_dataloader.batch_size = _batch_of_process(cfg, processes)


def _batch_of_process(cfg, processes):
    total, stated = cfg.effective_batch_size, cfg.train_dataloader.get('batch_size')
    if total % processes:
        raise ValueError(f'effective_batch_size={total} does not divide by the number of processes, '
                         f'{processes}; '
                         'set it with --cfg-options effective_batch_size=…, or to None to have '
                         'train_dataloader.batch_size count per process')
    if stated is not None and stated * processes != total:
        raise ValueError(f"train_dataloader.batch_size={stated} on "
                         f"{counted(processes, 'process', 'processes')} contradicts "
                         f'effective_batch_size={total}; state only effective_batch_size, the images of '
                         'an iteration over all processes, or set it to None to have '
                         'train_dataloader.batch_size count per process')
    return total // processes


def _settle_workers(cfg):
    """Without workers there are none to keep, nor batches for them to fetch ahead."""
    for name in ('train', 'val', 'test'):
        loader = cfg.get(f'{name}_dataloader')
        if loader is not None and loader.get('num_workers') == 0:
            loader.update(persistent_workers=False, prefetch_factor=None)


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
    """Go on from the latest whole checkpoint of ``cfg.work_dir``, if there is one, with its seed.

    mmengine takes the seed over too late: the order of the data is drawn before.

    Args:
        cfg (mmengine.Config): changed in place; ``load_from`` stays where there is no checkpoint.

    Raises:
        FileNotFoundError, ValueError: there is none that is whole, where there should be one.
    """
    latest = checkpoint_to_resume(
        cfg.work_dir, NEEDED + (('param_schedulers', ) if cfg.get('param_scheduler') else ()))
    if latest is None:
        return
    cfg.started_from, cfg.resume, cfg.load_from = cfg.get('load_from'), True, latest
    cfg.randomness = dict(cfg.get('randomness') or {}, seed=read_checkpoint(latest)['meta']['seed'])


def where_to_go_on(work_dir):
    """A sentence on what an interrupted run has left."""
    latest = latest_checkpoint(work_dir)
    if latest is None:
        return 'There is no checkpoint yet'
    return f'The last checkpoint is {latest}; the same command with --resume goes on from there'
