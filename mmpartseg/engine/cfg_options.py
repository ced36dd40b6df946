"""``--cfg-options`` of the tools."""
import argparse
from pathlib import Path

from mmengine.config import Config, DictAction

from ..printable import printable
from ..regular_files import check_regular
from ..shipped import config_path

MOST_BRACKETS = 500  # Python's stack ends at twice as many within each other


class ConfigOptions(DictAction):
    """mmengine's ``DictAction``, which ends with a line instead of a traceback on what it cannot read.

    Raises:
        argparse.ArgumentError: an option without ``=`` or key, or with unbalanced brackets.
    """

    def __call__(self, parser, namespace, values, option_string=None):
        for option in values:
            key, equals, value = option.partition('=')
            if not key.strip() or not equals or any(
                    not value.count(a) == value.count(b) <= MOST_BRACKETS for a, b in ('()', '[]')):
                raise argparse.ArgumentError(
                    self, f'got {option!r}, expected KEY=VALUE without spaces, for example '
                    "train_cfg.max_iters=100, 'key=[1,2]' or key=None")
        super().__call__(parser, namespace, values, option_string)


def config_options(words):
    """The words after ``--cfg-options``, such as ``'train_cfg.max_iters=100'``, as values by dotted key.

    Tools take them as they are, because they answer ``--help`` before this package is imported.

    Raises:
        SystemExit: a word that cannot be read; a line on stderr names it.
    """
    parser = argparse.ArgumentParser(usage=argparse.SUPPRESS, add_help=False)
    parser.add_argument('--cfg-options', nargs='+', action=ConfigOptions, default={})
    return parser.parse_args(['--cfg-options', *words] if words else []).cfg_options


def read_config(path, options):
    """A config file with the settings of ``--cfg-options``.

    Args:
        path (str | Path): the file, or the name of a shipped config, see :func:`config_path`.
        options (dict | list[str]): values by dotted key, or words of :func:`config_options`.

    Returns:
        mmengine.Config: the config.

    Raises:
        SystemExit: a word that cannot be read; a key that goes on below something that is no dict or
            list, or beyond a list's end, or that ends at an entry of a list; its message names the key
            and what is there.
            A config that there is not, with the names that are alike; one that cannot be read or run: a line
            names the file.
    """
    if not isinstance(options, dict):
        options = config_options(options)
    try:
        path = config_path(path)
    except FileNotFoundError as error:
        raise SystemExit(f'error: {printable(error)}') from error
    try:
        _check_bases(Path(path))
        cfg = Config.fromfile(path)
    except _Unreadable as error:
        raise SystemExit(str(error)) from error
    except (Exception, SystemExit) as error:  # a config is a program
        raise SystemExit(str(_Unreadable(path, error))) from error
    settings = cfg.to_dict()
    for key in options:
        wrong = _misfit(settings, key)
        if wrong:
            raise SystemExit(f'error: --cfg-options {key}=… does not fit {path}: {wrong}')
    cfg.merge_from_dict(options)
    return cfg


class _Unreadable(ValueError):
    """What is wrong with one file of a config, in one line."""

    def __init__(self, path, error):
        super().__init__(f'error: config {printable(path)}: {type(error).__name__}: {printable(error)}')


def _check_bases(path, users=()):
    """_Unreadable for the first of a config and its bases that is no program, or a base of itself."""
    try:
        check_regular(path)
        if path.resolve() in users:
            raise ValueError('it is a base of itself')
        bases = Config._get_base_files(str(path))
        names = [name for name in bases if '::' not in name]  # others are of installed packages
    except Exception as error:  # a config is a program
        raise _Unreadable(path, error) from error
    for name in names:
        _check_bases(path.parent / name, (*users, path.resolve()))


def _misfit(node, key):
    """What is wrong with a dotted key; None if nothing is."""
    names = key.split('.')
    for i, name in enumerate(names):
        where = '.'.join(names[:i])
        if isinstance(node, dict):
            if name not in node:
                return None  # a new setting
            node = node[name]
        elif isinstance(node, list):
            if not name.isdecimal() or int(name) >= len(node):
                return (f'{where} is a list; its entries are {where}.0 to {where}.{len(node) - 1}' if node
                        else f'{where} is an empty list')
            node = node[int(name)]
            if i + 1 == len(names) or not isinstance(node, (dict, list)):
                return f'an entry of {where} is changed by its keys only; write the whole list, {where}=[…]'
        else:
            return f'{where} is {node!r}, which has no settings below it'
    return None
