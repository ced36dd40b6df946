"""All files of the zoo at once, and which of them are not what they should be."""
from pathlib import Path

from .addresses import addressed
from .descriptions import describe
from .metafiles import dataset_index, metafile, model_index
from .overview import overview
from .pages import page
from .records import read_records
from .sources import Zoo, load_zoo


def zoo_files(zoo: Zoo) -> dict[str, str]:
    """The text of every file of the zoo by path in the checkout.

    Raises:
        FileNotFoundError, ValueError: of the functions that read configs and records.
    """
    records, files, every = read_records(zoo), {}, []
    for family, paths in zoo.configs.items():
        descriptions = [describe(path, zoo.root, zoo.datasets) for path in paths]
        files[f'configs/{family}/metafile.yaml'] = metafile(zoo, family, descriptions, records)
        files[f'configs/{family}/README.md'] = page(zoo, family, descriptions, records)
        every += descriptions
    return {**files, **addressed(zoo), 'model-index.yml': model_index(zoo),
            'dataset-index.yml': dataset_index(zoo), 'docs/results.csv': overview(every, records)}


def outdated(root: str | Path) -> list[str]:
    """A line for each file of the zoo that is missing or is not what the sources give."""
    zoo, lines = load_zoo(root), []
    files = zoo_files(zoo)
    lines += [f'{name} is of no family' for name in sorted(
        path.relative_to(zoo.root).as_posix() for path in zoo.root.glob('configs/*/metafile.yaml'))
        if name not in files]
    for name, text in files.items():
        path = zoo.root / name
        if not path.is_file() or path.read_text(encoding='utf-8') != text:
            lines.append(f'{name} is {"outdated" if path.is_file() else "missing"}')
    return lines
