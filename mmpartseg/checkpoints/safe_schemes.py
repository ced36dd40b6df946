"""No scheme of mmengine's ``CheckpointLoader`` reads a file in another way than ours."""
from collections.abc import Callable

from mmengine.logging import print_log
from mmengine.runner import CheckpointLoader

from ..printable import printable


def safe_scheme(*prefixes: str) -> Callable[[Callable], Callable]:
    """Register a loader for checkpoints that never runs what is in them; others are refused.

    Args:
        prefixes (str): as of ``CheckpointLoader.register_scheme``; those there are get replaced.

    Returns:
        Callable: a decorator for ``loader(filename, map_location)``.
    """
    def register(loader):
        loader.reads_tensors_only = True
        CheckpointLoader.register_scheme(list(prefixes), loader, force=True)
        return loader
    return register


def refuse_other_schemes() -> None:
    """From now on mmengine loads through loaders of :func:`safe_scheme` alone."""
    find = CheckpointLoader._get_checkpoint_loader.__func__
    if getattr(find, 'safe_only', False):
        return

    def find_safe(cls, path):
        loader = find(cls, path)
        if not getattr(loader, 'reads_tensors_only', False):
            raise ValueError(
                f"checkpoint {printable(path)}: its scheme is read by {loader.__module__}.{loader.__name__}, "
                'which may run code that is in the file: refused. Fetch the file and give its path, or '
                'register a loader with mmpartseg.checkpoints.safe_scheme that calls read_checkpoint')
        return loader

    def load(cls, filename, map_location=None, logger='current'):
        loader = cls._get_checkpoint_loader(filename)
        print_log(f'Loads checkpoint by {loader.__name__.removeprefix("load_from_")} backend from path: '
                  f'{printable(filename)}', logger)
        return loader(filename, map_location)

    find_safe.safe_only = True  # type: ignore[attr-defined]  # a function takes attributes
    CheckpointLoader._get_checkpoint_loader = classmethod(find_safe)
    CheckpointLoader.load_checkpoint = classmethod(load)  # mmengine's sends escape sequences of names on
