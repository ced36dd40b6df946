"""Measure speed and memory.

    python tools/benchmark.py inference configs/partclipseg/pascal_part.py
    python tools/benchmark.py train configs/partclipseg/pascal_part.py --batch 2 --profile
    python tools/benchmark.py inference CONFIG --precision bf16 --classes 500 --side 512
    python tools/benchmark.py inference CONFIG --scale classes
    python tools/benchmark.py inference configs/clipseg/pascal_part_no_adapter.py --peer transformers
    python tools/benchmark.py train configs/partclipseg/pascal_part.py --peer straightforward
    python tools/benchmark.py inference configs/partcatseg/pascal_part.py --peer straightforward
    python tools/benchmark.py decoding configs/partclipseg/pascal_part.py
    python tools/benchmark.py data configs/partclipseg/pascal_part_sample.py
    python tools/benchmark.py metric --images 1000 --classes 234
    python tools/benchmark.py page
    python tools/benchmark.py gpu configs/partclipseg/pascal_part.py --budget 450 --json gpu.json

Images and labels of `inference` and `train` are drawn, weights are random unless --checkpoint is given,
and the names of --classes N are made up, with as many classes per object and part as Pascal-Part-116
has. Text embeddings are cached in inference, as in an evaluation: the warm-up fills the cache. Peak
memory is that of the measured calls beyond the bare process, before any model was built; on an
accelerator it is what torch's allocator gave out. fp16 training is measured without a gradient scaler.

A peer is measured in turns with ours, with the same weights: `transformers` is CLIPSeg as its users run
it, `straightforward` PartCLIPSeg, CATSeg or PartCATSeg with the known costs of the released
implementations, in float32.

`decoding` counts what a prediction costs when 1, 2, 5 or all objects win, beside decoding all classes: for
several sets of objects, that of most parts among them, or with --images on test pictures, as the weights
see them; and pixels of the label maps that differ between the two ways.

`page` measures every table of docs/benchmarks.md, one after the other, and writes them there; --only some.

`gpu` is for a short loan: what it finds is printed, and written to --json, row by row, most important first.
"""
import json
import os
import platform
import time
from pathlib import Path

from benchmarking.options import parse_args, words_of_point

if __name__ == '__main__':
    parse_args(__doc__)  # --help and mistakes are answered before the slow imports

import torch
from benchmarking.decoding import decoding, decoding_plot
from benchmarking.gpu.run import run as run_gpu
from benchmarking.page import write_page

from mmpartseg.atomic import write_atomic
from mmpartseg.benchmark import data
from mmpartseg.benchmark.breakdown import breakdown
from mmpartseg.benchmark.measure import Memory, measure
from mmpartseg.benchmark.peer import compare
from mmpartseg.benchmark.printing import text_of
from mmpartseg.benchmark.scaling import POINTS, run_points, scaling_report
from mmpartseg.benchmark.subjects import DTYPES, build_model, inference, read_config, training_step
from mmpartseg.datasets.preparation import run_main


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
    if args.command == 'decoding':
        return decoding(model, cfg, args, device, memory)
    run = (training_step if args.command == 'train' else inference)(model, cfg, args, device)
    report = measure(run, device, DTYPES[args.precision], memory, args.warmup, args.repeats)
    if args.profile:
        report['breakdown'] = breakdown(run)
    return dict(sizes, **report)


def report_of(args, start):
    """The report of one command, as a dict."""
    if args.threads:
        torch.set_num_threads(args.threads)
    report = surroundings(args)
    if args.command == 'gpu':
        return run_gpu(args, report, start)
    if args.command == 'page':
        return dict(report, **write_page(__file__, args.page, args.only))
    if args.command in ('data', 'metric'):
        return dict(report, **(data.loading if args.command == 'data' else data.metric)(args))
    if args.scale:
        points = args.points or POINTS[args.scale]
        reports = run_points(__file__, words_of_point(args), args.scale, points)
        return dict(report, **scaling_report(args.scale, points, reports))
    return dict(report, **model_report(args))


def main(argv=None):
    """Measure and report; the rows that failed, if the command has such."""
    start = time.monotonic()
    args = parse_args(__doc__, argv)
    report = report_of(args, start)
    if args.json == '-':
        print(json.dumps(report))
        return report.get('failed')
    print(f"\n{report['device']}, {report['threads']} threads, torch {report['torch']}, load average "
          f"{report['load_average']:.1f} on {report['cores']} cores\n\n{text_of(report)}")
    if getattr(args, 'plot', None):
        decoding_plot(report, args.plot)
    if args.json:
        path = Path(args.json)
        path.parent.mkdir(parents=True, exist_ok=True)
        write_atomic(path, json.dumps(report, indent=2).encode())
    return report.get('failed')


if __name__ == '__main__':
    run_main(main)
