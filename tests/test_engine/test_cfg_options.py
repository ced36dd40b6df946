"""--cfg-options as a user writes them, right and wrong."""
import re

import pytest

from mmpartseg.engine import config_options, read_config


@pytest.mark.parametrize('words, options', [
    ([], {}), (['a.b=3'], {'a.b': 3}), (['a=x=y', 'b=None'], {'a': 'x=y', 'b': None}), (['a='], {'a': ''}),
    (['a=[1,(2,x)]', 'b=1e-3', 'c=true'], {'a': [1, (2, 'x')], 'b': 0.001, 'c': True})])
def test_read(words, options):
    assert config_options(words) == options


def test_given_twice():
    """As tools collect the words of several ``--cfg-options``."""
    assert config_options('a=1 b=2 b=3'.split()) == {'a': 1, 'b': 3}


@pytest.mark.parametrize('words, wrong', [
    (['foo'], 'foo'), (['a=1', 'b', '=', '3'], 'b'), (['=3'], '=3'), (['a=[1,', '2]'], 'a=[1,'),
    (['a=(1'], 'a=(1'), ([' =1'], ' =1'), (['a=' + '[' * 999 + ']' * 999], 'a=' + '[' * 999 + ']' * 999)])
def test_refused(words, wrong, capsys, monkeypatch):
    monkeypatch.setattr('sys.argv', ['tools/train.py', '--cfg-options', *words])
    with pytest.raises(SystemExit) as ended:
        read_config('config.py', words)
    assert ended.value.code == 2
    assert capsys.readouterr().err.splitlines()[-1].startswith(
        f'train.py: error: argument --cfg-options: got {wrong!r}, expected KEY=VALUE without spaces')


@pytest.fixture
def config(tmp_path):
    (tmp_path / 'config.py').write_text("a = dict(b=1, c=[dict(d=2)], e=None, f=[], g=[1])\n")
    return tmp_path / 'config.py'


def test_merged(config):
    cfg = read_config(config, {'a.b': 3, 'a.c.0.d': 4, 'a.new.key': 5, 'a.c.0.e': 6})
    assert cfg.a == dict(b=3, c=[dict(d=4, e=6)], e=None, f=[], g=[1], new=dict(key=5))
    assert read_config(config, {}).a.b == 1


@pytest.mark.parametrize('key, wrong', [
    ('a.b.x', 'a.b is 1, which has no settings below it'),
    ('a.e.x.y', 'a.e is None, which has no settings below it'),
    ('a.c.0.d.x', 'a.c.0.d is 2, which has no settings below it'),
    ('a.c.1.d', 'a.c is a list; its entries are a.c.0 to a.c.0'), ('a.c.x', 'a.c is a list; its entries are'),
    ('a.c.-1', 'a.c is a list; its entries are'), ('a.f.0', 'a.f is an empty list'),
    ('a.c.0', 'an entry of a.c is changed by its keys only'), ('a.g.0.x', 'an entry of a.g is changed by')])
def test_keys_that_do_not_fit(key, wrong, config):
    with pytest.raises(SystemExit) as ended:
        read_config(config, {'a.b': 2, key: 1})
    assert str(ended.value).startswith(f'error: --cfg-options {key}=… does not fit {config}: {wrong}')


def test_a_config_that_there_is_not():
    """What was given, what is near it, what there is; no type of an exception."""
    with pytest.raises(SystemExit, match="^error: there is no config 'part_shaeps': neither a file, nor one "
                       "that ships .*, such as part_shapes .*; did you mean 'part_shapes'.$"):
        read_config('part_shaeps', {})


@pytest.mark.parametrize('text, message', [
    (b'a = (1,\nb = 2', 'SyntaxError'), (b'a = "\xe9"', 'SyntaxError|UnicodeDecodeError'),
    (b'a = ' + b'[' * 10**5, 'SyntaxError|MemoryError|RecursionError')])
def test_a_config_that_is_no_program(text, message, tmp_path):
    """One line, with the file that is wrong: the config, or one of its bases."""
    (tmp_path / 'base.py').write_bytes(text)
    (tmp_path / 'config.py').write_text("_base_ = ['./base.py']\n")
    for name in ('base.py', 'config.py'):
        with pytest.raises(SystemExit) as ended:
            read_config(tmp_path / name, {})
        assert re.match(rf'error: config {tmp_path}/base.py: .*({message})', str(ended.value))
        assert '\n' not in str(ended.value)


@pytest.mark.parametrize('text, message', [
    ('a = b', "NameError: name 'b' is not defined"),
    ("_base_ = ['./gone.py']", 'gone.py: FileNotFoundError')])
def test_a_config_that_does_not_run(text, message, tmp_path):
    (tmp_path / 'config.py').write_text(text)
    with pytest.raises(SystemExit) as ended:
        read_config(tmp_path / 'config.py', {})
    assert message in str(ended.value) and '\n' not in str(ended.value)
    with pytest.raises(SystemExit, match="error: there is no config '.*nowhere.py'"):
        read_config(tmp_path / 'nowhere.py', {})
