"""``--cfg-options`` of the tools."""
import argparse

from mmengine.config import DictAction


class ConfigOptions(DictAction):
    """mmengine's ``DictAction``, which ends with a line instead of a traceback on what it cannot read.

    Raises:
        argparse.ArgumentError: an option without ``=`` or key, or with unbalanced brackets.
    """

    def __call__(self, parser, namespace, values, option_string=None):
        for option in values:
            key, equals, value = option.partition('=')
            if not key.strip() or not equals or any(
                    value.count(a) != value.count(b) for a, b in ('()', '[]')):
                raise argparse.ArgumentError(
                    self, f'got {option!r}, expected KEY=VALUE without spaces, for example '
                    "train_cfg.max_iters=100, 'key=[1,2]' or key=None")
        super().__call__(parser, namespace, values, option_string)


def add_cfg_options(parser):
    """Give a parser ``--cfg-options``; its value is for ``Config.merge_from_dict``.

    Args:
        parser (argparse.ArgumentParser): changed in place.
    """
    parser.add_argument('--cfg-options', nargs='+', action=ConfigOptions, default={},
                        metavar='KEY=VALUE', help='override settings of the config')
