"""The script that makes the environment of quickstart and tests."""
import os
import subprocess
import sys
from pathlib import Path

import pytest

SCRIPT = Path(__file__).parents[1] / 'tools' / 'environment.sh'
FOLDERS = dict(venv='MMPARTSEG_VENV', downloads='TMPDIR', kept='PIP_CACHE_DIR')


def start(tmp_path, disks, **more):
    """Its end where each folder is on a disk of so many free GB; nothing is installed."""
    cases = ' '.join(f'{tmp_path}/{name}) echo {disk} 1 1 {free}300000 97% / ;;'
                     for name, (disk, free) in disks.items())
    (tmp_path / 'df').write_text(f'#!/bin/sh\necho File system blocks free\ncase $2 in {cases} esac\n')
    (tmp_path / 'python').write_text(
        f'#!/bin/sh\n[ "$1" = -c ] && exec {sys.executable} "$@"\necho made >&2; exit 1\n')
    for name in ('df', 'python'):
        (tmp_path / name).chmod(0o755)
    for name in FOLDERS:
        (tmp_path / name).mkdir(exist_ok=True)
    return subprocess.run(
        ['bash', '-euo', 'pipefail', SCRIPT], capture_output=True, text=True, check=False,
        env=dict(os.environ, PATH=f'{tmp_path}:{os.environ["PATH"]}', PYTHON=str(tmp_path / 'python'),
                 **{variable: str(tmp_path / name) for name, variable in FOLDERS.items()}, **more))


ROOM = dict(venv=('a', 9), downloads=('b', 9), kept=('c', 9))


@pytest.mark.parametrize('disks, needed, free, named', [
    (dict(ROOM, venv=('a', 3)), 6, 3, '{0}/venv (6)'),
    (dict(ROOM, downloads=('b', 2)), 3, 2, '{0}/downloads (3)'),
    (dict(ROOM, kept=('c', 1)), 3, 1, '{0}/kept (3)'),
    (dict(ROOM, downloads=('a', 8), venv=('a', 8)), 9, 8, '{0}/venv (6), {0}/downloads (3)'),
    (dict.fromkeys(FOLDERS, ('a', 11)), 12, 11, '{0}/venv (6), {0}/downloads (3), {0}/kept (3)')])
def test_a_disk_too_full(tmp_path, disks, needed, free, named):
    """pip ended with "No space left on device" after minutes."""
    ended = start(tmp_path, disks)
    assert ended.returncode == 1 and not list((tmp_path / 'venv').iterdir())
    assert ended.stderr == (
        f'The installation takes about {needed} GB where {free} GB are free: {named.format(tmp_path)}. '
        'Make room, or set MMPARTSEG_VENV (environment), TMPDIR (downloads) or PIP_CACHE_DIR (what pip keeps'
        '; PIP_NO_CACHE_DIR=1: nothing) to a folder on another disk\n')


@pytest.mark.parametrize('torch, kept, more, disks', [
    (False, False, {}, ROOM), (True, False, {}, dict.fromkeys(FOLDERS, ('a', 1))),
    (False, True, {}, dict(ROOM, kept=('c', 1))),
    (False, False, dict(PIP_NO_CACHE_DIR='1'), dict(ROOM, kept=('c', 1))),
    (False, False, {}, {})])
def test_room_enough(tmp_path, torch, kept, more, disks):
    """Also where torch is installed, what pip keeps is there or not wanted, or df has no answer."""
    if torch:
        (tmp_path / 'venv/lib/python3.11/site-packages/torch').mkdir(parents=True)
        (tmp_path / 'venv/lib/python3.11/site-packages/torch/version.py').touch()
    if kept:
        (tmp_path / 'kept/http-v2').mkdir(parents=True)
    assert start(tmp_path, disks, **more).stderr == 'made\n'
