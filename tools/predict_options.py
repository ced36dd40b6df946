"""The command line of predict.py."""
import argparse
import shlex
import sys

from model_options import THRESHOLD, add_model, check_model

WEIGHTS = ('.pth', '.pt', '.ckpt', '.bin', '.safetensors')  # how files of them end


def parse_args(argv=None, description=None):
    """Parse the command line of a tool that is described so."""
    parser = argparse.ArgumentParser(description=description,
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
    check_inputs(parser, args, argv)
    check_model(parser, args)
    return args


def check_inputs(parser, args, argv):
    """Stop at a config or weights among the pictures, where tools of mmseg take them."""
    configs = [name for name in args.inputs if name.lower().endswith('.py')]
    weights = [name for name in args.inputs if name.lower().endswith(WEIGHTS)]
    if not configs and not weights:
        return
    argv = [word for word in (sys.argv[1:] if argv is None else argv) if word not in configs + weights]
    if configs or not (args.config or args.model):
        argv += ['--config', *(configs or ['CONFIG'])[:1]]
    if weights or not args.checkpoint:
        argv += ['--checkpoint', *(weights or ['WEIGHTS'])[:1]]
    program = parser.prog if ' ' in parser.prog else f'python {sys.argv[0]}'
    what = [f"'{name}' is a config" for name in configs] + [f"'{name}' holds weights" for name in weights]
    parser.error(f"{', '.join(what)}, and pictures are expected there; write: {program} {shlex.join(argv)}")


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
                        help='show parts as one: "head = head, eye, ear; body = torso, tail", of one object '
                        '"cat: face = head, eye"')
    parser.add_argument('--except', nargs='+', action='extend', default=[], dest='left_out', metavar='PART',
                        help='look for these parts and leave them out: "cat: ear", or ear of every object')
    parser.add_argument('--instances', action='store_true',
                        help='number the connected regions of each object, with their boxes: two that touch '
                        'are one')
    parser.add_argument('--zoom', action='store_true',
                        help='look at each object again in a crop of the picture, for its small parts: one '
                        'more pass for each')
    parser.add_argument('--snap', action='store_true', help='move borders of parts to edges of the picture')
    parser.add_argument('--threshold', type=float, default=THRESHOLD, metavar='SCORE',
                        help='a part is found from this score on, 0 to 1 (%(default)s)')
    parser.add_argument('--min-area', type=float, default=0, metavar='PERCENT',
                        help='and from this share of the picture on (%(default)s)')
    parser.add_argument('--top', type=int, metavar='N', help='only the N parts of the highest scores')


def add_files(parser):
    """Options of what is read and written."""
    parser.add_argument('--recursive', action='store_true', help='look into the folders of folders too')
    parser.add_argument('--batch-size', type=int, default=1)
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
