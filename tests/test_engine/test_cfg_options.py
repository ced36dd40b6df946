"""--cfg-options as a user writes them, right and wrong."""
import argparse

import pytest

from mmpartseg.engine import add_cfg_options


@pytest.fixture
def parser():
    parser = argparse.ArgumentParser(prog='train.py')
    add_cfg_options(parser)
    return parser


@pytest.mark.parametrize('words, options', [
    ([], {}), (['a.b=3'], {'a.b': 3}), (['a=x=y', 'b=None'], {'a': 'x=y', 'b': None}), (['a='], {'a': ''}),
    (['a=[1,(2,x)]', 'b=1e-3', 'c=true'], {'a': [1, (2, 'x')], 'b': 0.001, 'c': True})])
def test_read(words, options, parser):
    assert parser.parse_args(['--cfg-options', *words] if words else []).cfg_options == options


def test_given_twice(parser):
    words = '--cfg-options a=1 b=2 --cfg-options b=3'.split()
    assert parser.parse_args(words).cfg_options == {'a': 1, 'b': 3}
    assert parser.parse_args([]).cfg_options == {}


@pytest.mark.parametrize('words, wrong', [
    (['foo'], 'foo'), (['a=1', 'b', '=', '3'], 'b'), (['=3'], '=3'), (['a=[1,', '2]'], 'a=[1,'),
    (['a=(1'], 'a=(1'), ([' =1'], ' =1')])
def test_refused(words, wrong, parser, capsys):
    with pytest.raises(SystemExit) as ended:
        parser.parse_args(['--cfg-options', *words])
    assert ended.value.code == 2
    assert capsys.readouterr().err.splitlines()[-1].startswith(
        f'train.py: error: argument --cfg-options: got {wrong!r}, expected KEY=VALUE without spaces')
