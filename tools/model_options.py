"""Which model a tool takes, and from which score on a part is found."""
THRESHOLD = 0.1  # of a part's mean score, 0 to 1
EXAMPLE = 'cat: head, ear, eye; person: head, hair, torso'  # what the web page asks for at first


def add_model(parser):
    """Options of the model, and of where it runs."""
    add_weights(parser)
    parser.add_argument('--device', help='such as cpu (default: the best that there is)')


def add_weights(parser):
    """Options of the model."""
    parser.add_argument('--model', metavar='NAME',
                        help='a model by name, see `mmpartseg models` (default: clipseg, or mini, the '
                        'shipped miniature, where the hub cannot be reached)')
    parser.add_argument('--config', help='config file, or the name of a shipped one such as part_shapes')
    parser.add_argument('--checkpoint', help='its checkpoint file; with --model the released file that it '
                        'needs, a path or URL, once')
    parser.add_argument('--cfg-options', nargs='+', action='extend', default=[], metavar='KEY=VALUE',
                        help='override settings of the config')


def check_model(parser, args):
    """Stop at options of the model that do not go together."""
    if args.config and (args.model or not args.checkpoint):
        parser.error('--config goes with --checkpoint, and without --model')
    if args.checkpoint and not (args.model or args.config):
        parser.error('--checkpoint goes with the --config that it was trained with, or with a --model')


def chosen_model(args):
    """Config, checkpoint, and the entry of the list of models; None for weights that are not in it."""
    from mmpartseg.model_registry import checkpoint_of, default_model, published_model
    if args.config is not None:
        return args.config, args.checkpoint, None
    model = published_model(args.model) if args.model else default_model()
    return model.config, checkpoint_of(model, args.checkpoint), model
