"""Write published weights as an mmengine checkpoint.

``python tools/model_converters/to_mmpartseg.py clipseg://CIDAS/clipseg-rd64-refined out.pth``
``python tools/model_converters/to_mmpartseg.py partclipseg://model_final.pth out.pth``
``python tools/model_converters/to_mmpartseg.py zsseg://model_final.pth out.pth``
"""
import argparse
import io
from pathlib import Path


def parse_args():
    """Parse the command line."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('source', help="'clipseg://<hub id or folder>', 'partclipseg://<file>' or 'zsseg://<file>'")
    parser.add_argument('out', type=Path, help='the checkpoint to write')
    args = parser.parse_args()
    if not args.source.startswith(('clipseg://', 'partclipseg://', 'zsseg://')):
        parser.error(f"source '{args.source}' must begin with clipseg://, partclipseg:// or zsseg://")
    return args


if __name__ == '__main__':
    parse_args()  # --help and mistakes are answered before the slow imports

import torch
from mmengine.runner import CheckpointLoader

import mmpartseg  # noqa: F401  registers the schemes
from mmpartseg.atomic import write_atomic
from mmpartseg.printable import counted


def main():
    args = parse_args()
    checkpoint = CheckpointLoader.load_checkpoint(args.source, map_location='cpu')
    content = io.BytesIO()
    torch.save(checkpoint, content)
    write_atomic(args.out, content.getbuffer())
    print(f"wrote {args.out}: {counted(len(checkpoint['state_dict']), 'entry', 'entries')}")


if __name__ == '__main__':
    main()
