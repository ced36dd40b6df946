"""The command line of ``tools/benchmark.py``."""
import argparse
import functools

PRECISIONS = ('fp32', 'bf16', 'fp16')
PEERS = ('transformers', 'straightforward')
MADE_UP = {20: (4, ), 50: (10, ), 100: (20, ), 200: (40, ), 500: (100, ), 1000: (200, 100, 50)}  # objects
TABLES = (
    'inference', 'inference_bf16', 'inference_bf16_cast', 'training', 'training_1', 'training_8', 'peer',
    'peer_bf16', 'peer_training', 'decoding', 'decoding_classes', 'decoding_ade', 'decoding_miniature',
    'catseg', 'partcatseg', 'catseg_training', 'partcatseg_training', 'transformers', 'classes', 'side',
    'batch', 'training_batch', 'metric', 'large', 'loading')
SCALES = ('classes', 'side', 'batch')
SECTIONS = ('equality', 'waits and launches', 'training', 'inference', 'recipe', 'determinism', 'compiled')


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
    parser.add_argument('--cfg-options', nargs='+', action='extend', default=[], metavar='KEY=VALUE',
                        help='override settings of the config')
    return parser


def model_options():
    """What the commands that run a model take."""
    parser = argparse.ArgumentParser(add_help=False)
    parser.add_argument('config', help='config file')
    parser.add_argument('--checkpoint', help='weights (default: random)')
    parser.add_argument('--device', default='cpu', help="'cpu' or torch's name of an accelerator")
    parser.add_argument('--precision', choices=PRECISIONS, default='fp32', help='below fp32: autocast')
    parser.add_argument('--batch', type=positive, help='images (default: 1; train: 2)')
    parser.add_argument('--classes', type=positive, help="K (default: the config's vocabulary)")
    parser.add_argument('--side', type=positive, help="of the square network input (default: config's)")
    parser.add_argument('--label-size', nargs=2, type=positive, metavar=('HEIGHT', 'WIDTH'),
                        help='of the predicted label maps (default: that of the input)')
    parser.add_argument('--scale', choices=SCALES, help='measure several sizes, and their exponent')
    parser.add_argument('--points', nargs='+', type=positive, help='the sizes of --scale')
    return parser


def parse_args(description, argv=None):
    """The options as a namespace."""
    parser_class = functools.partial(argparse.ArgumentParser, allow_abbrev=False)
    parser = parser_class(description=description, formatter_class=argparse.RawDescriptionHelpFormatter)
    commands = parser.add_subparsers(dest='command', required=True, parser_class=parser_class)
    common, of_model = common_options(), model_options()
    predict = commands.add_parser('inference', parents=[common, of_model], help='image to label maps')
    predict.add_argument('--peer', choices=PEERS, help='compare with another way to the masks')
    add_profile(predict)
    train = commands.add_parser('train', parents=[common, of_model], help='one training step')
    train.add_argument('--peer', choices=['straightforward'], help='compare with another way to the gradient')
    add_profile(train)
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
    lazy = commands.add_parser('decoding', parents=[common, of_model], help='operations by winning objects')
    lazy.add_argument('--images', type=positive, help="decide on so many of the config's test pictures")
    lazy.add_argument('--plot', metavar='FILE', help='cost against --points as a PNG')
    add_gpu(commands, common)
    page = commands.add_parser('page', parents=[common], help='all tables of docs/benchmarks.md')
    page.add_argument('--page', default='docs/benchmarks.md', help='where they are put (%(default)s)')
    page.add_argument('--only', nargs='+', metavar='TABLE', choices=TABLES, help=f'of {TABLES}')
    args = parser.parse_args(argv)
    check(commands.choices[args.command], args)
    return args


def words_of_point(args):
    """The command line of one point of ``--scale``, but for the size that is scaled and ``--json``."""
    left_out = {'command', 'config', 'scale', 'points', 'json', 'profile', args.scale}
    words = [args.command, args.config]
    for name, value in vars(args).items():
        if name not in left_out and value not in (None, []):
            values = value if isinstance(value, list) else [value]
            words += [f"--{name.replace('_', '-')}", *map(str, values)]
    return words


def add_profile(parser):
    """The option ``--profile``."""
    parser.add_argument('--profile', action='store_true', help='also say which operators the time goes to')


def add_gpu(commands, common):
    """The command ``gpu``."""
    gpu = commands.add_parser('gpu', parents=[common], help='all that an accelerator can tell in minutes')
    gpu.add_argument('config', help='config file')
    gpu.add_argument('--device', default='cuda', help="torch's name of the accelerator (or cpu, to try)")
    gpu.add_argument('--budget', type=float, default=450, metavar='SECONDS',
                     help='after which no row is started (%(default)s); what is left out is said')
    gpu.add_argument('--only', nargs='+', choices=SECTIONS, metavar='SECTION', help=f'of {SECTIONS}')
    gpu.add_argument('--batches', nargs='+', type=positive, default=(8, 1, 32), help='images of the tables')
    gpu.add_argument('--side', type=positive, help="of the square network input (default: config's)")
    gpu.add_argument('--backend', default='inductor', help='of torch.compile')
    gpu.set_defaults(checkpoint=None, classes=None, label_size=None)


def misfits(args):
    """Options that would change nothing: (whether it is so, their names, why)."""
    command, given = args.command, vars(args).get
    decoding, scale = command == 'decoding', given('scale')
    return (
        (command == 'page', 'threads warmup repeats seed cfg_options',
         'each table has a command of its own, whose settings the page states'),
        (command == 'metric', 'warmup repeats cfg_options', 'metric counts --images once, without a config'),
        (command == 'data', 'seed', 'random steps of the pipeline are not seeded'),
        (command == 'train', 'label_size', "a training step has labels of the network input's size"),
        (decoding, 'scale batch classes', 'decoding takes one picture, and --points of its own'),
        (decoding and given('images'), 'points plot side label_size warmup repeats',
         'decoding --images counts operations of test pictures as they are loaded'),
        (decoding and given('points'), 'warmup repeats', 'decoding --points times nothing'),
        (scale, scale, '--scale measures sizes of its own'),
        (given('peer'), 'scale', '--peer and --scale are two measurements'),
        (given('peer') == 'transformers', 'label_size', '--peer transformers compares masks, not label maps'),
        (given('profile'), 'peer scale device', '--profile is of one measurement on a CPU'))


def check(parser, args):
    """Refuse what does not go together; fill in what depends on the command."""
    for so, names, why in misfits(args):
        found = [f"--{name.replace('_', '-')}" for name in (names.split() if so else ())
                 if vars(args).get(name) != parser.get_default(name)]
        if found:
            parser.error(f"{why}: leave out {', '.join(found)}")
    points = getattr(args, 'points', None)
    if args.command == 'decoding':
        if args.plot and not points:
            parser.error('--plot draws the cost at --points, which are missing')
        if points and not set(points) <= set(MADE_UP):
            parser.error(f'--points of decoding are among {sorted(MADE_UP)}, got {points}')
    elif points and not args.scale:
        parser.error('--points are the sizes of --scale, which is missing')
    if args.command in ('inference', 'train', 'decoding') and args.batch is None:
        args.batch = 2 if args.command == 'train' else 1
