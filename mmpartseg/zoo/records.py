"""Finished runs of the zoo: which weights they left, and what their logs say."""
import json
from pathlib import Path
from typing import Any, NamedTuple

from ..checkpoints.hashes import sha256_of
from ..version import __version__
from .sources import Zoo

HUB, HUB_PAGES = 'hf://', 'https://huggingface.co/'


class Record(NamedTuple):
    """A finished run. ``scores`` are read from the log of its test, never stated."""
    config: str
    weights: str  # a path in the checkout, or the hub's, as ``load_from`` takes them
    url: str  # the same for a download, as mim wants it
    sha256: str
    train_log: str | None
    test_log: str
    hardware: str
    scores: dict[str, Any]
    halved: bool = False  # after its test: the weights are in half precision


def read_records(zoo: Zoo) -> dict[str, Record]:
    """The finished runs by config.

    Raises:
        FileNotFoundError: names a file that a run needs and that is not there.
        ValueError: a file whose SHA-256 is not the stated one, a log without scores, two runs of a config.
    """
    stated = json.loads(zoo.card.read_text())['sha256']
    found = [_shipped(zoo, name, run, stated) for name, run in zoo.shipped.items()]
    found += [_published(zoo, path) for path in sorted(zoo.root.glob('configs/*/runs/*/run.json'))]
    records: dict[str, Record] = {}
    for record in found:
        if record.config in records:
            raise ValueError(f'two runs of {record.config} are in the zoo: {records[record.config].weights} '
                             f'and {record.weights}; keep one')
        if not (zoo.root / record.config).is_file():
            raise FileNotFoundError(f'the zoo has a run of {record.config}, which is not there')
        records[record.config] = record
    return records


def _shipped(zoo: Zoo, name: str, run: dict[str, str], stated: dict[str, str]) -> Record:
    """A run in the folder of the card, whose files must be those of the card."""
    folder = zoo.card.parent
    for key in ('weights', 'train_log', 'test_log'):
        if key in run:
            check_hash(folder / run[key], stated.get(run[key]), zoo.card)
    paths = {key: (folder / run[key]).relative_to(zoo.root).as_posix() if key in run else None
             for key in ('weights', 'train_log', 'test_log')}
    weights = str(paths['weights'])
    return Record(f'configs/{name}.py', weights, file_url(zoo, weights), stated[run['weights']],
                  paths['train_log'], str(paths['test_log']), run['hardware'],
                  logged_scores(folder / run['test_log']), bool(run.get('halved')))


def _published(zoo: Zoo, path: Path) -> Record:
    """A run whose weights lie elsewhere and whose logs lie beside ``run.json``."""
    run = json.loads(path.read_text())
    for name in ('train_log.json', 'test_log.json'):
        check_hash(path.with_name(name), run['sha256'].get(name), path)
    folder = path.parent.relative_to(zoo.root).as_posix()
    if not run.get('published', '').startswith(HUB):
        raise ValueError(f"{path}: 'published' is {run.get('published')!r}; expected {HUB}owner/name, where "
                         'the weights are')
    repository, _, revision = run['published'].removeprefix(HUB).partition('@')
    url = f'{HUB_PAGES}{repository}/resolve/{revision or "main"}/{run["weights"]}'
    return Record(run['config'], run['published'], url, run['sha256'][run['weights']],
                  f'{folder}/train_log.json', f'{folder}/test_log.json', run['hardware'],
                  logged_scores(path.with_name('test_log.json')), bool(run.get('half')))


def file_url(zoo: Zoo, path: str) -> str:
    """Where a file of the checkout can be downloaded from once this version is released."""
    return f'{zoo.repository}/raw/v{__version__}/{path}'


def check_hash(path: Path, stated: str | None, source: Path) -> None:
    """A file is there, and its SHA-256 is the one that ``source`` states.

    Raises:
        FileNotFoundError: it is not there.
        ValueError: it is another file, or ``source`` does not state it.
    """
    if not path.is_file():
        raise FileNotFoundError(f'{path} is missing; {source} or configs/zoo.yml names it')
    found = sha256_of(path)
    if stated != found:
        raise ValueError(f'{path} has SHA-256 {found}, but {source} states {stated}: another file, or an '
                         'outdated card')


def logged_scores(path: Path) -> dict[str, Any]:
    """The numbers of a test as its log holds them: mmengine's JSON lines, or one JSON object.

    Raises:
        ValueError: there are none.
    """
    text = path.read_text()
    try:
        scores = json.loads(text)
    except ValueError:
        lines = [json.loads(line) for line in text.splitlines() if line.strip()]
        scores = next((line for line in reversed(lines) if any(key.endswith('/mIoU') for key in line)), None)
    if not isinstance(scores, dict) or not scores:
        raise ValueError(f'{path} holds no scores; expected the JSON log of tools/test.py')
    return scores
