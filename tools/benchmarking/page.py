"""All tables of docs/benchmarks.md by one command: at one commit, on one machine."""
import datetime
import json
import os
import re
import shlex
import subprocess
import sys
import tempfile
from pathlib import Path

from mmpartseg.atomic import write_atomic
from mmpartseg.benchmark.printing import text_of

PASCAL = 'configs/partclipseg/pascal_part.py'
CATSEG, PARTCATSEG = 'configs/catseg/pascal_part.py', 'configs/partcatseg/pascal_part.py'
MINIATURE = 'configs/partclipseg/part_shapes.py --checkpoint data/miniature/partclipseg.safetensors'
HELD = '--cfg-options model.backbone.dtype=bfloat16'
# name -> title, arguments
TABLES = {
    'inference': ('One image', f'inference {PASCAL} --threads 2 --warmup 2 --repeats 9 --profile'),
    'inference_bf16': ('One image, bfloat16',
                       f'inference {PASCAL} --precision bf16 {HELD} --threads 2 --warmup 2 --repeats 9'),
    'inference_bf16_cast': ('One image, bfloat16, weights cast at each call',
                            f'inference {PASCAL} --precision bf16 --threads 2 --warmup 2 --repeats 9'),
    'training': ('One training step, two images', f'train {PASCAL} --threads 2 --repeats 5 --profile'),
    'training_1': ('One training step, two images, one thread',
                   f'train {PASCAL} --threads 1 --repeats 3 --profile'),
    'training_8': ('One training step, eight images', f'train {PASCAL} --batch 8 --threads 2 --repeats 2'),
    'peer': ('Inference beside the straightforward way',
             f'inference {PASCAL} --peer straightforward --threads 2 --repeats 5'),
    'peer_bf16': ('Inference in bfloat16 beside the straightforward way in float32',
                  f'inference {PASCAL} --peer straightforward --precision bf16 --threads 2 --repeats 3'),
    'peer_training': ('Training beside the straightforward way',
                      f'train {PASCAL} --peer straightforward --threads 2 --warmup 0 --repeats 3'),
    'decoding': ('Objects first', f'decoding {PASCAL} --threads 2 --repeats 3'),
    'decoding_classes': ('Objects first, growth with classes',
                         f'decoding {PASCAL} --threads 2 --points 20 50 100 200 500 1000'),
    'decoding_ade': ('Objects first, ADE20K-Part-234',
                     'decoding configs/partclipseg/ade20k_part.py --threads 2 --repeats 2 --warmup 0'),
    'decoding_miniature': ("Objects first, the miniature's pictures",
                           f'decoding {MINIATURE} --images 100 --threads 2'),
    'catseg': ('CATSeg, one thread', f'inference {CATSEG} --threads 1 --repeats 3'),
    'partcatseg': ('PartCATSeg, one thread', f'inference {PARTCATSEG} --threads 1 --repeats 3'),
    'catseg_training': ('A training step of CATSeg, one image, one thread',
                        f'train {CATSEG} --batch 1 --threads 1 --repeats 2'),
    'partcatseg_training': ('A training step of PartCATSeg, one image, one thread',
                            f'train {PARTCATSEG} --batch 1 --threads 1 --repeats 2'),
    'transformers': ('Beside transformers',
                     'inference configs/clipseg/pascal_part_no_adapter.py --peer transformers --classes 8 '
                     '--threads 2 --repeats 3'),
    'classes': ('Growth with classes', f'inference {PASCAL} --scale classes --threads 2 --repeats 3'),
    'side': ('Growth with the side', f'inference {PASCAL} --scale side --threads 2 --repeats 2'),
    'batch': ('Growth with the batch', f'inference {PASCAL} --scale batch --threads 2 --repeats 2'),
    'training_batch': ('Growth of training with the batch',
                       f'train {PASCAL} --scale batch --points 1 2 4 8 --threads 2 --repeats 1'),
    'metric': ('Metric, 375×500, 234 classes', 'metric --images 1000 --threads 2'),
    'large': ('A prediction at 4000×3000, 234 classes',
              f'inference {PASCAL} --label-size 3000 4000 --classes 234 --threads 2 --repeats 2'),
    'loading': ('Loading', 'data configs/partclipseg/pascal_part_sample.py --loader val --threads 1'),
}
BEGIN, END = '<!-- tables: python tools/benchmark.py page -->', '<!-- end of tables -->'


def measured(script, arguments, folder):
    """The report of one command, run in a process of its own.

    Raises:
        ValueError: it failed; its message follows what the process itself printed.
    """
    path = Path(folder) / 'report.json'
    command = [sys.executable, script, *shlex.split(arguments), '--json', str(path)]
    if subprocess.run(command, stdout=subprocess.DEVNULL, check=False).returncode:
        raise ValueError(f'failed: {shlex.join(command)}')
    return json.loads(path.read_text())


def commit(root, page):
    """The short hash of the checkout, with a mark where files other than the page differ from it."""
    def git(*words):
        done = subprocess.run(['git', '-C', str(root), *words], capture_output=True, text=True, check=False)
        return done.stdout.strip()
    changed = git('status', '--porcelain', '--untracked-files=no', '--', ':/', f':(exclude,top){page}')
    return (git('rev-parse', '--short=10', 'HEAD') or 'unknown') + '-dirty' * bool(changed)


def section(title, arguments, report, version):
    """A table with what a reader must know to compare its numbers."""
    when = datetime.datetime.now().strftime('%Y-%m-%d %H:%M')
    return (f'### {title}\n\n```shell\npython tools/benchmark.py {arguments}\n```\n\n{text_of(report)}\n\n'
            f"Commit {version}, {when}, {report['device']}, {report['threads']} threads, torch "
            f"{report['torch']}, load average {report['load_average']:.1f} on {report['cores']} cores before "
            'it.\n')


def sections_of(text):
    """Sections of a page by their title; what stands before the marks, and after them.

    Raises:
        ValueError: the marks are missing.
    """
    if text.count(BEGIN) != 1 or text.count(END) != 1:
        raise ValueError(f'the page has no place for the tables; it needs the lines {BEGIN} and {END}')
    before, rest = text.split(BEGIN)
    middle, after = rest.split(END)
    parts = re.split(r'^### (.*)$', middle, flags=re.MULTILINE)[1:]
    sections = {title: f'### {title}{body}'.strip() + '\n' for title, body in zip(parts[::2], parts[1::2])}
    return before, sections, after


def write_page(script, path, only=None):
    """Measure the tables, all or some, and put each in its place on the page as soon as it is known.

    Args:
        script (str): ``tools/benchmark.py``.
        path (str | Path): the page.
        only (list[str], optional): keys of ``TABLES``.

    Returns:
        dict: the names of the tables.
    """
    path, root = Path(path), Path(script).resolve().parents[1]
    sections_of(path.read_text())  # a page that is missing or has no place is told before the first table
    version = commit(root, os.path.relpath(path, root))
    for name in only or TABLES:
        title, arguments = TABLES[name]
        with tempfile.TemporaryDirectory() as folder:
            report = measured(script, arguments, folder)
        before, sections, after = sections_of(path.read_text())
        sections[title] = section(title, arguments, report, version)
        order = [each for each, _ in TABLES.values()]
        kept = sorted((each for each in sections if each in order), key=order.index)
        body = '\n'.join(sections[each] for each in kept)
        write_atomic(path, f'{before}{BEGIN}\n\n{body}\n{END}{after}'.encode())
        print(sections[title], flush=True)
    return dict(tables=list(only or TABLES))
