"""What the files of data/miniature are: writes their SHA-256, and scores on the first test scenes.

    python tools/pretraining/card.py configs/partclipseg/part_shapes.py data/miniature data/part_shapes

New weights bring new logs, from which tools/analysis/zoo.py then takes the numbers of the model zoo:
--run copies those of a work dir of tools/train.py with a test in it or below it, --evaluated the output of
tools/pretraining/evaluate.py.
"""
import argparse
import hashlib
import json
from pathlib import Path


def parse_args(argv=None):
    """Parse the command line."""
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('config', help='of the finished model')
    parser.add_argument('folder', type=Path, help='data/miniature')
    parser.add_argument('data_root', help='of tools/dataset_converters/part_shapes.py')
    parser.add_argument('--run', type=Path, help='work dir of the finished model')
    parser.add_argument('--evaluated', type=Path, help='what tools/pretraining/evaluate.py printed')
    return parser.parse_args(argv)


if __name__ == '__main__':
    parse_args()  # --help and mistakes are answered before the slow imports

import mmpartseg  # noqa: F401  before mmseg, which refuses newer mmcv by its number

# isort: split
from mmengine.dataset import pseudo_collate
from mmengine.registry import init_default_scope
from mmengine.runner.checkpoint import load_checkpoint
from mmseg.registry import DATASETS, MODELS

from mmpartseg.atomic import write_atomic
from mmpartseg.engine import read_config
from mmpartseg.evaluation import OpenVocabPartIoU
from mmpartseg.evaluation.runs import training_log
from mmpartseg.zoo.finished import logged_tests

SCENES = 24
FINISHED = 'partclipseg.safetensors'
SCORES = ('pred_all/seen', 'pred_all/unseen', 'oracle_obj/seen', 'oracle_obj/unseen')


def hashes(folder):
    """SHA-256 by path below ``folder`` of every file but the card's own."""
    files = sorted(path for path in Path(folder).rglob('*')
                   if path.is_file() and path.name not in ('card.json', 'README.md'))
    return {path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
            for path in files}


def first_scenes(config, folder, data_root):
    """Scores in percent of the finished model on the first scenes of the test set in ``data_root``."""
    cfg = read_config(config, {})
    init_default_scope(cfg.default_scope)
    model = MODELS.build(cfg.model).eval()
    load_checkpoint(model, str(Path(folder) / FINISHED), map_location='cpu')
    dataset = DATASETS.build(dict(cfg.test_dataloader.dataset, data_root=str(data_root), indices=SCENES))
    metric = OpenVocabPartIoU()
    metric.dataset_meta = dataset.metainfo
    for i in range(len(dataset)):
        samples = model.test_step(pseudo_collate([dataset[i]]))
        metric.process({}, [sample.to_dict() for sample in samples])
    scores = metric.evaluate(len(dataset))
    return {name: round(float(scores[name]), 2) for name in SCORES}


def copy_logs(folder, run=None, evaluated=None):
    """The logs of new weights into ``folder/logs``: of a finished run, and of CLIPSeg's evaluation."""
    if run is not None:
        _, scores = next(logged_tests(run), (None, None))
        if scores is None:
            raise FileNotFoundError(f'{run} holds no log of tools/test.py')
        text = ''.join(json.dumps(line) + '\n' for line in training_log(run))
        write_atomic(folder / 'logs' / 'partclipseg_train.json', text.encode())
        write_atomic(folder / 'logs' / 'partclipseg_test.json', (json.dumps(scores) + '\n').encode())
    if evaluated is not None:
        text = evaluated.read_text()
        scores = json.loads(text[text.index('{'):])  # behind the lines of a progress bar
        text = json.dumps(scores, indent=2) + '\n'
        write_atomic(folder / 'logs' / 'clipseg_evaluate.json', text.encode())


def main(argv=None):
    """Write the card."""
    args = parse_args(argv)
    copy_logs(args.folder, args.run, args.evaluated)
    card = dict(sha256=hashes(args.folder), scenes=SCENES)
    for scored in (False, True):  # weights are only read where the card has their hash
        if scored:
            card['scores'] = first_scenes(args.config, args.folder, args.data_root)
        write_atomic(args.folder / 'card.json', (json.dumps(card, indent=2) + '\n').encode())
    print(json.dumps(card, indent=2))


if __name__ == '__main__':
    main()
