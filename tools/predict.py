"""Segment your own pictures with your own part names.

    python tools/predict.py cat.jpg --config C --checkpoint W --parts "cat: head, tail; dog: head"

Writes for each picture NAME_overlay.png, NAME_parts.png (values are part ids, the number of classes is
background) and NAME.json (names, pixels, mean scores, boxes as x, y, width, height); for a video
these of each frame, and NAME_overlay.mp4 (MPEG-4 Part 2, fourcc mp4v, without sound). On request
NAME_panels.png, NAME_attention.png, NAME_comparison.png.

The exit code is 0 if all went well, 1 if a file failed or nothing could be done, and 2 for options
that do not exist.
"""
import argparse
import sys
from pathlib import Path

from mmengine.utils import ProgressBar

from mmpartseg.apis import PartSegInferencer, read_vocabulary
from mmpartseg.apis.batch_prediction import BatchPrediction
from mmpartseg.apis.explanation import chosen_classes
from mmpartseg.apis.prediction_files import PredictionFiles
from mmpartseg.apis.results import SHAPES
from mmpartseg.apis.sources import find_sources, is_video
from mmpartseg.apis.videos import count_frames
from mmpartseg.engine import add_cfg_options, read_config
from mmpartseg.printable import printable
from mmpartseg.taxonomy import PartTaxonomy


def parse_args(argv=None):
    """Parse the command line."""
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('inputs', nargs='+', metavar='INPUT',
                        help='images, folders, patterns ("photos/*.jpg") or videos')
    parser.add_argument('--config', required=True, help='config file')
    parser.add_argument('--checkpoint', required=True, help='checkpoint file')
    parser.add_argument('--parts', '--taxonomy', dest='parts', metavar='VOCABULARY',
                        help='"cat: head, tail; dog: head", a YAML, JSON or text file, or a shipped '
                        "vocabulary such as pascal_part_116 (default: the config's)")
    parser.add_argument('--object', nargs='+', action='extend', default=[], metavar='NAME',
                        help='what the pictures show. One object: every pixel is its (Oracle-Obj). '
                        'Several: only their parts are looked for (Pred-All)')
    parser.add_argument('--object-mask', metavar='PATH',
                        help='where it is (Oracle-Obj): an image, or a folder with NAME.png for each '
                        "picture (NAME_000000.png for a video's frames). 0 is no object, all else "
                        'the object; without --object, in a vocabulary of several, the number of '
                        'the object in alphabetical order')
    parser.add_argument('--out', default='work_dirs/predict', help='output folder (%(default)s)')
    parser.add_argument('--shapes', choices=SHAPES, help='also write the outline of each part')
    parser.add_argument('--panels', action='store_true',
                        help='also draw input, objects, generalized parts and object-specific parts')
    parser.add_argument('--attention', nargs='*', action='extend', metavar='PART',
                        help='also draw the attention of parts ("cat\'s head", or head of every '
                        'object) over the picture; without a name, of the parts found')
    parser.add_argument('--ground-truth', metavar='PATH',
                        help='also draw the prediction beside this label map of part ids: an image, '
                        'or a folder as for --object-mask')
    parser.add_argument('--every', type=int, default=1, metavar='N',
                        help='take every N-th frame of a video (%(default)s)')
    parser.add_argument('--batch-size', type=int, default=1)
    parser.add_argument('--device', help='such as cpu (default: the best that there is)')
    add_cfg_options(parser)
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
    cfg = read_config(args.config, args.cfg_options)
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


def sources_of(inputs, out):
    """Files to predict, and errors for inputs that name none.

    Raises:
        ValueError: the output folder holds inputs, which results could overwrite.
    """
    sources, errors = [], {}
    for name in inputs:
        try:
            sources += find_sources([name])
        except FileNotFoundError as error:
            errors[name] = error
    inside = [source for source in sources if Path(source).resolve().parent == Path(out).resolve()]
    if inside:
        raise ValueError(f"the output folder '{out}' holds inputs ({inside[0]}); give another "
                         'folder with --out')
    return list(dict.fromkeys(sources)), errors


def check_stems(sources, folders):
    """ValueError if a file of one of the folders, which is called as its picture, would go with two."""
    owners = {}
    for source in sources:
        other = owners.setdefault(Path(source).stem, source)
        if other != source and folders:
            raise ValueError(f"'{Path(other).stem}.png' in {folders} would belong to both '{other}' and "
                             f"'{source}'; predict them one after the other, each with a folder of its own")


def main(argv=None):
    """Predict all inputs; returns the exit code."""
    args = parse_args(argv)
    files = PredictionFiles(args.out)
    sources, errors = sources_of(args.inputs, args.out)
    if not sources:
        raise FileNotFoundError('; '.join(map(str, errors.values())))
    check_stems(sources, [path for path in (args.object_mask, args.ground_truth)
                          if path and Path(path).is_dir()])
    inferencer = build_inferencer(args)
    attention = args.attention and chosen_classes(inferencer.taxonomy, args.attention)
    prediction = BatchPrediction(
        inferencer, files, args.object[0] if len(args.object) == 1 else None, args.object_mask,
        args.ground_truth, args.shapes, args.panels, attention, args.batch_size)
    for name, error in errors.items():
        prediction.report(name, error)
    counts = [-(-count_frames(s) // args.every) or 1 if is_video(s) else 1 for s in sources]
    bar = ProgressBar(sum(counts), file=sys.stderr)
    for source in sources:
        prediction.add_source(source, args.every, bar.update)
    prediction.flush()
    failed = len(prediction.failed)
    print(f'\n{prediction.written} pictures written to {args.out}, {failed} failed')
    return int(failed > 0)


if __name__ == '__main__':
    try:
        sys.exit(main())
    except (ValueError, KeyError, OSError) as error:
        sys.exit(f'error: {printable(error.args[0] if isinstance(error, KeyError) else error)}')
