"""Publish a finished run: stripped and hashed weights, logs, config, card and entry; to a folder or the hub.

    python tools/analysis/publish.py work_dirs/partclipseg/pascal_part --out work_dirs/published
    python tools/analysis/publish.py work_dirs/partclipseg/pascal_part --out work_dirs/published \\
        --push owner/name --zoo

RUN is a work dir of tools/train.py with the log of tools/test.py in it or below it. --push uploads the folder
with the token of `hf auth login`; then load_from='hf://owner/name' and `tools/test.py CONFIG hf://owner/name`
load it. --zoo enters it into configs/<family>/runs and writes the zoo again; its settings are then those of a
shipped config. Without, a config of your own is published beside the weights.
"""
import argparse
import platform
import re
from pathlib import Path

ROOT = Path(__file__).parents[2]


def parse_args(argv=None):
    """The options."""
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('run', type=Path, help='work dir of a finished run')
    parser.add_argument('--out', type=Path, required=True, help='folder to make')
    parser.add_argument('--hardware', default=f'{platform.machine()} CPU', help='what it was trained on, '
                        "for people, such as '8 A100' (default: the kind of this CPU)")
    parser.add_argument('--half', action='store_true', help='weights in half precision')
    parser.add_argument('--push', metavar='OWNER/NAME', help='repository of the Hugging Face hub')
    parser.add_argument('--private', action='store_true', help='make that repository a private one')
    parser.add_argument('--zoo', action='store_true', help='enter it into the zoo; with --push')
    parser.add_argument('--root', default=ROOT, type=Path, help='the checkout (default: this one)')
    args = parser.parse_args(argv)
    if args.zoo and not args.push:
        parser.error('--zoo needs --push: an entry says where the weights are')
    if args.push and not re.fullmatch(r'[\w.-]+/[\w.-]+', args.push):
        parser.error(f"--push '{args.push}': expected OWNER/NAME, a repository of the hub")
    return args


if __name__ == '__main__':
    parse_args()  # --help and mistakes are answered before the slow imports

import zoo as zoo_tool

from mmpartseg.datasets.preparation import run_main
from mmpartseg.zoo import load_zoo
from mmpartseg.zoo.finished import read_finished
from mmpartseg.zoo.publishing import check_entry, enter, pack, push


def main(argv=None):
    """Command line."""
    args = parse_args(argv)
    zoo = load_zoo(args.root)
    run = read_finished(args.run, zoo)
    if args.zoo:
        check_entry(run, zoo)
    weights = pack(run, args.out, zoo, args.hardware, args.half)
    print(f'wrote {weights}, its logs, config.py, run.json and README.md')
    if args.push:
        try:
            published = push(args.out, args.push, zoo, args.private)
        except Exception as error:  # of the hub, or of the way to it
            raise OSError(f'nothing was pushed to {args.push}: {error}. `hf auth login` may be missing, or '
                          f'the network; then remove {args.out}, or give another --out') from error
        print('pushed', published)
        if args.zoo:
            print('entered', enter(args.out, published, zoo))
            zoo_tool.main(['--root', str(args.root)])


if __name__ == '__main__':
    run_main(main)
