"""``metafile.yaml``, ``model-index.yml`` and ``dataset-index.yml`` in OpenMMLab's form."""
import math
from typing import Any

import yaml

from ..evaluation.report import TITLES
from ..taxonomy import PartTaxonomy
from ..version import __version__
from .descriptions import Description
from .records import Record, file_url
from .sources import Zoo

HEADER = '# Written by tools/analysis/zoo.py from configs/zoo.yml, the configs, and logs of finished runs\n'
COLUMNS = {'seen': 'Seen', 'unseen': 'Unseen', 'harmonic': 'Harmonic', 'mIoU': 'mIoU'}
LICENSE = 'Apache License 2.0'


def model_name(config: str) -> str:
    """``configs/partclipseg/part_shapes.py`` -> ``partclipseg_part_shapes``: unique, as mim wants it."""
    family, stem = config.removeprefix('configs/').removesuffix('.py').split('/')
    return stem if stem.startswith(family) else f'{family}_{stem}'


def status(description: Description, record: Record | None) -> str:
    """Whether a run of a config is in the zoo, and if not, what it waits for."""
    if record is not None:
        return 'run'
    return 'can be run here' if description.drawn else 'waits for data'


def metrics(scores: dict[str, Any]) -> dict[str, float]:
    """Scores of a test under the names of a table, in percent with two digits; without those undefined (nan).

    Args:
        scores: ``pred_all/seen`` and the like, in joint evaluation behind the prefix of each data set; or
            what ``tools/pretraining/evaluate.py`` printed.
    """
    if not any(key.endswith('/mIoU') for key in scores):
        return {f'{group}: {key}': value for group, values in scores.items() for key, value in values.items()}
    members = dict.fromkeys(key.split('/', 1)[0] if key.count('/') > 1 else '' for key in scores)
    named = {}
    for member in members:
        for protocol, title in TITLES.items():
            for key, label in COLUMNS.items():
                value = scores.get(f'{member}/{protocol}/{key}' if member else f'{protocol}/{key}')
                if value is not None and math.isfinite(value):
                    named[f'{title} {label}{f" on {member}" if member else ""}'] = round(float(value), 2)
    return named


def metafile(zoo: Zoo, family: str, descriptions: list[Description], records: dict[str, Record]) -> str:
    """The text of a family's ``metafile.yaml``."""
    info = zoo.families[family]
    paper = {'Title': info['paper']['title'], 'URL': info['paper']['url']}
    data = list(dict.fromkeys(name.split(',')[0] for each in descriptions for name in each.train))
    collection = {
        'Name': info['name'], 'License': LICENSE, 'Metadata': {'Training Data': data}, 'Paper': paper,
        'README': f'configs/{family}/README.md', 'Frameworks': ['PyTorch'], 'Code': _code(zoo, info)}
    models = [_model(zoo, info, each, records.get(each.config)) for each in descriptions]
    return HEADER + _dump({'Collections': [collection], 'Models': models})


def _model(zoo: Zoo, info: dict[str, Any], description: Description, record: Record | None) -> dict[str, Any]:
    entry: dict[str, Any] = {'Name': model_name(description.config), 'In Collection': info['name']}
    if record is not None:
        entry['Results'] = {
            'Task': 'Open-Vocabulary Part Segmentation', 'Metrics': metrics(record.scores),
            'Dataset': '; '.join(description.test or description.train)}
    entry['Config'] = description.config
    entry['Metadata'] = {
        'Training Data': '; '.join(description.train), 'Test Data': '; '.join(description.test),
        'Batch Size': description.batch, 'Iterations': description.iterations,
        'Architecture': [description.head, description.backbone], 'Status': status(description, record)}
    if record is not None:
        entry['Metadata'].update({'Training Resources': record.hardware, 'Weights SHA-256': record.sha256})
        entry['Weights'] = record.url
        logs = {'Training log': record.train_log, 'Test log': record.test_log}
        entry.update({key: file_url(zoo, path) for key, path in logs.items() if path is not None})
    entry.update({'Paper': {'Title': info['paper']['title'], 'URL': info['paper']['url']},
                  'Code': _code(zoo, info), 'Framework': 'PyTorch'})
    return entry


def _code(zoo: Zoo, info: dict[str, Any]) -> dict[str, str]:
    return {'URL': f'{zoo.repository}/blob/v{__version__}/{info["file"]}', 'Version': f'v{__version__}'}


def model_index(zoo: Zoo) -> str:
    """The text of ``model-index.yml``."""
    return HEADER + _dump({'Import': [f'configs/{family}/metafile.yaml' for family in sorted(zoo.families)]})


def dataset_index(zoo: Zoo) -> str:
    """The text of ``dataset-index.yml``: where each data set is from, where it goes, what prepares it."""
    import mmpartseg.datasets  # noqa: F401  registers
    entries: dict[str, dict[str, Any]] = {}
    for kind, info in zoo.datasets.items():
        entry = {'dataset': info['name'], 'source': info['source'], 'download_root': 'data',
                 'data_root': info['root'], 'script': info['script']}
        # the first of those in one folder: others read it by other words
        entries.setdefault(info['root'].split('/')[1].lower(), {**entry, **_counts(kind)})
    return HEADER + _dump(entries)


def _counts(kind: str) -> dict[str, int]:
    from mmseg.registry import DATASETS
    registered = DATASETS.get(kind)
    metainfo = getattr(registered, 'METAINFO', None) or {}
    if 'taxonomy' not in metainfo:
        return {}
    taxonomy = PartTaxonomy.build(metainfo['taxonomy'])
    return {'classes': len(taxonomy), 'seen_classes': int(sum(taxonomy.is_seen)),
            'objects': len(taxonomy.objects)}


def _dump(content: dict[str, Any]) -> str:
    return yaml.dump(content, Dumper=_Plain, sort_keys=False, allow_unicode=True, width=120)


class _Plain(yaml.SafeDumper):
    """Without anchors: a reader of one entry sees all of it."""

    def ignore_aliases(self, data: Any) -> bool:
        return True
