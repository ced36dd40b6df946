"""All configs as one CSV file, to be read by a program."""
import csv
import io

from .descriptions import Description
from .metafiles import metrics, model_name, status
from .pages import SCORES
from .records import Record

FIELDS = ('model', 'config', 'head', 'backbone', 'training', 'test', 'iterations', 'batch', 'status')


def overview(descriptions: list[Description], records: dict[str, Record]) -> str:
    """The text of ``docs/results.csv``; scores are empty where no run printed them."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator='\n')
    writer.writerow([*FIELDS, *SCORES, 'weights', 'sha256'])
    for each in descriptions:
        record = records.get(each.config)
        scores = metrics(record.scores) if record else {}
        weights = (record.weights, record.sha256) if record else ('', '')
        writer.writerow([
            model_name(each.config), each.config, each.head, each.backbone, '; '.join(each.train),
            '; '.join(each.test), each.iterations, each.batch, status(each, record),
            *(scores.get(key, '') for key in SCORES), *weights])
    return text.getvalue()
