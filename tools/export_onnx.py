"""Export a model in a fixed vocabulary to ONNX, and as a torch.export program.

    mmpartseg export --parts "cat: head, tail" --out cat.onnx
    python tools/export_onnx.py --config C --checkpoint W --parts "cat: head, tail" --out cat.onnx

Writes cat.onnx (opset 18) and cat.pt2. Input: `image` (1, 3, H, W) float32, RGB, 0 to 255, resized to the
size of the model; normalisation is inside. Outputs: `class_scores` (1, K + 1, H, W) and
`object_scores` (1, O + 1, H, W), logits, background last, and `label_map` (1, H, W), Pred-All with
K = background. CATSeg and PartCATSeg have no object scores and give sigmoids. The names are in the file's
metadata, as JSON lists `classes` and `objects`. cat_processor/ beside it is what a stock transformers needs
to make `image` of a picture, with tokenizer and prompts.

The ONNX file is kept only if onnxruntime gives the scores of torch within 1e-4 (of the score, where
that is beyond 1). Limits: one image at a time; a fixed size, or with --dynamic any multiple of the
patch from 2 to 256 patches a side (torch from 2.7; not for CATSeg and PartCATSeg, which resize every
image to their own size); no Oracle-Obj (take class_scores), no sliding window or tiles; a new vocabulary
needs a new export. ZSSeg+ cannot be exported: what CLIP sees are boxes found in the image.
"""
import argparse
import importlib.util
import json
import sys
import tempfile
from pathlib import Path

from model_options import add_weights, check_model, chosen_model


def parse_args(argv=None):
    """Parse the command line."""
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    add_weights(parser)
    parser.add_argument('--parts', '--taxonomy', dest='parts', metavar='VOCABULARY',
                        help="as of predict.py (default: the config's vocabulary)")
    parser.add_argument('--size', nargs=2, type=int, metavar=('HEIGHT', 'WIDTH'),
                        help="of the image (default: what the config's pipeline makes of a square)")
    parser.add_argument('--dynamic', action='store_true', help='take other sizes as well')
    parser.add_argument('--out', type=Path, required=True, help='the file to write, ending in .onnx')
    args = parser.parse_args(argv)
    check_model(parser, args)
    if args.out.suffix != '.onnx':
        parser.error(f"--out must end in .onnx, got '{args.out}'")
    return args


if __name__ == '__main__':
    parse_args()  # --help and mistakes are answered before the slow imports

import numpy as np
import torch

from mmpartseg.apis import PartSegInferencer
from mmpartseg.apis.export import (
    FixedVocabulary,
    check_size,
    export_onnx,
    export_program,
    score_difference,
)
from mmpartseg.apis.export_processor import write_processor
from mmpartseg.atomic import put_in_place
from mmpartseg.compat import check_dynamic_onnx
from mmpartseg.engine import read_config
from mmpartseg.printable import counted, printable

PACKAGES = ('onnx', 'onnxscript', 'onnxruntime')
TOLERANCE = 1e-4


def build_module(args):
    """The model with its vocabulary and size; returns module, size, metadata and the model itself."""
    config, checkpoint, _ = chosen_model(args)
    inferencer = PartSegInferencer(read_config(config, args.cfg_options), checkpoint, args.parts, 'cpu')
    square = np.zeros((64, 64, 3), np.uint8)
    size = args.size or list(inferencer.prepare(square)['inputs'].shape[1:])
    taxonomy = inferencer.taxonomy
    names = {'classes': json.dumps(taxonomy.object_parts), 'objects': json.dumps(taxonomy.objects)}
    return FixedVocabulary(inferencer.model, size, args.dynamic), size, names, inferencer.model


def comparison_images(module, size, dynamic):
    """Noise to compare with: at the size exported and, where that is dynamic, at another."""
    generator = torch.Generator().manual_seed(0)
    sizes = [size]
    if dynamic:
        rows, columns = module.patch_size
        sizes.append([size[0] + rows, max(2 * columns, size[1] - columns)])
    for height, width in sizes:
        check_size((height, width), module.patch_size)
        yield 255 * torch.rand(1, 3, height, width, generator=generator)


def main(argv=None):
    """Export, compare, and only then put the files in their place."""
    args = parse_args(argv)
    missing = [name for name in PACKAGES if importlib.util.find_spec(name) is None]
    if missing:
        raise ImportError(f"exporting needs {', '.join(missing)}: pip install 'mmpartseg[export]'")
    import onnxruntime
    if args.dynamic:
        check_dynamic_onnx()
    args.out.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=args.out.parent) as folder:
        module, size, names, model = build_module(args)
        program = export_program(module, size, args.dynamic)
        onnx_file, program_file = Path(folder) / args.out.name, Path(folder) / 'program.pt2'
        torch.export.save(program, program_file)
        export_onnx(program, module, onnx_file, names)
        session = onnxruntime.InferenceSession(onnx_file, providers=['CPUExecutionProvider'])
        difference = score_difference(module, session, comparison_images(module, size, args.dynamic))
        if not difference <= TOLERANCE:
            raise ValueError(f'onnxruntime differs from torch by {difference:.2g}, more than '
                             f'{TOLERANCE:g}; nothing was written')
        put_in_place(program_file, args.out.with_suffix('.pt2'))
        put_in_place(onnx_file, args.out)
        write_processor(args.out.with_name(f'{args.out.stem}_processor'), args.out.name, size, model)
    print(f"{args.out} and {args.out.with_suffix('.pt2')}: "
          f"{counted(len(json.loads(names['classes'])), 'class', 'classes')}, "
          f"{size[0]}x{size[1]}{' and other sizes' if args.dynamic else ''}, largest "
          f'difference between onnxruntime and torch {difference:.2g}')


if __name__ == '__main__':
    try:
        main()
    except (ValueError, KeyError, OSError, ImportError) as error:
        sys.exit(f'error: {printable(error.args[0] if isinstance(error, KeyError) else error)}')
