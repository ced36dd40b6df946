"""The script that makes the environment of quickstart and tests."""
import os
import subprocess
import sys
from pathlib import Path

SCRIPT = Path(__file__).parents[1] / 'tools' / 'environment.sh'


def test_a_disk_too_full(tmp_path):
    """pip ended with "No space left on device" after minutes."""
    (tmp_path / 'df').write_text('#!/bin/sh\necho Filesystem\necho /dev/vda 1 1 3300000 97% /\n')
    (tmp_path / 'df').chmod(0o755)
    ended = subprocess.run(['bash', SCRIPT], capture_output=True, text=True, check=False, env=dict(
        os.environ, PATH=f'{tmp_path}:{os.environ["PATH"]}', PYTHON=sys.executable,
        MMPARTSEG_VENV=str(tmp_path / 'venv')))
    assert ended.returncode == 1 and not list((tmp_path / 'venv').iterdir())
    assert ended.stderr == (f'The environment {tmp_path}/venv takes about 6 GB, and 3 GB are free there. '
                            'Make room, or set MMPARTSEG_VENV to a folder on another disk\n')
