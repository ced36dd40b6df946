"""Measure speed and memory.

    python tools/benchmark.py inference configs/partclipseg/pascal_part.py
    python tools/benchmark.py train configs/partclipseg/pascal_part.py --batch 2
    python tools/benchmark.py inference CONFIG --precision bf16 --classes 500 --side 512
    python tools/benchmark.py inference CONFIG --scale classes
    python tools/benchmark.py inference configs/clipseg/pascal_part_no_adapter.py --peer transformers
    python tools/benchmark.py train configs/partclipseg/pascal_part.py --peer straightforward
    python tools/benchmark.py data configs/partclipseg/pascal_part_sample.py
    python tools/benchmark.py metric --images 1000 --classes 234

Images and labels of `inference` and `train` are drawn, weights are random unless --checkpoint is given,
and the names of --classes N are made up, with as many classes per object and part as Pascal-Part-116
has. Text embeddings are cached in inference, as in an evaluation: the warm-up fills the cache. Peak
memory is that of the measured calls beyond the bare process, before any model was built; on an
accelerator it is what torch's allocator gave out. fp16 training is measured without a gradient scaler.

A peer is measured in turns with ours, with the same weights: `transformers` is CLIPSeg as its users run
it, `straightforward` PartCLIPSeg with the known costs of the released implementation, in float32.
"""
import argparse
import json
import os
import platform
import sys
from pathlib import Path

import torch
from benchmarking import data
from benchmarking.measure import Memory, measure
from benchmarking.peer import PAIRS, compare
from benchmarking.printing import text_of
from benchmarking.scaling import POINTS, run_points, scaling_report
from benchmarking.subjects import DTYPES, build_model, inference, read_config, training_step

from mmpartseg.atomic import write_atomic
from mmpartseg.datasets.preparation import run_main
from mmpartseg.engine import add_cfg_options


def positive(text):
    """A whole number from 1 on."""
    number = int(text)
    if number < 1:
        raise argparse.ArgumentTypeError(f'expected a number from 1 on, got {text}')
    return number


def common_options():
    """What every command takes."""
    parser = argparse.ArgumentParser(add_help=False)
    parser.add_argument('--threads', type=positive, help="of torch on a CPU (default: torch's choice)")
    parser.add_argument('--warmup', type=int, default=1, help='calls before the measured ones')
    parser.add_argument('--repeats', type=positive, default=5, help='measured calls')
    parser.add_argument('--seed', type=int, default=0, help='of what is drawn')
    parser.add_argument('--json', metavar='FILE', help="write the report there; '-' prints it instead")
    add_cfg_options(parser)
    return parser


def model_options():
    """What the commands that run a model take."""
    parser = argparse.ArgumentParser(add_help=False)
    parser.add_argument('config', help='config file')
    parser.add_argument('--checkpoint', help='weights (default: random)')
    parser.add_argument('--device', default='cpu', help="'cpu' or torch's name of an accelerator")
    parser.add_argument('--precision', choices=list(DTYPES), default='fp32', help='below fp32: autocast')
    parser.add_argument('--batch', type=positive, help='images (default: 1; train: 2)')
    parser.add_argument('--classes', type=positive, help="K (default: the config's vocabulary)")
    parser.add_argument('--side', type=positive, help="of the square network input (default: config's)")
    parser.add_argument('--label-size', nargs=2, type=positive, metavar=('HEIGHT', 'WIDTH'),
                        help='of the predicted label maps (default: that of the input)')
    parser.add_argument('--scale', choices=list(POINTS), help='measure several sizes, and their exponent')
    parser.add_argument('--points', nargs='+', type=positive, help='the sizes of --scale')
    return parser


def parse_args(argv=None):
    """Parse the command line."""
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    commands = parser.add_subparsers(dest='command', required=True)
    common, of_model = common_options(), model_options()
    predict = commands.add_parser('inference', parents=[common, of_model], help='image to label maps')
    predict.add_argument('--peer', choices=list(PAIRS), help='compare with another way to the masks')
    train = commands.add_parser('train', parents=[common, of_model], help='one training step')
    train.add_argument('--peer', choices=['straightforward'], help='compare with another way to the gradient')
    load = commands.add_parser('data', parents=[common], help='loading and the pipeline')
    load.add_argument('config', help='config file')
    load.add_argument('--loader', choices=['train', 'val', 'test'], default='train')
    load.add_argument('--images', type=positive, default=100, help='at most so many')
    load.set_defaults(classes=None)
    score = commands.add_parser('metric', parents=[common], help='OpenVocabPartIoU')
    score.add_argument('--images', type=positive, default=1000)
    score.add_argument('--classes', type=positive, default=234)
    score.add_argument('--label-size', nargs=2, type=positive, default=(375, 500),
                       metavar=('HEIGHT', 'WIDTH'))
    args = parser.parse_args(argv)
    check(parser, args)
    return args


def check(parser, args):
    """Refuse what does not go together; fill in what depends on the command."""
    if getattr(args, 'points', None) and not args.scale:
        parser.error('--points are the sizes of --scale, which is missing')
    if getattr(args, 'peer', None) and args.scale:
        parser.error('--peer and --scale are two measurements; give one of them')
    if args.command in ('inference', 'train') and args.batch is None:
        args.batch = 2 if args.command == 'train' else 1


def processor_name():
    """The model of the processor, where the system tells."""
    path = Path('/proc/cpuinfo')
    lines = path.read_text().splitlines() if path.exists() else ()
    names = [line.split(': ', 1)[1] for line in lines if line.startswith('model name')]
    return names[0] if names else platform.processor() or platform.machine()


def surroundings(args):
    """What a reader must know to compare numbers."""
    device = torch.device(getattr(args, 'device', 'cpu'))
    name = processor_name()
    if device.type != 'cpu':
        name = torch.get_device_module(device).get_device_name(device)
    return dict(command=args.command, config=getattr(args, 'config', None), device=f'{device} ({name})',
                threads=torch.get_num_threads(), cores=os.cpu_count(), torch=torch.__version__,
                load_average=os.getloadavg()[0])


def model_report(args):
    """Measure inference or a training step, or compare with a peer."""
    device = torch.device(args.device)
    memory = Memory(device)
    cfg = read_config(args)
    model = build_model(cfg, args, device)
    sizes = dict(precision=args.precision, batch=args.batch)
    if getattr(args, 'peer', None):
        return dict(sizes, **compare(model, cfg, args, device, memory))
    subject = training_step if args.command == 'train' else inference
    return dict(sizes, **measure(subject(model, cfg, args, device), device, DTYPES[args.precision],
                                 memory, args.warmup, args.repeats))


def report_of(args, argv):
    """The report of one command, as a dict."""
    if args.threads:
        torch.set_num_threads(args.threads)
    report = surroundings(args)
    if args.command in ('data', 'metric'):
        return dict(report, **(data.loading if args.command == 'data' else data.metric)(args))
    if args.scale:
        points = args.points or POINTS[args.scale]
        reports = run_points(__file__, without_scale(argv), args.scale, points)
        return dict(report, **scaling_report(args.scale, points, reports))
    return dict(report, **model_report(args))


def without_scale(argv):
    """The command line of one point: without ``--scale``, ``--points`` and ``--json``."""
    kept, skipping = [], False
    for word in argv:
        if word.startswith('--'):
            skipping = word.split('=')[0] in ('--scale', '--points', '--json')
        if not skipping:
            kept.append(word)
    return kept


def main(argv=None):
    """Measure and report."""
    argv = sys.argv[1:] if argv is None else argv
    args = parse_args(argv)
    report = report_of(args, argv)
    if args.json == '-':
        print(json.dumps(report))
        return
    print(f"\n{report['device']}, {report['threads']} threads, torch {report['torch']}, load average "
          f"{report['load_average']:.1f} on {report['cores']} cores\n\n{text_of(report)}")
    if args.json:
        path = Path(args.json)
        path.parent.mkdir(parents=True, exist_ok=True)
        write_atomic(path, json.dumps(report, indent=2).encode())


if __name__ == '__main__':
    run_main(main)
