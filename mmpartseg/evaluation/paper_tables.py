"""The paper's tables: which config and setting each row is about, and what finished runs put there."""
import json
import math
import re
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from mmengine.config import Config

from ..shipped import shipped_root
from .experiment import differences, experiment, kind
from .report import AVERAGES, PREFIX_OF
from .runs import Run, mean_and_error

TABLES = Path(__file__).with_name('paper_tables.json')
AVERAGED_KEY = re.compile(r'^(pred_all|oracle_obj)/')


def load_table(number: int | str, dataset: str = 'paper') -> dict[str, Any]:
    """The description of a table: ``title``, ``labels``, and ``sections`` of columns and rows.

    ``notes`` are the methods, the source and the text of each. Numbers above 6 are not the paper's.

    Raises:
        ValueError: there is no such table; names those there are.
    """
    content = json.loads(TABLES.read_text())
    if str(number) not in content[dataset]:
        raise ValueError(f"'{dataset}' has no table {number}, only {', '.join(content[dataset])}")
    table = content[dataset][str(number)]
    if isinstance(table, str):
        table = content[dataset][table]
    for section in table['sections']:
        if 'classes' in section:
            section['columns'] = [[name, f'class/{name}'] for name in section['classes']]
        else:
            section['columns'] = content['columns'][section['columns']]
    table['notes'] = [(methods, *content['notes'][note]) for note, methods in table.get('notes', {}).items()]
    return table


def with_averages(table: dict[str, Any], kind: str) -> dict[str, Any]:
    """The table with the means of another evaluator, one of ``AVERAGES``.

    Raises:
        ValueError: it shows classes, no means.
    """
    if any('classes' in section for section in table['sections']):
        raise ValueError(f'--{kind}-averages: this table has the IoU of classes, no means over them')
    for section in table['sections']:
        section['columns'] = [
            [name, AVERAGED_KEY.sub(rf'\1/{PREFIX_OF[kind]}', key).replace('_mIoU', '_mean')]
            for name, key in section['columns']]
    return dict(table, title=f"{table['title']}; runs: means over {AVERAGES[kind]}")


def stages_before() -> dict[str, str]:
    """By config of a row, the config whose run it starts from, such as the prompts of ZSSeg+."""
    return json.loads(TABLES.read_text())['starts_from']


def config_path(name: str) -> Path:
    """The config file of a row."""
    return shipped_root() / 'configs' / f'{name}.py'


def load_config(name: str, options: dict[str, Any] | None = None) -> Config:
    """The config of a row, with settings of ``--cfg-options`` by dotted key."""
    cfg = Config.fromfile(config_path(name))
    cfg.merge_from_dict(options or {})
    return cfg


def table_configs(table: dict[str, Any]) -> list[str]:
    """The configs of a table's rows, each once."""
    return list(dict.fromkeys(row['config'] for section in table['sections']
                              for row in section['rows'] if 'config' in row))


def sort_runs(table: dict[str, Any], runs: Iterable[Run],
              options: dict[str, Any] | None = None) -> tuple[dict[str, dict[str, list[Run]]], list[Run]]:
    """Which runs belong to which config of a table.

    Args:
        table (dict): of :func:`load_table`.
        runs (list[Run]): finished runs.
        options (dict, optional): settings of every row, see :func:`load_config`.

    Returns:
        tuple[dict[str, dict[str, list[Run]]], list[Run]]: by config, and there by the settings that
        differ from it, first ``''`` for none; and the runs of no row.
    """
    configs = {name: load_config(name, options) for name in table_configs(table)}
    row_of = {kind(cfg): name for name, cfg in configs.items()}
    planned = {name: experiment(cfg) for name, cfg in configs.items()}
    sorted_runs: dict[str, dict[str, list[Run]]] = {name: {'': []} for name in configs}
    others = []
    for run in runs:
        name = row_of.get(run.kind)
        if name is None:
            others.append(run)
        else:
            changes = ', '.join(f'{key}={value}' for key, value, _ in
                                differences(run.experiment, planned[name]))
            sorted_runs[name].setdefault(changes, []).append(run)
    return sorted_runs, others


def doubts(sorted_runs: dict[str, dict[str, list[Run]]]) -> list[str]:
    """What a reader of the table should know about its runs: a line for each."""
    lines = []
    for runs in (runs for groups in sorted_runs.values() for runs in groups.values()):
        first: dict[int, Path] = {}
        for run in runs:
            other = first.setdefault(run.seed, run.path)
            if other != run.path:
                lines.append(f'the same seed ({run.seed}) twice, so the standard error is too '
                             f'small: {other}, {run.path}')
    return lines


def fill(table: dict[str, Any], sorted_runs: dict[str, dict[str, list[Run]]]) -> list[tuple]:
    """The lines of a table.

    Returns:
        list[tuple]: ``(heading, column names, lines)`` of each section; a line is its labels, its
        source, and ``(mean, error)`` for each column, nan where there is none.

    Raises:
        ValueError: names a run without a score that the table shows.
    """
    sections = []
    for section in table['sections']:
        lines = []
        for row in section['rows']:
            if 'paper' in row:
                pairs = [(math.nan, math.nan) if value is None else
                         tuple(value) if isinstance(value, list) else (value, math.nan)
                         for value in row['paper']]
                lines.append((row['labels'], row.get('source', 'paper'), pairs))
            if 'config' in row:
                lines += [_measured(row, section['columns'], runs, changes)
                          for changes, runs in sorted_runs[row['config']].items()]
        sections.append((section.get('heading', ''), [n for n, _ in section['columns']], lines))
    return sections


def _measured(row, columns, runs, changes):
    if not runs:
        return row['labels'], 'no runs', [(math.nan, math.nan)] * len(columns)
    prefix = f"{row['setting']}/" if 'setting' in row else ''
    source = f'{len(runs)} run{"s" if len(runs) > 1 else ""}' + f' with {changes}' * bool(changes)
    return row['labels'], source, [
        mean_and_error([_score(run, prefix + key) for run in runs]) for _, key in columns]


def _score(run, key):
    if key not in run.scores:
        raise ValueError(f"the run {run.path} has no score '{key}'; evaluate it with "
                         'tools/test.py CONFIG CHECKPOINT '
                         f'--cfg-options test_evaluator.out_file={run.path}/counts.npz')
    return run.scores[key]
