"""What the zoo is made from: ``configs/zoo.yml`` and the configs themselves."""
from pathlib import Path
from typing import Any, NamedTuple

import yaml

FAMILY = ('name', 'paper', 'code', 'file', 'summary', 'docs')
PAPER = ('title', 'authors', 'venue', 'year', 'url')
DATASET = ('name', 'source', 'root', 'script')


class Zoo(NamedTuple):
    """A checkout, the content of its ``configs/zoo.yml``, and its configs by family."""
    root: Path
    repository: str
    families: dict[str, dict[str, Any]]
    datasets: dict[str, dict[str, Any]]
    shipped: dict[str, dict[str, str]]
    card: Path
    configs: dict[str, list[Path]]


def load_zoo(root: str | Path) -> Zoo:
    """Read the sources of a checkout.

    Args:
        root: of the checkout.

    Returns:
        Zoo: its families in the order of ``zoo.yml``.

    Raises:
        ValueError: a folder of configs without a family, a family without configs, a config elsewhere, or an
            entry of ``zoo.yml`` that lacks something.
    """
    root = Path(root)
    content = yaml.safe_load((root / 'configs' / 'zoo.yml').read_text(encoding='utf-8'))
    found = {path.parent.name for path in root.glob('configs/[!_]*/*.py')}
    deep = [path for path in root.glob('configs/[!_]*/**/*.py') if len(path.relative_to(root).parts) > 3]
    for path in [*sorted(root.glob('configs/*.py')), *sorted(deep)]:
        raise ValueError(f'{path} lies where the zoo does not look; a config is configs/<family>/<name>.py')
    for name in sorted(found ^ set(content['families'])):
        raise ValueError(f"configs/{name} holds configs, but 'families' of configs/zoo.yml does not have it; "
                         'add its paper and summary there' if name in found else
                         f"configs/zoo.yml has the family '{name}', but configs/{name} holds no config")
    for name, family in content['families'].items():
        _check_keys(f"family '{name}'", family, FAMILY)
        _check_keys(f"paper of family '{name}'", family['paper'], PAPER)
    for name, dataset in content['datasets'].items():
        _check_keys(f"data set '{name}'", dataset, DATASET)
    configs = {name: sorted(root.glob(f'configs/{name}/*.py')) for name in content['families']}
    return Zoo(root, content['repository'], content['families'], content['datasets'], content['runs'],
               root / content['card'], configs)


def _check_keys(what: str, entry: dict[str, Any], keys: tuple[str, ...]) -> None:
    lacking = [key for key in keys if key not in (entry or {})]
    if lacking:
        raise ValueError(f'configs/zoo.yml: the {what} lacks {", ".join(lacking)}; an entry states '
                         f'{", ".join(keys)}')
