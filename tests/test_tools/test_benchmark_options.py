"""The command line of tools/benchmark.py."""
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
    (['inference', 'c.py', '--points', '1'], '--points are the sizes of --scale'),
    (['inference', 'c.py', '--batch', '0'], 'expected a number from 1 on, got 0'),
    (['decoding', 'c.py', '--scale', 'side'], 'leave out --scale, --batch and --classes'),
    (['decoding', 'c.py', '--plot', 'p.png'], '--plot draws the cost at --points, which are missing'),
    (['decoding', 'c.py', '--points', '7'], 'of decoding are among'),
    (['inference', 'c.py', '--peer', 'transformers', '--scale', 'side'], 'give one of them'),
    (['train', 'c.py', '--peer', 'transformers'], "choose from")])
def test_options_that_do_not_fit(arguments, message, capsys):
    with pytest.raises(SystemExit):
        parse_args('', arguments)
    assert message in capsys.readouterr().err
