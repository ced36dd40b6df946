"""The script that builds the image where a daemon runs."""
import os
import subprocess
from pathlib import Path

import pytest

SCRIPT = Path(__file__).parents[1] / 'tools' / 'build_image.sh'


@pytest.mark.parametrize('answers', [True, False])
def test_it_is_built_where_a_daemon_answers(tmp_path, answers):
    docker = tmp_path / 'docker'
    docker.write_text(f'#!/bin/sh\necho "$PWD: $@" >> {tmp_path}/calls\n'
                      f'[ $1 != info ] || exit {int(not answers)}\n')
    docker.chmod(0o755)
    ended = subprocess.run(['bash', SCRIPT], capture_output=True, text=True, check=True, cwd=tmp_path,
                           env=dict(os.environ, DOCKER=str(docker)))
    info, *others = (tmp_path / 'calls').read_text().split(f'{SCRIPT.parents[1]}: ')[1:]
    assert info == 'info\n'
    if answers:
        build, run = others
        assert build == 'build --tag mmpartseg .\n'
        assert run.startswith('run --rm --network none mmpartseg bash')
    else:
        assert not others
        assert ended.stdout.startswith(f"The image was not built: '{docker} info' fails here")


def test_what_is_predicted_is_in_the_image():
    text = SCRIPT.read_text()
    picture, = (word for word in text.split() if word.endswith('.jpg'))
    assert (SCRIPT.parents[1] / picture).is_file()
    kept = (SCRIPT.parents[1] / '.dockerignore').read_text().splitlines()
    assert '!data/sample_pascal_part' in kept and picture.startswith('data/sample_pascal_part/')
