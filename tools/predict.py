"""Segment your own pictures with your own part names.

    mmpartseg predict cat.jpg --parts "cat: head, tail; dog: head"
    python tools/predict.py cat.jpg --config C --checkpoint W --parts "cat: head, tail; dog: head"

Prints for each picture the parts found, with their share of it and their score, and writes NAME_overlay.png,
NAME_parts.png (values are part ids, the number of classes is background) and NAME.json (names, pixels, mean
scores, boxes as x, y, width, height); for a video, an animation or a file of several pages these of each
frame, and for a video NAME_overlay.mp4 (MPEG-4 Part 2, fourcc mp4v, without sound). On request
NAME_panels.png, NAME_attention.png, NAME_comparison.png, cut-outs, and files for annotation tools.

The exit code is 0 if all went well, 1 if a file failed or nothing could be done, and 2 for options
that do not exist.
"""
import argparse
import sys
from pathlib import Path

SHOWN = 5  # files that are skipped, by name


class CfgOptions(argparse.Action):
    """``--cfg-options``, whose parser is imported when it is needed: ``--help`` answers at once."""

    def __call__(self, parser, namespace, values, option_string=None):
        from mmpartseg.engine.cfg_options import ConfigOptions
        ConfigOptions(self.option_strings, self.dest)(parser, namespace, values, option_string)


def parse_args(argv=None):
    """Parse the command line."""
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('inputs', nargs='+', metavar='INPUT',
                        help='images, folders, patterns ("photos/*.jpg"), videos, or - for a picture on '
                        'standard input')
    add_model(parser)
    add_words(parser)
    add_files(parser)
    args = parser.parse_args(argv)
    for name in ('every', 'batch_size', 'top'):
        if getattr(args, name) is not None and getattr(args, name) < 1:
            parser.error(f"--{name.replace('_', '-')} must be at least 1")
    for name, most in (('threshold', 1), ('min_area', 100)):
        if not 0 <= getattr(args, name) <= most:
            parser.error(f"--{name.replace('_', '-')} must lie in 0 to {most}, got {getattr(args, name):g}")
    if args.object_mask and len(args.object) > 1:
        parser.error('--object-mask goes with one --object, or with none')
    if args.parts and args.objects:
        parser.error('--objects is instead of --parts')
    if args.config and (args.model or not args.checkpoint):
        parser.error('--config goes with --checkpoint, and without --model')
    if args.checkpoint and not (args.model or args.config):
        parser.error('--checkpoint goes with the --config that it was trained with, or with a --model')
    return args


def add_model(parser):
    """Options of the model."""
    parser.add_argument('--model', metavar='NAME',
                        help='a model by name, see `mmpartseg models` (default: clipseg, or mini, the '
                        'shipped miniature, where the hub cannot be reached)')
    parser.add_argument('--config', help='config file, or the name of a shipped one such as part_shapes')
    parser.add_argument('--checkpoint', help='its checkpoint file; with --model the released file that it '
                        'needs, a path or URL, once')
    parser.add_argument('--device', help='such as cpu (default: the best that there is)')
    parser.add_argument('--batch-size', type=int, default=1)
    parser.add_argument('--cfg-options', nargs='+', action=CfgOptions, default={}, metavar='KEY=VALUE',
                        help='override settings of the config')


def add_words(parser):
    """Options of what is looked for, and of what counts as found."""
    parser.add_argument('--parts', '--taxonomy', dest='parts', metavar='VOCABULARY',
                        help='"cat: head, tail; dog: head", a YAML, JSON or text file, or a shipped '
                        "vocabulary such as pascal_part_116 (default: the config's). Parts without an "
                        'object, "handle, wheel", are looked for on whatever has them')
    parser.add_argument('--objects', metavar='NAMES',
                        help='instead of --parts: "cat, bus", with the parts that the shipped vocabularies '
                        'know')
    parser.add_argument('--object', nargs='+', action='extend', default=[], metavar='NAME',
                        help='what the pictures show. One object: every pixel is its (Oracle-Obj). '
                        'Several: only their parts are looked for (Pred-All)')
    parser.add_argument('--object-mask', metavar='PATH',
                        help='where it is (Oracle-Obj): an image, or a folder with NAME.png for each '
                        "picture (NAME_000000.png for a video's frames). 0 is no object, all else "
                        'the object; without --object, in a vocabulary of several, the number of '
                        'the object in alphabetical order')
    parser.add_argument('--merge', default='', metavar='GROUPS',
                        help='show parts as one: "head = head, eye, ear; body = torso, tail"')
    parser.add_argument('--except', nargs='+', action='extend', default=[], dest='left_out', metavar='PART',
                        help='look for these parts and leave them out: "cat: ear", or ear of every object')
    parser.add_argument('--instances', action='store_true',
                        help='number the connected regions of each object, with their boxes: two that touch '
                        'are one')
    parser.add_argument('--threshold', type=float, default=0.1, metavar='SCORE',
                        help='a part is found from this score on, 0 to 1 (%(default)s)')
    parser.add_argument('--min-area', type=float, default=0, metavar='PERCENT',
                        help='and from this share of the picture on (%(default)s)')
    parser.add_argument('--top', type=int, metavar='N', help='only the N parts of the highest scores')


def add_files(parser):
    """Options of what is read and written."""
    parser.add_argument('--recursive', action='store_true', help='look into the folders of folders too')
    parser.add_argument('--every', type=int, default=1, metavar='N',
                        help='take every N-th frame of a video or animation (%(default)s)')
    parser.add_argument('--out', default='work_dirs/predict', help='output folder (%(default)s)')
    parser.add_argument('--shapes', choices=('polygons', 'rle'), help='also write the outline of each part')
    parser.add_argument('--cutouts', action='store_true',
                        help='also write each part found as a PNG, transparent around it')
    parser.add_argument('--export', choices=('labelme', 'coco'),
                        help='also write files for annotation tools (CVAT and Label Studio read COCO)')
    parser.add_argument('--panels', action='store_true',
                        help='also draw input, objects, generalized parts and object-specific parts')
    parser.add_argument('--attention', nargs='*', action='extend', metavar='PART',
                        help='also draw the attention of parts ("cat\'s head", or head of every '
                        'object) over the picture; without a name, of the parts found')
    parser.add_argument('--ground-truth', metavar='PATH',
                        help='also draw the prediction beside this label map of part ids: an image, '
                        'or a folder as for --object-mask')


def build_inferencer(args):
    """The model in the vocabulary asked for; says which words it has never seen."""
    from mmpartseg.apis import PartSegInferencer, read_vocabulary
    from mmpartseg.apis.parts_of_objects import parts_of_objects
    from mmpartseg.apis.suggestions import near_misses
    from mmpartseg.compat import check_device
    from mmpartseg.engine import read_config
    from mmpartseg.model_registry import checkpoint_of, default_model, published_model
    parts = None if args.parts is None else read_vocabulary(args.parts)
    if args.objects is not None:
        parts, known_from = parts_of_objects(args.objects)
        for obj, names in known_from.items():
            print(f"parts of {obj}: as in {', '.join(names)}")
    check_device(args.device)
    config, checkpoint = args.config, args.checkpoint
    if config is None:
        model = published_model(args.model) if args.model else default_model()
        config, checkpoint = model.config, checkpoint_of(model, args.checkpoint)
    inferencer = PartSegInferencer(read_config(config, args.cfg_options), checkpoint, parts, args.device)
    taxonomy = inferencer.taxonomy
    args.object = [known_object(taxonomy, name) for name in args.object]
    if len(args.object) > 1:
        inferencer.set_taxonomy(restricted(taxonomy, args.object))
    print(f"vocabulary: {counted(len(inferencer.taxonomy), 'class', 'classes')}")
    for kind, words in inferencer.unseen_words.items():
        if words:
            print(f"{kind} that the checkpoint has never seen: {', '.join(words)}")
    for word, near in near_misses(inferencer.taxonomy).items() if args.parts else ():
        print(f"'{word}': did you mean '{near}'?")
    return inferencer


def known_object(taxonomy, name):
    """An object of the vocabulary, in whatever case it was typed; ValueError if there is none."""
    from mmpartseg.apis.suggestions import did_you_mean
    from mmpartseg.taxonomy import fold
    spelled = {fold(obj): obj for obj in taxonomy.objects}
    if fold(name) not in spelled:
        raise ValueError(f"--object '{name}' is not in the vocabulary, whose objects are "
                         f'{list(taxonomy.objects)}{did_you_mean(name, taxonomy.objects)}')
    return spelled[fold(name)]


def restricted(taxonomy, objects):
    """The classes of some objects."""
    from mmpartseg.taxonomy import PartTaxonomy
    return PartTaxonomy([name for name, o in zip(taxonomy.object_parts, taxonomy.object_of)
                         if taxonomy.objects[o] in objects])


def counted(count, one, several=None):
    """``'1 picture'``, ``'2 pictures'``."""
    return f"{count} {one if count == 1 else several or one + 's'}"


def sources_of(args):
    """Files to predict, and errors for inputs that name none; says which files are skipped.

    Raises:
        ValueError: the output folder holds inputs, which results could overwrite.
    """
    from mmpartseg.apis.sources import find_sources, skipped_files
    sources, errors = [], {}
    for name in args.inputs:
        try:
            sources += find_sources([name], args.recursive)
        except FileNotFoundError as error:
            errors[name] = error
    inside = [source for source in sources if Path(source).resolve().parent == Path(args.out).resolve()]
    if inside:
        raise ValueError(f"the output folder '{args.out}' holds inputs ({inside[0]}); give another "
                         'folder with --out')
    skipped = skipped_files(args.inputs, args.recursive)
    if skipped:
        print(f"skipped {counted(len(skipped), 'file')} that are neither pictures nor videos: "
              f"{', '.join(skipped[:SHOWN])}{', …' * (len(skipped) > SHOWN)}")
    return list(dict.fromkeys(sources)), errors


def check_stems(sources, folders):
    """ValueError if a file of one of the folders, which is called as its picture, would go with two."""
    owners = {}
    for source in sources:
        other = owners.setdefault(Path(source).stem, source)
        if other != source and folders:
            raise ValueError(f"'{Path(other).stem}.png' in {folders} would belong to both '{other}' and "
                             f"'{source}'; predict them one after the other, each with a folder of its own")


def count_pictures(source, every):
    """How many pictures a source holds; 1 if it cannot be read."""
    from mmpartseg.apis.sources import is_video
    from mmpartseg.apis.videos import count_frames
    from mmpartseg.pictures import pages
    count = count_frames(source) if is_video(source) else pages(source)
    return -(-count // every) or 1


def finisher(args, words):
    """What is made of each prediction: parts put together, left out, or not counted as found.

    Raises:
        ValueError: --merge or --except name a part that there is not.
    """
    from mmpartseg.apis.regrouping import named_classes, read_groups
    groups = read_groups(args.merge)
    named_classes(words.grouped(groups)[0].names, args.left_out)

    def finish(prediction):
        prediction = prediction.merged(groups) if groups else prediction
        prediction = prediction.without(*args.left_out) if args.left_out else prediction
        return prediction.only(args.threshold, args.min_area / 100, args.top)
    return finish


def main(argv=None):
    """Predict all inputs; returns the exit code."""
    args = parse_args(argv)
    from mmengine.utils import ProgressBar

    from mmpartseg.apis.annotations import AnnotationFiles
    from mmpartseg.apis.batch_prediction import BatchPrediction
    from mmpartseg.apis.explanation import chosen_classes
    from mmpartseg.apis.prediction_files import PredictionFiles
    files = PredictionFiles(args.out)
    sources, errors = sources_of(args)
    if not sources:
        raise FileNotFoundError('; '.join(map(str, errors.values())))
    check_stems(sources, [path for path in (args.object_mask, args.ground_truth)
                          if path and Path(path).is_dir()])
    inferencer = build_inferencer(args)
    attention = args.attention and chosen_classes(inferencer.taxonomy, args.attention)
    annotations = args.export and AnnotationFiles(args.out, args.export)
    prediction = BatchPrediction(
        inferencer, files, args.object[0] if len(args.object) == 1 else None, args.object_mask,
        args.ground_truth, args.shapes, args.panels, attention, args.batch_size, args.cutouts, annotations,
        finisher(args, inferencer.words), args.instances)
    for name, error in errors.items():
        prediction.report(name, error)
    bar = ProgressBar(sum(count_pictures(source, args.every) for source in sources), file=sys.stderr)
    for source in sources:
        prediction.add_source(source, args.every, bar.update)
    prediction.flush()
    if annotations:
        annotations.close()
    failed = len(prediction.failed)
    print(f"\n{counted(prediction.written, 'picture')} written to {args.out}, {failed} failed")
    return int(failed > 0)


if __name__ == '__main__':
    try:
        sys.exit(main())
    except (ValueError, KeyError, OSError, ImportError) as error:
        from mmpartseg.printable import printable
        sys.exit(f'error: {printable(error.args[0] if isinstance(error, KeyError) else error)}')
    except KeyboardInterrupt:
        sys.exit('\nstopped; pictures that were done are in the output folder')
