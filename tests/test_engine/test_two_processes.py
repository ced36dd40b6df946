"""Two processes on CPU: unused parameters, and the same counts as one on an uneven data set."""
import os
import signal
import subprocess
import sys
import time

import numpy as np
import torch
from mmengine.config import Config
from mmengine.runner import Runner

from mmpartseg.engine import end_launch, prepare_launch
from tests.runs import in_child, train, two, write_config


def test_a_branch_without_a_loss(tmp_path):
    config = write_config(tmp_path, **{
        'train_cfg.max_iters': 2, 'model.decode_head.loss_part': None,
        'model.decode_head.loss_object': None, 'model.decode_head.with_cp': True})
    assert in_child(train, config, tmp_path / 'work', launcher='pytorch',
                    environments=two(0)) == [0, 0]


def test_the_number_of_processes_may_change(tmp_path):
    """The same samples, flipped in the same way, and the gradients that wait for their step."""
    config = write_config(tmp_path, **{'optim_wrapper.accumulative_counts': 3, 'param_scheduler.0.end': 60,
                                       'train_cfg.val_interval': 100,
                                       'optim_wrapper.optimizer': dict(
                                           type='SGD', lr=0.1, weight_decay=0., _delete_=True)})
    assert in_child(train, config, tmp_path / 'one') == [0]
    kill = dict(type='KillHook', moment='after_train_iter', call=5)
    assert in_child(train, config, tmp_path / 'changed', launcher='pytorch', environments=two(4000),
                    hooks=[kill]) == [-signal.SIGKILL] * 2
    assert in_child(train, config, tmp_path / 'changed', resume=True) == [0]
    start, one, changed = (torch.load(tmp_path / name, weights_only=True)['state_dict'] for name in (
        'one/iter_4.pth', 'one/iter_6.pth', 'changed/iter_6.pth'))
    moved = {name for name in one if not torch.equal(start[name], one[name])}
    assert len(moved) > 20
    for name in one:
        torch.testing.assert_close(changed[name], one[name], rtol=1e-4, atol=1e-6, msg=name)


def join_and_leave(folder):
    prepare_launch(Config(dict()), 'pytorch')
    assert torch.distributed.is_initialized()
    if torch.distributed.get_rank() == 1:
        time.sleep(1)
        (folder / 'worked').touch()
    end_launch()
    assert not torch.distributed.is_initialized() and (folder / 'worked').exists()


def test_processes_leave_together(tmp_path):
    """None before every other has done its work."""
    assert in_child(join_and_leave, tmp_path, environments=two(2000)) == [0, 0]
    end_launch()  # where there is no group, nothing


# Python keeps the interpreter from gloo's threads, which then hold the tensors of the last collective
# when it ends: without end_launch, 4 of 10 processes aborted
LAST_COLLECTIVE = """
import sys
import torch
from mmengine.config import Config
from mmpartseg.engine import end_launch, prepare_launch
prepare_launch(Config(dict()), 'pytorch')
sys.setswitchinterval(100)
for _ in range(20):
    torch.distributed.all_reduce(torch.ones(1))
end_launch()
"""


def test_the_end_of_an_interpreter():
    children = [subprocess.Popen([sys.executable, '-c', LAST_COLLECTIVE], env={**os.environ, **environment})
                for environment in two(3000)]
    assert [child.wait(120) for child in children] == [0, 0]


def evaluate(path, work_dir, launcher):
    cfg = Config.fromfile(path)
    cfg.work_dir, cfg.test_cfg = str(work_dir), dict()
    cfg.test_dataloader = cfg.val_dataloader
    cfg.test_evaluator = dict(cfg.val_evaluator, out_file=str(work_dir / 'counts.npz'))
    prepare_launch(cfg, launcher, training=False)
    Runner.from_cfg(cfg).test()


def test_uneven_validation(tmp_path):
    """Five images on two or three processes: what fills up is not counted.

    Three do not divide the training batch of two, which is not the test's business.
    """
    config = write_config(tmp_path, **{'val_dataloader.dataset.pipeline.2.prob': 0.})
    assert in_child(evaluate, config, tmp_path / 'one', 'none') == [0]
    assert in_child(evaluate, config, tmp_path / 'two', 'pytorch', environments=two(1000)) == [0, 0]
    assert in_child(evaluate, config, tmp_path / 'three', 'pytorch', environments=two(5000, 3)) == [0] * 3
    one, both, three = (dict(np.load(tmp_path / name / 'counts.npz')) for name in ('one', 'two', 'three'))
    assert set(one) == set(both) == set(three) and one['pred_all/confusion'].sum() == 5 * 32 * 32
    for key in one:
        np.testing.assert_array_equal(one[key], both[key])
        np.testing.assert_array_equal(one[key], three[key])
