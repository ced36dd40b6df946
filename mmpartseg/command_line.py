"""``mmpartseg COMMAND``, also ``python -m mmpartseg COMMAND``: the tools under one name.

    mmpartseg predict photo.jpg --parts "cat: head, ear"
    mmpartseg train part_shapes
"""
import argparse
import ast
import contextlib
import runpy
import sys
from pathlib import Path

from .shipped import shipped_root
from .version import __version__

COMMANDS = {
    'predict': ('predict.py', 'segment your own pictures with your own part names'),
    'train': ('train.py', 'train a model: mmpartseg train CONFIG'),
    'test': ('test.py', 'evaluate a checkpoint: mmpartseg test CONFIG CHECKPOINT'),
    'check': ('dataset_converters/check.py', 'verify the data sets of a config'),
    'models': (None, 'list the models that predict --model knows'),
    'demo': ('web_demo.py', 'a web page: drop a picture, type parts'),
    'export': ('export_onnx.py', 'a model in a fixed vocabulary as ONNX'),
    'convert': (None, 'bring data sets and checkpoints into our form: mmpartseg convert NAME'),
}
CONVERTERS = ('dataset_converters', 'model_converters')
NO_CONVERTER = ('check', 'converter_options')
WITH_VALUE = ('-W', '-X', '--check-hash-based-pycs')  # options of the interpreter that take the next word
INTERRUPTED = 130  # as shells have it


def is_command():
    """Whether this process was started as the command itself."""
    first = sys.orig_argv[1:]
    while first and first[0].startswith('-') and first[0] != '-m':
        first = first[2 if first[0] in WITH_VALUE else 1:]  # options of the interpreter
    return first[:2] == ['-m', 'mmpartseg'] or bool(first) and Path(first[0]).name == 'mmpartseg'


def main(argv=None):
    """Run a command; returns its exit code, that of an interrupted program after Ctrl-C."""
    try:
        return run_command(sys.argv[1:] if argv is None else argv)
    except KeyboardInterrupt:  # while a tool is being imported: later it says itself what is left
        print('\nstopped', file=sys.stderr)
        return INTERRUPTED


def run_command(argv):
    """:func:`main` of a command line."""
    if argv[:1] == ['help']:  # as git and pip have it
        argv = [*argv[1:], '--help']
    args = parser().parse_args(argv[:1])
    rest = argv[1:]
    script, _ = COMMANDS[args.command]
    if args.command == 'models':
        return list_models(rest)
    if args.command == 'convert':
        found = converters()
        name = converter_parser(found).parse_args(rest[:1]).name
        return run(found[name], f'mmpartseg convert {name}', rest[1:])
    return run(shipped_root() / 'tools' / script, f'mmpartseg {args.command}', rest)


def register():
    """What ``import mmpartseg`` does elsewhere."""
    from . import register
    register()


def parser():
    """The parser of the command's name."""
    found = argparse.ArgumentParser(
        prog='mmpartseg', formatter_class=argparse.RawDescriptionHelpFormatter,
        description='Open-vocabulary part segmentation: your image, your words.',
        epilog=f'commands:\n{listed({name: text for name, (_, text) in COMMANDS.items()})}\n\n'
        '`mmpartseg COMMAND --help` says more.')
    found.add_argument('command', choices=COMMANDS, metavar='COMMAND')
    found.add_argument('--version', action='version', version=f'mmpartseg {__version__}')
    return found


def converter_parser(found):
    """The parser of a converter's name, which says what each does."""
    texts = {name: ast.get_docstring(ast.parse(path.read_text(encoding='utf-8'))).split('\n')[0]
             for name, path in found.items()}
    parser = argparse.ArgumentParser(
        prog='mmpartseg convert', formatter_class=argparse.RawDescriptionHelpFormatter,
        description=COMMANDS['convert'][1],
        epilog=f'names:\n{listed(texts)}\n\n`mmpartseg convert NAME --help` says more.')
    parser.add_argument('name', choices=found, metavar='NAME',
                        help='of the converter; behind it come its own arguments')
    return parser


def listed(texts):
    """Names with what they do, one a line."""
    width = max(map(len, texts)) + 2
    return '\n'.join(f'  {name:{width}}{text}' for name, text in texts.items())


def converters():
    """dict[str, Path]: the converters by name."""
    folders = (shipped_root() / 'tools' / name for name in CONVERTERS)
    return {path.stem: path for folder in folders for path in sorted(folder.glob('*.py'))
            if path.stem not in NO_CONVERTER}


def run(script, name, arguments):
    """Run a tool as the script that it is, under the command's name."""
    sys.argv = [name, *arguments]
    sys.path[0] = str(Path(script).parent)  # its neighbours, as for a script
    with answers_first(name):
        runpy.run_path(str(script), run_name='__main__')
    return 0


@contextlib.contextmanager
def answers_first(name):
    """Tools read their arguments before anything slow is imported: the registries are filled only then.

    What they say of the arguments begins with the command's name instead of the file's.
    """
    parse = argparse.ArgumentParser.parse_args

    def parse_args(self, *args, **kwargs):
        argparse.ArgumentParser.parse_args = parse
        self.prog = name
        understood = parse(self, *args, **kwargs)
        register()
        return understood

    argparse.ArgumentParser.parse_args = parse_args
    try:
        yield
    finally:
        argparse.ArgumentParser.parse_args = parse


def list_models(arguments):
    """Print the models that there are by name."""
    argparse.ArgumentParser(prog='mmpartseg models', description=COMMANDS['models'][1]).parse_args(arguments)
    from .model_registry import published_models
    for name, model in published_models().items():
        print(f'{name}: {model.summary}')
        for what in ('config', 'weights', 'sha256', 'trained_on', 'scores', 'licence', 'source'):
            value = getattr(model, what)
            if value is None and what == 'weights':
                value = f'given once: mmpartseg predict … --model {name} --checkpoint PATH_OR_URL'
            value = 'no parts' if value is None and what == 'trained_on' else value
            if value is not None:
                print(f'  {what}: {value}')
    return 0
