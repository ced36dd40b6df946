"""What the files of data/miniature are: writes their SHA-256, and scores on the first test scenes.

    python tools/pretraining/card.py configs/partclipseg/part_shapes.py data/miniature data/part_shapes
"""
import argparse
import hashlib
import json
from pathlib import Path

from mmengine.dataset import pseudo_collate
from mmengine.registry import init_default_scope
from mmengine.runner.checkpoint import load_checkpoint
from mmseg.registry import DATASETS, MODELS

from mmpartseg.engine import read_config
from mmpartseg.evaluation import OpenVocabPartIoU

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


def main(argv=None):
    """Write the card."""
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('config', help='of the finished model')
    parser.add_argument('folder', type=Path, help='data/miniature')
    parser.add_argument('data_root', help='of tools/dataset_converters/part_shapes.py')
    args = parser.parse_args(argv)
    card = dict(sha256=hashes(args.folder), scenes=SCENES,
                scores=first_scenes(args.config, args.folder, args.data_root))
    (args.folder / 'card.json').write_text(json.dumps(card, indent=2) + '\n')
    print(json.dumps(card, indent=2))


if __name__ == '__main__':
    main()
