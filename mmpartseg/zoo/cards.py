"""The card of a published model: what people read on the hub."""
import json
from pathlib import Path
from typing import Any

import yaml
from mmengine.config import Config

from ..printable import counted
from ..version import __version__
from .descriptions import Description, describe, described
from .metafiles import metrics
from .pages import bibtex
from .sources import Zoo

CONFIG, TEST_LOG = 'config.py', 'test_log.json'
SHOWN = 8  # settings that differ from those of the nearest config


def card(folder: Path, run: dict[str, Any], zoo: Zoo) -> str:
    """The text of its ``README.md``, with the fields that the hub reads on top.

    Args:
        folder: of the config, the logs and the weights.
        run: the content of ``run.json``.
        zoo: the checkout.
    """
    about = _about(folder, run, zoo)
    values = metrics(json.loads((folder / TEST_LOG).read_text()))
    source, info = run['published'] or run['weights'], zoo.families.get(run['family'] or '')
    rows = '\n'.join(f'| {key} | {value:.2f} |' for key, value in values.items())
    halved = ', in half precision; the scores are those of the weights before' if run['half'] else ''
    parts = [f'''---
{yaml.safe_dump(_front_matter(run['name'], about, values), sort_keys=False, allow_unicode=True).strip()}
---
# {info["name"] if info else about.head}: {run["name"]}

{about.purpose}. A model of [mmpartseg]({zoo.repository}) {__version__}, `{run["config"]}`.
''', f'{info["summary"].strip()}\n' if info else '', f'''| | |
| --- | --- |
| trained on | {"; ".join(about.train)}: {about.iterations:,} iterations × {counted(about.batch, "image")} |
| hardware | {run["hardware"]} |
| weights | `{run["weights"]}`{halved} |
| SHA-256 | `{run["sha256"][run["weights"]]}` |

IoU in percent on {"; ".join(about.test)}, from `{TEST_LOG}`:

| score | value |
| --- | ---: |
{rows}

```shell
{_fetched(run)}python tools/test.py {run["config"]} {source}
python tools/predict.py PICTURE --config {run["config"]} --checkpoint {source} \\
    --parts "cat: head, ear" --out out
```
''', bibtex(run['family'], info['paper']) if info else '']
    return '\n'.join(part for part in parts if part)


def _about(folder: Path, run: dict[str, Any], zoo: Zoo) -> Description:
    if run['config'] != CONFIG:
        return describe(zoo.root / run['config'], zoo.root, zoo.datasets)
    few = [f'`{key}` {_short(ours)} (there {_short(there)})' for key, ours, there in run['changes'][:SHOWN]]
    more = len(run['changes']) - len(few)
    purpose = (f'A config of its own, `{CONFIG}` beside this card; the nearest that ships is '
               f'`{run["nearest"]}`. It differs in {", ".join(few)}{f" and {more} more" if more else ""}')
    return described(Config.fromfile(folder / CONFIG), CONFIG, purpose, zoo.datasets)


def _short(text: str, longest: int = 40) -> str:
    return text if len(text) <= longest else f'{text[:longest]}…'


def _fetched(run: dict[str, Any]) -> str:
    """The command that brings a config that does not ship."""
    if run['config'] != CONFIG or not run['published']:
        return ''
    return f'hf download {run["published"].removeprefix("hf://")} {CONFIG} --local-dir .\n'


def _front_matter(name: str, about: Description, values: dict[str, float]) -> dict[str, Any]:
    results = [{'type': 'iou', 'name': key, 'value': value} for key, value in values.items()]
    return {
        'license': 'apache-2.0', 'library_name': 'mmpartseg', 'pipeline_tag': 'image-segmentation',
        'tags': ['part-segmentation', 'open-vocabulary', 'mmsegmentation'],
        'model-index': [{'name': name, 'results': [{
            'task': {'type': 'image-segmentation'}, 'metrics': results,
            'dataset': {'type': about.test[0].lower().replace(' ', '-'), 'name': '; '.join(about.test)}}]}]}
