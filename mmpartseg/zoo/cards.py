"""The card of a published model: what people read on the hub."""
from pathlib import Path
from typing import Any

import yaml

from ..printable import counted
from ..version import __version__
from .descriptions import describe
from .metafiles import metrics, model_name
from .pages import bibtex
from .records import Record
from .sources import Zoo


def card(config: str, run: dict[str, Any], scores: dict[str, Any], zoo: Zoo) -> str:
    """The text of its ``README.md``, with the fields that the hub reads on top.

    Args:
        config: of the zoo.
        run: the content of ``run.json``.
        scores: of the test.
        zoo: the checkout.
    """
    family = Path(config).parent.name
    info, about = zoo.families[family], describe(zoo.root / config, zoo.root, zoo.datasets)
    values = metrics(Record(config, run['weights'], '', None, '', run['hardware'], scores))
    source = run['published'] or run['weights']
    rows = '\n'.join(f'| {key} | {value:.2f} |' for key, value in values.items())
    return f'''---
{yaml.safe_dump(_front_matter(config, about, values), sort_keys=False, allow_unicode=True).strip()}
---
# {info["name"]}: {model_name(config)}

{about.purpose}. A model of [mmpartseg]({zoo.repository}) {__version__}, `{config}`.

{info["summary"].strip()}

| | |
| --- | --- |
| trained on | {"; ".join(about.train)}: {about.iterations:,} iterations × {counted(about.batch, "image")} |
| hardware | {run["hardware"]} |
| weights | `{run["weights"]}` |
| SHA-256 | `{run["sha256"][run["weights"]]}` |

IoU in percent on {"; ".join(about.test)}, from `test_log.json`:

| score | value |
| --- | ---: |
{rows}

```shell
python tools/test.py {config} {source}
python tools/predict.py PICTURE --config {config} --checkpoint {source} --parts "cat: head, ear" --out out
```

{bibtex(family, info["paper"])}'''


def _front_matter(config: str, about: Any, values: dict[str, float]) -> dict[str, Any]:
    results = [{'type': 'iou', 'name': name, 'value': value} for name, value in values.items()]
    return {
        'license': 'apache-2.0', 'library_name': 'mmpartseg', 'pipeline_tag': 'image-segmentation',
        'tags': ['part-segmentation', 'open-vocabulary', 'mmsegmentation'],
        'model-index': [{'name': model_name(config), 'results': [{
            'task': {'type': 'image-segmentation'}, 'metrics': results,
            'dataset': {'type': about.test[0].lower().replace(' ', '-'), 'name': '; '.join(about.test)}}]}]}
