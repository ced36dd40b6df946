"""Configs, tools and weights that come with the package, in a checkout and an installed wheel alike."""
import difflib
import os
from pathlib import Path

PACKAGE = Path(__file__).parent
FIRST_FAMILY = 'partclipseg'  # whose config is meant by a name that several families have


def shipped_root() -> Path:
    """The folder of ``configs``, ``tools`` and ``data``: of the checkout, or the wheel's ``.mim``."""
    installed = PACKAGE / '.mim'
    return installed if installed.is_dir() else PACKAGE.parent


def weights_path(name: str | Path) -> str | Path:
    """A file as it is named, or where there is none the one that ships, wherever it is run.

    Args:
        name: such as ``'data/miniature/partclipseg.safetensors'``.
    """
    shipped = shipped_root() / name
    ships = Path(name).parts[:2] == ('data', 'miniature') and shipped.is_file()
    return shipped if ships and not os.path.isfile(name) else name


def config_path(name: str | Path) -> str:
    """A config's file from its path or its shipped name.

    Args:
        name: a file; or ``'partclipseg/pascal_part'``, also without the folder
            (``'part_shapes'`` is PartCLIPSeg's).

    Returns:
        Its path.

    Raises:
        FileNotFoundError: neither; names those that are alike.
    """
    if os.path.isfile(name):
        return str(name)
    configs = shipped_root() / 'configs'
    key = str(name).removesuffix('.py').removeprefix('configs/')
    for candidate in (configs / f'{key}.py', configs / FIRST_FAMILY / f'{key}.py'):
        folder = candidate.resolve().parent
        if candidate.is_file() and folder.parent == configs.resolve() and not folder.name.startswith('_'):
            return str(candidate)
    found = sorted(configs.glob(f'[!_]*/{Path(key).name}.py'))
    if len(found) == 1 and '/' not in key:
        return str(found[0])
    names = [str(path.relative_to(configs).with_suffix('')) for path in configs.glob('[!_]*/*.py')]
    near = difflib.get_close_matches(key, [*names, *(n.split('/')[1] for n in names)], 1, 0.6)
    hint = f"; did you mean '{near[0]}'?" if near else ''
    raise FileNotFoundError(f"there is no config '{name}': neither a file, nor one that ships with "
                            f"mmpartseg, such as part_shapes or partclipseg/pascal_part{hint}")
