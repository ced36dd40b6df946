"""List open_clip's architectures as encoders: what each needs, and what it costs on one picture.

Widths, parameters and operations are those of the tower that OpenCLIPImageTower keeps at its default
indices; they are counted without memory, on torch's meta device. `--write docs/encoders.md` makes that page.
"""
import argparse
import fnmatch
import json
import statistics
import sys
import time
from pathlib import Path

TIMED = ('ViT-B-32', 'ViT-B-16', 'ViT-L-14', 'RN50', 'ViT-B-16-SigLIP2', 'EVA02-B-16', 'PE-Core-B-16',
         'convnext_base_w', 'MobileCLIP2-S0', 'MobileCLIP2-B', 'ViTamin-S', 'coca_ViT-B-32')


def parse_args(argv=None):
    """Parse the command line."""
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('names', nargs='*', default=['*'], help='patterns of names (default: all)')
    parser.add_argument('--time', nargs='*', default=TIMED, metavar='NAME', help='measure these, if listed')
    parser.add_argument('--write', type=Path, help='write a page around the table')
    return parser.parse_args(argv)


if __name__ == '__main__':
    parse_args()  # --help and mistakes are answered before the slow imports

import mmpartseg  # noqa: F401  before mmseg, which refuses newer mmcv by its number

# isort: split
import open_clip
import torch
from mmseg.registry import MODELS
from torch.utils.flop_counter import FlopCounterMode

from mmpartseg.atomic import write_atomic
from mmpartseg.datasets.preparation import run_main
from mmpartseg.models.architectures import clip_config
from mmpartseg.models.clip import build_text_tower
from mmpartseg.printable import counted

SIDE, REPEATS = 352, 3
HEAD = ('| architecture | image tower | trained at | strides | widths | text width | M weights, image / text '
        '| GFLOP | s | text reads | goes |\n|---|---|---|---|---|---|---|---|---|---|---|\n')
PAGE = '''# Encoders

Every architecture of open_clip {version} as `OpenCLIPImageTower` and `OpenCLIPTextEncoder`. Written by

```shell
python tools/list_encoders.py --write docs/encoders.md
```

Strides and widths are those of the three maps that are given by default, weights and operations those of the
part of the tower that is kept for them, on one picture of {side}×{side} (resized up to whole patches); a
multiplication with its addition counts as two operations. Seconds are those of a CPU's core, all threads
together: the median of {repeats} calls in float32 on the machine that wrote the page, for a dozen of them;
times of different hours do not compare. "Text reads": tokens, and what its tokenizer needs. Each family is
tried at random weights and a small size by `tests/test_models/test_image_towers.py` and
`tests/test_models/test_text_families.py`.

'''


def chosen_names(patterns):
    """open_clip's names that match one of the patterns.

    Raises:
        ValueError: a pattern matches none.
    """
    names = open_clip.list_models()
    for pattern in patterns:
        if not fnmatch.filter(names, pattern):
            raise ValueError(f"no architecture of open_clip matches '{pattern}'")
    return [name for name in names if any(fnmatch.fnmatch(name, pattern) for pattern in patterns)]


def image_tower(arch, device):
    """An :class:`OpenCLIPImageTower` at random weights, in eval mode."""
    with torch.device(device):
        return MODELS.build(dict(type='OpenCLIPImageTower', arch=arch)).eval()


def measured(arch):
    """What the image side of an architecture has and costs, or ``why`` it does not go."""
    try:
        tower = image_tower(arch, 'meta')
        with FlopCounterMode(display=False) as counter:
            tower(torch.rand(1, 3, SIDE, SIDE, device='meta'))
    except Exception as error:  # the page says so
        return dict(why=f'no: {type(error).__name__}: {str(error).splitlines()[0]}')
    fixed = tower.features.fixed_size
    return dict(strides=tower.out_strides, widths=tower.out_channels, flops=counter.get_total_flops(),
                weights=sum(p.numel() for p in tower.parameters()),
                why=f'yes, pictures resized to {fixed[0]}×{fixed[1]}' if fixed else 'yes')


def text_weights(arch, config):
    """Number of weights of an architecture's text tower; None where its configuration is on the hub."""
    if config['text_cfg'].get('hf_model_name'):
        return None
    with torch.device('meta'):
        return sum(p.numel() for p in build_text_tower(arch).parameters())


def text_reads(text_cfg):
    """Tokens of a prompt, and what must be there to make them."""
    length = text_cfg.get('context_length', open_clip.tokenizer.DEFAULT_CONTEXT_LENGTH)
    files = [text_cfg.get('hf_model_name'), text_cfg.get('hf_tokenizer_name')]
    files = list(dict.fromkeys(f'`{name}`' for name in files if name))
    return f'{length}' + (f'; transformers and {", ".join(files)}' if files else '')


def seconds(arch):
    """Median seconds of CPU for a call at random weights, whatever else the machine does meanwhile."""
    tower, image, times = image_tower(arch, 'cpu'), torch.rand(1, 3, SIDE, SIDE), []
    with torch.no_grad():
        for _ in range(1 + REPEATS):
            start = time.process_time()
            tower(image)
            times.append(time.process_time() - start)
    return statistics.median(times[1:])


def row(name, image, config, text, timed):
    """A line of the table."""
    vision, dash = config['vision_cfg'], '–'
    own = 'ModifiedResNet' if isinstance(vision.get('layers'), list) else 'ViT'
    kind = f"timm `{vision['timm_model_name']}`" if vision.get('timm_model_name') else own
    if 'widths' not in image:
        measured = [dash] * 2
        weights, flops = dash, dash
    else:
        measured = [' '.join(map(str, dict.fromkeys(image[key]))) for key in ('strides', 'widths')]
        weights, flops = f'{image["weights"] / 1e6:.1f}', f'{image["flops"] / 1e9:.1f}'
    text = dash if text is None else f'{text / 1e6:.1f}'
    cells = [f'`{name}`', kind, vision['image_size'], *measured, config['embed_dim'],
             f'{weights} / {text}', flops,
             dash if timed is None else f'{timed:.2f}', text_reads(config['text_cfg']), image['why']]
    return f"| {' | '.join(map(str, cells))} |\n"


def main(argv=None):
    """Command line; prints the table, or writes the page."""
    args = parse_args(argv)
    known, rows = {}, []
    for name in chosen_names(args.names):
        config = clip_config(name)
        key = json.dumps(config['vision_cfg'], sort_keys=True)  # several share a tower
        if key not in known:
            known[key] = measured(name)
        timed = seconds(name) if name in args.time and 'widths' in known[key] else None
        rows.append(row(name, known[key], config, text_weights(name, config), timed))
        print(name, known[key]['why'], file=sys.stderr)
    table = HEAD + ''.join(rows)
    if args.write is None:
        print(table, end='')
        return
    page = PAGE.format(version=open_clip.__version__, side=SIDE, repeats=REPEATS)
    write_atomic(args.write, (page + table).encode())
    print(f"wrote {counted(len(rows), 'architecture')} to {args.write}")


if __name__ == '__main__':
    run_main(main)
