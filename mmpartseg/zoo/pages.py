"""``configs/<family>/README.md``: paper, what it is, results that were run, configs that wait, citation."""
import os

from .descriptions import Description
from .metafiles import metrics, model_name, status
from .records import HUB, Record
from .sources import Zoo

NOTICE = '<!-- Written by tools/analysis/zoo.py: change configs/zoo.yml or a config, then run it -->\n'
WAITING = ('`waits for data`: nobody has run it where its data are. `can be run here`: its data can be '
           'drawn, or ships with the code; of some, numbers without weights are in '
           '[miniature.md](../../docs/miniature.md).\n')
PROTOCOLS, SUBSETS = ('Pred-All', 'Oracle-Obj'), ('Seen', 'Unseen', 'Harmonic')
SCORES = tuple(f'{protocol} {subset}' for protocol in PROTOCOLS for subset in SUBSETS)


def page(zoo: Zoo, family: str, descriptions: list[Description], records: dict[str, Record]) -> str:
    """The text of a family's README."""
    info, run = zoo.families[family], [each for each in descriptions if each.config in records]
    paper = info['paper']
    lines = [NOTICE, f'# {info["name"]}\n',
             f'> [{paper["title"]}]({paper["url"]}), {paper["venue"]} {paper["year"]}\n',
             f'[Official repository]({info["code"]}) · [Code here](../../{info["file"]})'
             + ''.join(f' · [{name}](../../docs/{name})' for name in info['docs']) + '\n',
             '## Introduction\n', info['summary'].strip() + '\n', '## Results and models\n']
    lines += _results(family, run, records) if run else [
        'No run of these configs is in the zoo yet.\n']
    waiting = [each for each in descriptions if each.config not in records]
    if waiting:
        lines += ['## Configs without weights\n', WAITING,
                  _header('config', 'what it is', 'head', 'backbone', 'training', 'test',
                          'iterations × batch', 'status')]
        lines += [_row(*_config_cells(each), status(each, None)) for each in waiting] + ['']
    return '\n'.join([*lines, '## Citation\n', bibtex(family, paper)])


def _config_cells(each: Description) -> list[str]:
    name = each.config.split('/')[-1]
    return [f'[{name}]({name})', each.purpose, each.head, each.backbone, '; '.join(each.train),
            '; '.join(each.test), f'{each.iterations:,} × {each.batch}']


def _results(family: str, run: list[Description], records: dict[str, Record]) -> list[str]:
    """The table of runs with the six scores, then the weights with their hashes."""
    lines = []
    scored = [each for each in run if set(SCORES) <= set(metrics(records[each.config].scores))]
    if scored:
        lines += ['IoU in percent, from the log of the test.\n',
                  _header('config', *(f'{protocol} {" / ".join(SUBSETS)}' for protocol in PROTOCOLS),
                          'backbone', 'training', 'test', 'iterations × batch', 'hardware')]
        for each in scored:
            cells, values = _config_cells(each), metrics(records[each.config].scores)
            scores = (' / '.join(f'{values[f"{protocol} {subset}"]:.2f}' for subset in SUBSETS)
                      for protocol in PROTOCOLS)
            lines.append(_row(cells[0], *scores, *cells[3:], records[each.config].hardware))
        lines.append('')
    for each in [each for each in run if each not in scored]:
        lines += [f'`{model_name(each.config)}`, {records[each.config].hardware}, from its log:\n',
                  _header('measure', 'value')]
        lines += [_row(key, str(value)) for key, value in metrics(records[each.config].scores).items()] + ['']
    lines.append(_header('model', 'weights', 'SHA-256', 'logs'))
    for each in run:
        record = records[each.config]
        logs = ', '.join(f'[{kind}]({_relative(path, family)})' for kind, path in
                         (('training', record.train_log), ('test', record.test_log)) if path)
        weights = f'`{record.weights}`' if record.weights.startswith(HUB) \
            else f'[{record.weights}]({_relative(record.weights, family)})'
        lines.append(_row(model_name(each.config), weights + (', halved' if record.halved else ''),
                          f'`{record.sha256}`', logs))
    if any(records[each.config].halved for each in run):
        lines += ['', 'Halved: in half precision; the scores are those of the weights before.']
    return [*lines, '']


def _relative(path: str, family: str) -> str:
    return os.path.relpath(path, f'configs/{family}')


def bibtex(family: str, paper: dict[str, str]) -> str:
    """A citation as BibTeX in a code block."""
    fields = {'title': f'{{{paper["title"]}}}', 'author': paper['authors'].strip(),
              'booktitle': paper['venue'], 'year': paper['year']}
    inner = ',\n'.join(f'  {key}={{{value}}}' for key, value in fields.items())
    return f'```bibtex\n@inproceedings{{{family}{paper["year"]},\n{inner}\n}}\n```\n'


def _header(*cells: str) -> str:
    return f'{_row(*cells)}\n{_row(*["---"] * len(cells))}'


def _row(*cells: str) -> str:
    return '| ' + ' | '.join(cell.replace('|', '\\|') for cell in cells) + ' |'
