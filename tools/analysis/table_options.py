"""Options that the tools of the paper's tables share, read before anything slow is imported."""
DATASETS = ('paper', 'part_shapes')


def add_table_options(parser, several=False):
    """Which table, or which of them, and what of it."""
    parser.add_argument('--table', type=int, choices=range(1, 8), nargs='+' if several else None,
                        required=True)
    parser.add_argument('--dataset', choices=DATASETS, default='paper',
                        help="the paper's benchmarks, or PartShapes in their place")
    averages = parser.add_mutually_exclusive_group()
    averages.add_argument('--found-averages', dest='averages', action='store_const', const='found',
                          help="means over classes with IoU > 0 only, as PartCATSeg's evaluator has them; "
                          'published numbers stay as they are')
    averages.add_argument('--predicted-averages', dest='averages', action='store_const', const='predicted',
                          help="OV-PARTS' means: a class that is predicted but never annotated counts as 0")
    parser.add_argument('--cfg-options', nargs='+', action='extend', default=[], metavar='KEY=VALUE',
                        help='override settings of every config')
