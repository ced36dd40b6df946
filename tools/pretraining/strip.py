"""The weights of a finished run alone, in half precision: CHECKPOINT -> OUT.safetensors."""
import argparse
import hashlib
from pathlib import Path

from safetensors.torch import save_file

from mmpartseg.checkpoints import read_checkpoint, state_dict_of


def main(argv=None):
    """Write the file and print its SHA-256."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument('checkpoint', help='of tools/train.py')
    parser.add_argument('out', type=Path)
    args = parser.parse_args(argv)
    state = state_dict_of(read_checkpoint(args.checkpoint), args.checkpoint)
    args.out.parent.mkdir(parents=True, exist_ok=True)
    save_file({name: value.half().contiguous() if value.is_floating_point() else value.contiguous()
               for name, value in state.items()}, args.out, metadata={'format': 'pt'})
    args.out.chmod(0o644)
    print(hashlib.sha256(args.out.read_bytes()).hexdigest(), args.out)


if __name__ == '__main__':
    main()
