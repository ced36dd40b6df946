"""A pre-trained CATSeg as a file that `catseg://` reads: in half precision, without the text tower."""
import argparse
from pathlib import Path


def parse_args(argv=None):
    """Parse the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument('checkpoint', help='of tools/train.py with configs/pretraining/catseg_part_shapes.py')
    parser.add_argument('out', type=Path, help='a .safetensors file')
    return parser.parse_args(argv)


if __name__ == '__main__':
    parse_args()  # --help and mistakes are answered before the slow imports

from mmpartseg.atomic import write_atomic
from mmpartseg.checkpoints import mmpartseg_to_catseg, read_checkpoint, state_dict_of
from mmpartseg.checkpoints.safetensors_files import safetensors_bytes
from mmpartseg.zoo.records import sha256_of

NOT_KEPT = 'decode_head.text_encoder.'


def main(argv=None):
    """Write the file and print its SHA-256."""
    args = parse_args(argv)
    state = state_dict_of(read_checkpoint(args.checkpoint), args.checkpoint)
    released = mmpartseg_to_catseg({name: value for name, value in state.items()
                                    if not name.startswith(NOT_KEPT)})
    write_atomic(args.out, safetensors_bytes({name: value.half() for name, value in released.items()}))
    args.out.chmod(0o644)
    print(sha256_of(args.out), args.out)


if __name__ == '__main__':
    main()
