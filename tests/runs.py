"""Tiny training runs in forked processes: they cost no import, and may be killed."""
import multiprocessing
import os
import random
import signal as signals
import time
from pathlib import Path

import numpy as np
import torch
from mmcv.transforms import BaseTransform
from mmengine.config import Config
from mmengine.hooks import Hook
from mmengine.optim import AmpOptimWrapper, OptimWrapper
from mmengine.runner import Runner
from mmseg.registry import HOOKS, OPTIM_WRAPPERS, TRANSFORMS
from PIL import Image

from mmpartseg.engine import end_launch, latest_checkpoint, prepare_launch
from tests.imported import import_for_runs
from tests.tiny import ALL, TINY_CLIP, head_config

FOREVER = 600  # seconds that no run of these takes
ROOT = Path(__file__).parents[1]
CONFIG = f"""
_base_ = ['{ROOT}/configs/_base_/schedules/schedule_20k.py',
          '{ROOT}/configs/_base_/default_runtime.py']
model = dict(
    type='PartSegmentor',
    data_preprocessor=dict(type='PartSegDataPreProcessor', mean=[0.] * 3, std=[255.] * 3,
                           bgr_to_rgb=True, size=(32, 32), seg_pad_val=255),
    backbone=dict(type='OpenCLIPViT', arch={TINY_CLIP}, out_indices=(0, 2), with_cls_token=True),
    decode_head={head_config()}, train_cfg=dict(), test_cfg=dict(mode='whole'))
dataset = dict(
    type='PartSegDataset', taxonomy=dict(object_parts={ALL}, unseen_objects=['dog']),
    data_root=DATA, data_prefix=dict(img_path='images', seg_map_path='labels'),
    pipeline=[dict(type='LoadPartImage'), dict(type='LoadPartAnnotations'),
              dict(type='RandomFlip', prob=0.5), dict(type='PackPartSegInputs')])
effective_batch_size = 2
train_dataloader = dict(
    num_workers=0, sampler=dict(type='DrawSampler', shuffle=True),
    dataset=dict(dataset, split='seen'))
val_dataloader = dict(
    batch_size=2, num_workers=0, sampler=dict(type='DefaultSampler', shuffle=False),
    dataset=dict(dataset, test_mode=True))
val_evaluator = dict(type='OpenVocabPartIoU')
test_cfg = None
train_cfg = dict(max_iters=6, val_interval=2)
param_scheduler = [dict(type='PolyLR', eta_min=0., power=0.9, begin=0, end=6, by_epoch=False)]
default_hooks = dict(checkpoint=dict(interval=2), logger=dict(interval=100))
"""


@HOOKS.register_module()
class NoiseHook(Hook):
    """Every iteration depends on the three generators of the main process, as dropout would."""

    def before_train_iter(self, runner, batch_idx, data_batch=None):
        noise = random.random() + np.random.rand() + torch.rand(())
        model = getattr(runner.model, 'module', runner.model)
        model.decode_head.background_embedding.data += 1e-3 * noise


@TRANSFORMS.register_module()
class NoteRead(BaseTransform):
    """Adds a line to a file for each image that is read."""

    def __init__(self, path):
        self.path = path

    def transform(self, results):
        with open(self.path, 'a') as file:
            file.write(results['img_path'] + '\n')
        return results


@OPTIM_WRAPPERS.register_module()
class CPUAmpWrapper(AmpOptimWrapper):
    """mmengine's wrapper, which asks for an accelerator, with torch's loss scaler for CPU."""

    def __init__(self, accumulative_counts=1, **kwargs):
        OptimWrapper.__init__(self, accumulative_counts=accumulative_counts, **kwargs)
        self.cast_dtype, self._scale_update_param = torch.bfloat16, None
        self.loss_scaler = torch.amp.GradScaler('cpu', init_scale=8., growth_interval=1)


@HOOKS.register_module()
class KillHook(Hook):
    """A signal at a moment: the name of a method of a hook, and which of its calls."""
    priority = 'LOWEST'

    def __init__(self, moment, call=1, signal='SIGKILL'):
        def kill(*args, **kwargs):
            nonlocal call
            call -= 1
            if not call:
                os.kill(os.getpid(), getattr(signals, signal))
                time.sleep(FOREVER)
        setattr(self, moment, kill)


def kill_in_rename(call):
    """SIGKILL in place of the n-th rename of a finished file."""
    rename = os.replace

    def replace(source, target):
        nonlocal call
        call -= 1
        if not call:
            os.kill(os.getpid(), signals.SIGKILL)
        rename(source, target)
    os.replace = replace


def write_config(folder, **options):
    """Four drawn images of seven classes: 6 steps, a checkpoint and a validation each 2."""
    for i in range(5):
        labels = np.random.default_rng(i).integers(0, len(ALL), (4, 4), np.uint8).repeat(8, 0).repeat(8, 1)
        for kind in ('images', 'labels'):
            (folder / 'data' / kind).mkdir(parents=True, exist_ok=True)
            Image.fromarray(labels * (30 if kind == 'images' else 1)).save(
                folder / 'data' / kind / f'{i}.png')
    path = folder / 'config.py'
    path.write_text(CONFIG.replace('DATA', repr(str(folder / 'data'))))
    cfg = Config.fromfile(path)
    cfg.merge_from_dict(options)
    cfg.dump(path)
    return path


def train(path, work_dir, hooks=(), resume=False, launcher='none'):
    """What tools/train.py does, in this process."""
    cfg = Config.fromfile(path)
    cfg.work_dir = str(work_dir)
    cfg.custom_hooks = [*cfg.get('custom_hooks', ()), *hooks]
    if resume:
        cfg.resume, cfg.load_from = True, latest_checkpoint(work_dir)
    prepare_launch(cfg, launcher)
    Runner.from_cfg(cfg).train()
    end_launch()


def two(offset, count=2):
    """Environments of processes of one run on this machine; ``offset`` keeps ports of tests apart."""
    port = str(25500 + offset + os.getpid() % 1000)
    return [dict(RANK=str(r), LOCAL_RANK=str(r), WORLD_SIZE=str(count), MASTER_ADDR='127.0.0.1',
                 MASTER_PORT=port) for r in range(count)]


def in_child(function, *args, environments=({},), text=False, **kwargs):
    """Exit codes of forked processes that call a function, one for each environment.

    With ``text`` their checkpoints hold the text of the config, which takes longer than a run.
    """
    import_for_runs()
    context = multiprocessing.get_context('fork')

    def call(environment):
        os.environ.update(environment)
        if not text:
            Config.pretty_text = '# left out'
        function(*args, **kwargs)
    children = [context.Process(target=call, args=(e,)) for e in environments]
    for child in children:
        child.start()
    for child in children:
        child.join(FOREVER)
        child.kill()
    return [child.exitcode for child in children]


def assert_same(first, second, path=''):
    """Two checkpoints hold the same bits, times and names of runs aside."""
    if isinstance(first, dict):
        assert set(first) == set(second), path
        for key in first:
            assert_same(first[key], second[key], f'{path}/{key}')
    elif isinstance(first, (list, tuple)):
        assert len(first) == len(second), path
        for i, pair in enumerate(zip(first, second)):
            assert_same(*pair, f'{path}/{i}')
    elif torch.is_tensor(first):
        assert torch.equal(first, second), path
    else:
        assert first == second or first != first, f'{path}: {first} and {second}'


def state_of(work_dir, step=6):
    """What decides how a run goes on, from its checkpoint."""
    checkpoint = torch.load(work_dir / f'iter_{step}.pth', weights_only=True)
    info = checkpoint['message_hub']['runtime_info']
    kept = ('state_dict', 'ema_state_dict', 'optimizer', 'param_schedulers')
    return dict({k: checkpoint[k] for k in kept if k in checkpoint},
                best=info['best_score'], best_name=os.path.basename(info['best_ckpt']),
                processes=checkpoint['meta']['process_states'])
