"""The processes of a run: how many a launcher started, and their group on machines without a GPU."""
import os
import subprocess

import torch
import torch.distributed as dist

LAUNCHERS = {  # what they set, first the number of processes
    'pytorch': (('WORLD_SIZE', 'RANK'), 'tools/dist_train.sh or torchrun'),
    'slurm': (('SLURM_NTASKS', 'SLURM_PROCID'), 'tools/slurm_train.sh or srun')}


def prepare_distributed(cfg):
    """Make a torchrun or Slurm launch work on machines without a GPU.

    mmengine's own launcher selects a CUDA device unconditionally. Without one, the process group is
    opened here with gloo, and the model is wrapped without device ids.

    Args:
        cfg (mmengine.Config): its ``launcher`` is read, ``model_wrapper_cfg`` and
            ``env_cfg.dist_cfg`` are filled in; ``'none'`` leaves everything as it is.
    """
    launcher = cfg.get('launcher', 'none')
    if launcher == 'slurm':
        _slurm_to_torch_environment()
    if launcher == 'none' or torch.cuda.is_available():
        return
    dist.init_process_group('gloo')
    if cfg.get('model_wrapper_cfg') is None:
        cfg.model_wrapper_cfg = dict(
            type='MMDistributedDataParallel', device_ids=None, broadcast_buffers=False,
            find_unused_parameters=cfg.get('find_unused_parameters', False))


def num_processes(launcher):
    """How many processes a launcher started (1 for ``'none'``).

    Raises:
        ValueError: this process was not started by it.
    """
    if launcher == 'none':
        return 1
    variables, tool = LAUNCHERS[launcher]
    missing = [name for name in variables if name not in os.environ]
    if missing:
        raise ValueError(f'--launcher {launcher} is for processes that {tool} started, and here '
                         f'{missing} is not set; leave --launcher out to run one process')
    return int(os.environ[variables[0]])


def _slurm_to_torch_environment():
    env = os.environ
    env.update(RANK=env['SLURM_PROCID'], WORLD_SIZE=env['SLURM_NTASKS'],
               LOCAL_RANK=env.get('SLURM_LOCALID', '0'))
    env.setdefault('MASTER_PORT', '29500')
    if 'MASTER_ADDR' not in env:
        env['MASTER_ADDR'] = _first_node(env.get('SLURM_STEP_NODELIST') or env['SLURM_NODELIST'])


def _first_node(nodes):
    """The node of process 0; Slurm writes several as ``node[01-04]``, which ``scontrol`` reads."""
    if '[' not in nodes:
        return nodes.split(',')[0]
    try:
        return subprocess.run(['scontrol', 'show', 'hostnames', nodes], check=True, text=True,
                              stdout=subprocess.PIPE).stdout.split()[0]
    except (OSError, subprocess.CalledProcessError) as error:
        raise ValueError(f'scontrol does not say which is the first of the nodes {nodes} ({error}); '
                         'set MASTER_ADDR to its address') from error
