"""tools/train.py, tools/test.py and their distributed forms, as a user calls them."""
import json
import os
import re
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image

from tests.forked_tool import run_forked
from tests.runs import two
from tests.tiny import TINY_CLIP

ROOT = Path(__file__).parents[2]
TRAIN, TEST = ROOT / 'tools/train.py', ROOT / 'tools/test.py'
CONFIG = f'''
_base_ = '{ROOT}/configs/partclipseg/pascal_part.py'
arch = {dict(TINY_CLIP, _delete_=True)!r}
data_preprocessor = dict(size=(32, 32))
resize = dict(type='ResizePartSeg', scale=(32, 32), backend='pillow')
train_pipeline = [dict(type='LoadPartImage'), dict(type='LoadPartAnnotations'), resize,
                  dict(type='RandomFlip', prob=0.5), dict(type='PackPartSegInputs')]
test_pipeline = [dict(type='LoadPartImage'), resize, dict(type='LoadPartAnnotations'),
                 dict(type='PackPartSegInputs')]
model = dict(
    data_preprocessor=data_preprocessor, backbone=dict(arch=arch, out_indices=(0, 2)),
    decode_head=dict(
        text_encoder=dict(arch=arch), in_channels=(32, 32), channels=16, num_heads=2,
        ffn_channels=32, mask_strides=(4, 2), adapter_channels=8))
load_from = None
effective_batch_size = 2
train_dataloader = dict(num_workers=0, persistent_workers=False,
                        dataset=dict(data_root='ROOT', pipeline=train_pipeline))
val_dataloader = dict(num_workers=0, persistent_workers=False,
                      dataset=dict(data_root='ROOT', pipeline=test_pipeline))
test_dataloader = val_dataloader
train_cfg = dict(max_iters=4, val_interval=4)
param_scheduler = [dict(type='PolyLR', eta_min=0., power=0.9, begin=0, end=4, by_epoch=False)]
default_hooks = dict(logger=dict(interval=1), checkpoint=dict(interval=2))
'''
# starts every task of Slurm here, on the nodes that it would name
SRUN = """#!/usr/bin/env bash
while [[ $1 = -* ]]; do
    case $1 in --ntasks=*) tasks=${1#*=} ;; --ntasks-per-node=*) per_node=${1#*=} ;; -p) shift ;; esac
    shift
done
for ((i = 0; i < tasks; i++)); do
    SLURM_PROCID=$i SLURM_LOCALID=$((i % per_node)) SLURM_NTASKS=$tasks SLURM_NODELIST='node[1-2]' "$@" &
    children+=($!)
done
for child in "${children[@]}"; do wait "$child" || code=$?; done
exit "${code:-0}"
"""
SCONTROL = """#!/bin/sh
[ "$*" = 'show hostnames node[1-2]' ] && printf 'localhost\\nelsewhere\\n'
"""


@pytest.fixture
def workspace(pascal_archive, tmp_path):
    config = tmp_path / 'config.py'
    config.write_text(CONFIG.replace("'ROOT'", repr(str(pascal_archive.root))))
    return tmp_path


def run(*command, cwd, **env):
    """Run a command; its output, or an assertion with it."""
    env = {**os.environ, 'OMP_NUM_THREADS': '1', 'PYTHON': sys.executable, **env}
    result = subprocess.run([str(c) for c in command], cwd=cwd, env=env, text=True,
                            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=300)
    assert result.returncode == 0, result.stdout[-4000:]
    return result.stdout


def lines_before_the_first_iteration(output):
    return output[:output.index('Iter(train)')].count('\n')


def losses(output):
    return {int(i): float(loss) for i, loss in re.findall(
        r'Iter\(train\) \[\s*(\d+)/.*? loss: ([\d.]+)', output)}


def weights(path):
    return torch.load(path, weights_only=False)['state_dict']


def test_train_resume_test(workspace):
    config, work = workspace / 'config.py', workspace / 'work'
    log = run(sys.executable, TRAIN, config, '--work-dir', work, cwd=workspace)
    assert set(losses(log)) == {1, 2, 3, 4} and lines_before_the_first_iteration(log) < 60
    for key in ('decode.loss_object_part:', 'decode.loss_object_part_background:',
                'decode.loss_part:', 'decode.loss_object:', 'decode.loss_separation:',
                'decode.loss_enhance:', 'pred_all/harmonic:', 'oracle_obj/unseen:'):
        assert key in log, key
    assert list(work.glob('best_pred_all_harmonic_iter_4.pth'))

    # stopped after two iterations, then resumed: the same weights
    halved = workspace / 'halved'
    run_forked(TRAIN, config, '--work-dir', halved, '--cfg-options', 'train_cfg.max_iters=2', cwd=workspace)
    log = run_forked(TRAIN, config, '--work-dir', halved, '--resume', cwd=workspace)
    assert set(losses(log)) == {3, 4}
    whole, resumed = weights(work / 'iter_4.pth'), weights(halved / 'iter_4.pth')
    assert all(torch.equal(whole[k], resumed[k]) for k in whole)

    log = run_forked(TEST, config, work / 'iter_4.pth', '--work-dir', workspace / 'test',
                     '--out', workspace / 'maps', '--show-dir', workspace / 'pictures', cwd=workspace)
    maps = sorted(p.name for p in (workspace / 'maps/pred_all').iterdir())
    images = sorted(p.stem for p in (workspace / 'PascalPart116/images/val').glob('[!.]*.jpg'))
    assert maps == [f'{name}.png' for name in images]
    for folder in ('pred_all', 'oracle_obj'):
        label_map = np.array(Image.open(workspace / 'maps' / folder / maps[0]))
        photo = Image.open(workspace / f'PascalPart116/images/val/{images[0]}.jpg')
        assert label_map.shape == photo.size[::-1] and label_map.max() <= 116
    assert list((workspace / 'pictures').rglob('*.png'))
    assert 'was chosen by its score' not in log
    best = work / 'best_pred_all_harmonic_iter_4.pth'
    log = run_forked(TEST, config, best, '--work-dir', workspace / 'best', cwd=workspace)
    assert f'{best} was chosen by its score in validation. Where those images are the test images' in log
    table = json.loads(next((workspace / 'test').glob('*/*.json')).read_text().splitlines()[-1])
    assert {'pred_all/seen', 'pred_all/unseen', 'oracle_obj/harmonic'} <= set(table)


def write_slurm(folder):
    """A folder for PATH with the two commands of Slurm."""
    folder.mkdir()
    for name, text in (('srun', SRUN), ('scontrol', SCONTROL)):
        (folder / name).write_text(text)
        (folder / name).chmod(0o755)
    return folder


def test_two_processes(workspace):
    """On two nodes of torchrun and of Slurm; evaluated on one node."""
    config = workspace / 'config.py'
    single = run_forked(TRAIN, config, '--work-dir', workspace / 'one', cwd=workspace)
    assert len(losses(single)) == 4
    port = 29500 + os.getpid() % 1000

    def node(rank):
        return run('bash', ROOT / 'tools/dist_train.sh', config, 1, '--work-dir', workspace / 'two',
                   cwd=workspace, NNODES='2', NODE_RANK=str(rank), MASTER_ADDR='127.0.0.1', PORT=str(port))
    with ThreadPoolExecutor(2) as pool:
        double, second = pool.map(node, range(2))
    # the same images per iteration: the same loss curve, to the digits that are printed
    assert losses(double) == pytest.approx(losses(single), abs=2e-4) and not losses(second)
    by_slurm = run(
        'bash', ROOT / 'tools/slurm_train.sh', 'partition', 'name', config, '--work-dir',
        workspace / 'slurm', cwd=workspace, GPUS='2', GPUS_PER_NODE='1', MASTER_PORT=str(port),
        PATH=f"{write_slurm(workspace / 'bin')}:{os.environ['PATH']}")
    assert losses(by_slurm) == losses(double)
    log = run('bash', ROOT / 'tools/dist_test.sh', config, workspace / 'two/iter_4.pth', 2,
              '--work-dir', workspace / 'test2', cwd=workspace, PORT=str(port))
    again = run_forked(TEST, config, workspace / 'two/iter_4.pth', '--work-dir', workspace / 'test1',
                       cwd=workspace)
    scores = [re.findall(r'((?:pred_all|oracle_obj)/\w+): ([\d.]+|nan)', text) for text in (log, again)]
    assert scores[0] and sorted(set(scores[0])) == sorted(set(scores[1]))


def test_a_batch_stated_twice(workspace):
    with pytest.raises(AssertionError, match='train_dataloader.batch_size=4 on 1 process contradicts '
                       'effective_batch_size=2'):
        run_forked(TRAIN, workspace / 'config.py', '--work-dir', workspace / 'w', '--cfg-options',
                   'train_dataloader.batch_size=4', cwd=workspace)


def test_a_batch_that_does_not_divide(workspace):
    with pytest.raises(AssertionError, match='effective_batch_size=3 does not divide by .*processes, 2;'):
        run_forked(TRAIN, workspace / 'config.py', '--launcher', 'pytorch', '--cfg-options',
                   'effective_batch_size=3', cwd=workspace, environments=two(6000))


def test_model_and_data_with_different_classes(workspace):
    with pytest.raises(AssertionError, match=(
            'model.decode_head.train_taxonomy has 116 classes, the data set of train_dataloader has 74')):
        run_forked(TRAIN, workspace / 'config.py', '--work-dir', workspace / 'w', '--cfg-options',
                   'model.decode_head.train_taxonomy=pascal_part_116', cwd=workspace)
