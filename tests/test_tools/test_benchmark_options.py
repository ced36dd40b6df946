"""The command line of tools/benchmark.py."""
import re
import shlex
import sys

import pytest

from tests.tiny_model import TOOLS

sys.path.insert(0, str(TOOLS))
from benchmarking.options import parse_args, words_of_point  # noqa: E402

SETTINGS = ['--warmup', '0', '--seed', '-1', '--label-size', '3', '4', '--cfg-options', 'a=b', 'c="d e"']


@pytest.mark.parametrize('before, after', [
    (['--scale', 'classes', 'c.py'], []), (['--json', 'o.json', 'c.py', '--scale', 'side'], []),
    (['c.py', '--scale', 'batch', '--points', '1', '2', *SETTINGS], SETTINGS)])
def test_the_command_of_a_point(before, after):
    """Nothing is lost in whatever order words were given, and nothing scales again."""
    words = words_of_point(parse_args('', ['inference', *before]))
    assert words[:2] == ['inference', 'c.py'] and not {'--scale', '--points', '--json'} & {*words}
    assert vars(parse_args('', words)) == vars(parse_args('', ['inference', 'c.py', *after]))


def test_no_abbreviations(capsys):
    with pytest.raises(SystemExit):
        parse_args('', ['inference', 'c.py', '--sca', 'batch', '--poi', '1', '2'])
    assert 'unrecognized arguments: --sca batch --poi 1 2' in capsys.readouterr().err


@pytest.mark.parametrize('arguments, message', [
    ('inference c.py --points 1', '--points are the sizes of --scale'),
    ('inference c.py --batch 0', 'expected a number from 1 on, got 0'),
    ('decoding c.py --plot p.png', '--plot draws the cost at --points, which are missing'),
    ('decoding c.py --points 7', 'of decoding are among'),
    ('train c.py --peer transformers', 'choose from')])
def test_options_that_do_not_fit(arguments, message, capsys):
    with pytest.raises(SystemExit):
        parse_args('', arguments.split())
    assert message in capsys.readouterr().err


@pytest.mark.parametrize('arguments, names', [
    ('decoding c.py --scale side --batch 1', '--scale, --batch'),
    ('decoding c.py --images 2 --points 20 --plot p.png', '--points, --plot'),
    ('decoding c.py --images 2 --side 9 --label-size 3 3 --repeats 7', '--side, --label-size, --repeats'),
    ('decoding c.py --points 20 --warmup 0 --repeats 2', '--warmup, --repeats'),
    ('inference c.py --peer transformers --scale side', '--scale'),
    ('inference c.py --peer transformers --label-size 9 9', '--label-size'),
    ('inference c.py --scale batch --batch 4', '--batch'),
    ('train c.py --scale side --side 64', '--side'),
    ('train c.py --scale classes --classes 5', '--classes'),
    ('train c.py --label-size 9 9', '--label-size'),
    ('data c.py --seed 1', '--seed'),
    ('metric --warmup 9 --repeats 9 --cfg-options a=1', '--warmup, --repeats, --cfg-options')])
def test_options_that_would_change_nothing(arguments, names, capsys):
    with pytest.raises(SystemExit):
        parse_args('', arguments.split())
    assert f': leave out {names}\n' in capsys.readouterr().err


@pytest.mark.parametrize('path', ['tools/benchmark.py', 'docs/benchmarks.md', 'docs/running.md', 'README.md'])
def test_documented_commands_are_ones(path):
    """Each line and inline command; that of the marks of the tables is a comment."""
    text = (TOOLS.parent / path).read_text().replace('\\\n', ' ')
    commands = re.findall(r'python tools/benchmark\.py ([^`\n>]*)(?<!-)[`\n]', text)
    assert commands
    for command in commands:
        parse_args('', shlex.split(command))
