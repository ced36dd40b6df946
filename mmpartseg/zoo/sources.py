"""What the zoo is made from: ``configs/zoo.yml`` and the configs themselves."""
from pathlib import Path
from typing import Any, NamedTuple

import yaml


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
        ValueError: a folder of configs without a family, a family without configs, or a config elsewhere.
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
    configs = {name: sorted(root.glob(f'configs/{name}/*.py')) for name in content['families']}
    return Zoo(root, content['repository'], content['families'], content['datasets'], content['runs'],
               root / content['card'], configs)
