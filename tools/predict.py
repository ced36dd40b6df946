"""Segment your own pictures with your own part names.

    mmpartseg predict cat.jpg --parts "cat: head, tail; dog: head"
    python tools/predict.py cat.jpg --config C --checkpoint W --parts "cat: head, tail; dog: head"

Prints for each picture the parts found, with their share of it and their score, and writes NAME_overlay.png,
NAME_parts.png (values are part ids, the number of classes is background) and NAME.json (names, pixels, mean
scores, boxes as x, y, width, height); for a video, an animation or a file of several pages these of each
frame, and for a video NAME_overlay.mp4 (MPEG-4 Part 2, fourcc mp4v, without sound). On request
NAME_panels.png, NAME_attention.png, NAME_comparison.png, cut-outs, and files for annotation tools.

The exit code is 0 if all went well, 1 if a file failed or nothing could be done, 2 for options
that do not exist, and 130 after Ctrl-C.
"""
import gc
import os
import sys
from pathlib import Path

from model_options import chosen_model
from predict_options import parse_args

if __name__ == '__main__':
    parse_args(None, __doc__)  # --help and mistakes are answered before the slow imports

SHOWN = 5  # files that are skipped, by name


def build_inferencer(args):
    """The model in the vocabulary asked for; says which words it has never seen."""
    from mmpartseg.apis import PartSegInferencer, read_vocabulary
    from mmpartseg.apis.object_map import object_called
    from mmpartseg.apis.parts_of_objects import parts_of_objects
    from mmpartseg.apis.suggestions import hints
    from mmpartseg.compat import check_device
    from mmpartseg.engine import read_config
    from mmpartseg.printable import counted
    parts = None if args.parts is None else read_vocabulary(args.parts)
    if args.objects is not None:
        parts, known_from = parts_of_objects(args.objects)
        for obj, names in known_from.items():
            print(f"parts of {obj}: as in {', '.join(names)}")
    check_device(args.device)
    config, checkpoint, _ = chosen_model(args)
    inferencer = PartSegInferencer(read_config(config, args.cfg_options), checkpoint, parts, args.device)
    taxonomy = inferencer.taxonomy
    args.object = [object_called(taxonomy, name) for name in args.object]
    if len(args.object) > 1:
        inferencer.set_taxonomy(restricted(taxonomy, args.object))
    print(f"vocabulary: {counted(len(inferencer.taxonomy), 'class', 'classes')}")
    for kind, words in inferencer.unseen_words.items():
        if words:
            print(f"{kind} that the checkpoint has never seen: {', '.join(words)}")
    for line in hints(inferencer.taxonomy) if args.parts else ():
        print(line)
    return inferencer


def restricted(taxonomy, objects):
    """The classes of some objects."""
    from mmpartseg.taxonomy import PartTaxonomy
    return PartTaxonomy([name for name, o in zip(taxonomy.object_parts, taxonomy.object_of)
                         if taxonomy.objects[o] in objects])


def sources_of(args):
    """Files to predict, and errors for inputs that name none; says which files are skipped.

    Raises:
        ValueError: the output folder holds inputs, which results could overwrite.
    """
    from mmpartseg.apis.batch_prediction import STDIN
    from mmpartseg.apis.sources import find_sources, skipped_files
    from mmpartseg.printable import counted, printable
    sources, errors = [], {}
    for name in args.inputs:
        try:
            sources += find_sources([name], args.recursive)
            if name != STDIN and '://' not in name and not os.path.exists(sources[-1]):
                raise FileNotFoundError(f'there is no image {sources.pop() or repr(name)}')
        except FileNotFoundError as error:
            errors[name] = error
    inside = [source for source in sources if Path(source).resolve().parent == Path(args.out).resolve()]
    if inside:
        raise ValueError(f"the output folder '{args.out}' holds inputs ({inside[0]}); give another "
                         'folder with --out')
    skipped = skipped_files(args.inputs, args.recursive)
    if skipped:
        print(f"skipped {counted(len(skipped), 'file')}, neither picture nor video: "
              f"{', '.join(map(printable, skipped[:SHOWN]))}{', …' * (len(skipped) > SHOWN)}")
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
    from mmpartseg.apis.complaints import Complaints
    from mmpartseg.apis.sources import is_video
    from mmpartseg.apis.videos import count_frames
    from mmpartseg.pictures import pages
    count = Complaints().of(count_frames if is_video(source) else pages, source)
    return -(-count // every) or 1


def progress_of(sources, every):
    """What is called after each picture: a bar, if results go elsewhere than to the terminal it is on."""
    if sys.stdout.isatty() or not sys.stderr.isatty():
        return lambda: None
    from mmengine.utils import ProgressBar
    return ProgressBar(sum(count_pictures(source, every) for source in sources), file=sys.stderr).update


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
    args = parse_args(argv, __doc__)
    from mmpartseg.apis.annotations import AnnotationFiles
    from mmpartseg.apis.batch_prediction import BatchPrediction
    from mmpartseg.apis.explanation import chosen_classes
    from mmpartseg.apis.prediction_files import PredictionFiles
    from mmpartseg.printable import counted
    files = PredictionFiles(args.out)
    sources, errors = sources_of(args)
    if not sources:
        raise FileNotFoundError('; '.join(map(str, errors.values())))
    check_stems(sources, [path for path in (args.object_mask, args.ground_truth)
                          if path and Path(path).is_dir()])
    inferencer = build_inferencer(args)
    gc.freeze()  # what is imported and built is no garbage: nothing searches it, at the end neither
    attention = args.attention and chosen_classes(inferencer.taxonomy, args.attention)
    annotations = args.export and AnnotationFiles(args.out, args.export)
    prediction = BatchPrediction(
        inferencer, files, args.object[0] if len(args.object) == 1 else None, args.object_mask,
        args.ground_truth, args.shapes, args.panels, attention, args.batch_size, args.cutouts, annotations,
        finisher(args, inferencer.words), args.instances,
        [name for name in ('zoom', 'snap') if getattr(args, name)])
    for name, error in errors.items():
        prediction.report(name, error)
    progress = progress_of(sources, args.every)
    for source in sources:
        prediction.add_source(source, args.every, progress)
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
        print('\nstopped; pictures that were done are in the output folder', file=sys.stderr)
        sys.exit(130)  # as shells have it
