"""A disk that is full ends a run with one line that names the file."""
import resource
import runpy
import signal
import sys

import pytest
from mmengine.config import Config

from tests.runs import ROOT, in_child, write_config


def limited(config, work_dir, most):
    """tools/train.py where no file may be larger than so many bytes."""
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (most, most))
    sys.argv = ['train.py', str(config), '--work-dir', str(work_dir)]
    with pytest.raises(SystemExit) as ended:
        runpy.run_path(str(ROOT / 'tools' / 'train.py'), run_name='__main__')
    message = str(ended.value)
    assert message.startswith('error: ') and '\n' not in message
    assert 'cannot be written: File too large' in message and 'iter_2.pth' in message


def test_a_checkpoint_that_does_not_fit(tmp_path):
    config = write_config(tmp_path)
    cfg = Config.fromfile(config)
    cfg.custom_hooks = []
    cfg.dump(config)
    assert in_child(limited, config, tmp_path / 'work', 60_000) == [0]
    assert not list((tmp_path / 'work').glob('*.pth')) and not list((tmp_path / 'work').glob('.*.tmp'))
