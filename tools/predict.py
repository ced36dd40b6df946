"""Segment your own pictures with your own part names.

    python tools/predict.py cat.jpg --config C --checkpoint W --parts "cat: head, tail; dog: head"

Writes for each picture NAME_overlay.png, NAME_parts.png (values are part ids, the number of classes is
background) and NAME.json (names, pixels, mean scores, boxes as x, y, width, height). The exit code
is 0 if all went well, and 1 if a file failed or nothing could be done.
"""
import argparse
import sys
from pathlib import Path

import numpy as np
from mmengine.config import Config, DictAction
from mmengine.utils import ProgressBar
from PIL import Image

from mmpartseg.apis import PartSegInferencer, read_image, read_vocabulary
from mmpartseg.apis.prediction_files import PredictionFiles, document_of
from mmpartseg.apis.results import SHAPES
from mmpartseg.apis.sources import count_frames, find_sources, is_video, video_frames
from mmpartseg.taxonomy import PartTaxonomy

# what is wrong with one picture must not stop the others
FAILURES = (ValueError, OSError, RuntimeError, MemoryError)


def parse_args(argv=None):
    """Parse the command line."""
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('inputs', nargs='+', metavar='INPUT',
                        help='images, folders, patterns ("photos/*.jpg") or videos')
    parser.add_argument('--config', required=True, help='config file')
    parser.add_argument('--checkpoint', required=True, help='checkpoint file')
    words = parser.add_mutually_exclusive_group()
    words.add_argument('--parts', '--taxonomy', dest='parts', metavar='VOCABULARY',
                       help='"cat: head, tail; dog: head", a YAML, JSON or text file, or a shipped '
                       "vocabulary such as pascal_part_116 (default: the config's)")
    parser.add_argument('--object', nargs='+', default=[], metavar='NAME',
                        help='what the pictures show. One object: every pixel is its (Oracle-Obj). '
                        'Several: only their parts are looked for (Pred-All)')
    parser.add_argument('--object-mask', metavar='PATH',
                        help='where it is (Oracle-Obj): an image, or a folder with NAME.png for each '
                        'picture. 0 is no object, all else the object; without --object, in a '
                        'vocabulary of several, the number of the object in alphabetical order')
    parser.add_argument('--out', default='work_dirs/predict', help='output folder (%(default)s)')
    parser.add_argument('--shapes', choices=SHAPES, help='also write the outline of each part')
    parser.add_argument('--every', type=int, default=1, metavar='N',
                        help='take every N-th frame of a video (%(default)s)')
    parser.add_argument('--batch-size', type=int, default=1)
    parser.add_argument('--device', help='such as cpu (default: the best that there is)')
    parser.add_argument('--cfg-options', nargs='+', action=DictAction, metavar='KEY=VALUE',
                        help='override settings of the config')
    args = parser.parse_args(argv)
    for name in ('every', 'batch_size'):
        if getattr(args, name) < 1:
            parser.error(f"--{name.replace('_', '-')} must be at least 1")
    if args.object_mask and len(args.object) > 1:
        parser.error('--object-mask goes with one --object, or with none')
    return args


def build_inferencer(args):
    """The model in the vocabulary asked for; says which words it has never seen."""
    parts = None if args.parts is None else read_vocabulary(args.parts)
    cfg = Config.fromfile(args.config)
    cfg.merge_from_dict(args.cfg_options or {})
    inferencer = PartSegInferencer(cfg, args.checkpoint, parts, args.device)
    if len(args.object) > 1:
        inferencer.set_taxonomy(restricted(inferencer.taxonomy, args.object))
    elif args.object:
        restricted(inferencer.taxonomy, args.object)
    print(f'vocabulary: {len(inferencer.taxonomy)} classes')
    for kind, words in inferencer.unseen_words.items():
        if words:
            print(f"{kind} that the checkpoint has never seen: {', '.join(words)}")
    return inferencer


def restricted(taxonomy, objects):
    """The classes of some objects; ValueError for an object that the vocabulary does not have."""
    unknown = sorted(set(objects) - set(taxonomy.objects))
    if unknown:
        raise ValueError(f'--object {unknown}: not in the vocabulary, whose objects are '
                         f'{list(taxonomy.objects)}')
    return PartTaxonomy([name for name, o in zip(taxonomy.object_parts, taxonomy.object_of)
                         if taxonomy.objects[o] in objects])


def pictures_of(sources, files, every):
    """Yield ``(label, output name, function that reads the pixels)`` for pictures and frames."""
    for source in sources:
        name = files.unique_name(source)
        if not is_video(source):
            yield source, name, lambda source=source: read_image(source)
            continue
        try:
            for index, frame in video_frames(source, every):
                yield f'{source}, frame {index}', f'{name}_{index:06d}', lambda frame=frame: frame
        except ValueError as error:
            yield source, name, lambda error=error: raise_(error)


def raise_(error):
    """Raise an error where the picture would be read, so that it is reported like any other."""
    raise error


def read_mask(path, source):
    """The object mask of one picture; ValueError if it is no gray image."""
    path = Path(path)
    path = path / f'{Path(source).stem}.png' if path.is_dir() else path
    if not path.is_file():
        raise FileNotFoundError(f"there is no object mask '{path}'")
    with Image.open(path) as image:
        mask = np.asarray(image)
    if mask.ndim == 3 and (mask[..., :3] == mask[..., :1]).all():
        mask = mask[..., 0]
    if mask.ndim != 2:
        raise ValueError(f"object mask '{path}' has colours; save it as a gray or palette image")
    return mask


class Prediction:
    """Collects pictures to batches, predicts and writes them, and counts what failed."""

    def __init__(self, inferencer, files, args):
        self.inferencer, self.files, self.args = inferencer, files, args
        self.object = args.object[0] if len(args.object) == 1 else None
        self.waiting, self.failed = [], []

    def add(self, label, name, read):
        """Read a picture; predict as soon as a batch is full."""
        try:
            image = read()
            mask = self.args.object_mask and read_mask(self.args.object_mask, label)
            data = self.inferencer.prepare(image, self.object, mask)
        except FAILURES as error:
            self.report(label, error)
            return
        self.waiting.append((label, name, image, data))
        if len(self.waiting) == self.args.batch_size:
            self.flush()

    def flush(self):
        """Predict and write the pictures that wait."""
        batch, self.waiting = self.waiting, []
        if not batch:
            return
        data = self.inferencer.collate_fn([item[3] for item in batch])
        try:
            samples = self.inferencer.forward(data)
        except FAILURES as error:
            samples = []
            for label, *_ in batch:
                self.report(label, error)
        for (label, name, image, _), sample in zip(batch, samples):
            try:
                self.write(label, name, image, sample)
            except FAILURES as error:
                self.report(label, error)

    def write(self, label, name, image, sample):
        """The three files of one picture."""
        document = document_of(sample, label, self.inferencer, self.args.shapes)
        self.files.write(name, self.inferencer.draw(image, sample), sample,
                         self.inferencer.palette, document)

    def report(self, label, error):
        """Say at once which picture failed and why."""
        self.failed.append(label)
        reason = str(error) or type(error).__name__
        print(f'\nfailed: {label}: {reason}', file=sys.stderr)


def main(argv=None):
    """Predict all inputs; returns the exit code."""
    args = parse_args(argv)
    files = PredictionFiles(args.out)
    sources = find_sources(args.inputs)
    prediction = Prediction(build_inferencer(args), files, args)
    frames = [-(-count_frames(s) // args.every) or 1 if is_video(s) else 1 for s in sources]
    bar = ProgressBar(sum(frames), file=sys.stderr)
    count = 0
    for count, picture in enumerate(pictures_of(sources, files, args.every), 1):  # noqa: B007
        prediction.add(*picture)
        bar.update()
    prediction.flush()
    failed = len(prediction.failed)
    print(f"\n{count - failed} pictures written to {args.out}, {failed} failed")
    return int(failed > 0)


if __name__ == '__main__':
    try:
        sys.exit(main())
    except (ValueError, KeyError, OSError) as error:
        sys.exit(f'error: {error.args[0] if isinstance(error, KeyError) else error}')
