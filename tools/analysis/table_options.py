"""Options that the tools of the paper's tables share, read before anything slow is imported."""
DATASETS = ('paper', 'part_shapes')


def add_table_options(parser, several=False):
    """Which table, or which of them, and what of it."""
    parser.add_argument('--table', type=int, choices=range(1, 8), nargs='+' if several else None,
                        required=True)
    parser.add_argument('--dataset', choices=DATASETS, default='paper',
                        help="the paper's benchmarks, or PartShapes in their place")
    parser.add_argument('--found-averages', action='store_true',
                        help="means over classes with IoU > 0 only, as PartCATSeg's evaluator has them; "
                        'published numbers stay as they are')
    parser.add_argument('--cfg-options', nargs='+', action='extend', default=[], metavar='KEY=VALUE',
                        help='override settings of every config')
