"""The sections in their order: what matters most comes first, what is slow last."""
import gc
import os

import torch

from benchmarking.gpu import counts, equality, recipe, tables
from benchmarking.gpu.session import Session
from benchmarking.gpu.setup import Setup
from mmpartseg.engine.launch import CUBLAS

SECTIONS = {
    'equality': equality.rows,
    'waits and launches': counts.rows,
    'training': tables.training_rows,
    'inference': tables.inference_rows,
    'recipe': recipe.recipe_rows,
    'determinism': recipe.determinism_rows,
    'compiled': tables.compiled_rows}


def run(args, report, start):
    """Everything that there is time for.

    Args:
        args (Namespace): of the command.
        report (dict): what a reader must know to compare numbers.
        start (float): of ``time.monotonic``, from which the budget counts.

    Returns:
        dict: the report with ``sections`` (rows by section and name), ``failed`` and ``left_out``.
    """
    gc.freeze()  # before each measurement garbage is collected, which need not look at all that was imported
    os.environ.setdefault(*CUBLAS)
    setup = Setup(args)
    torch.backends.cudnn.benchmark = setup.cfg.get('env_cfg', {}).get('cudnn_benchmark', False)
    path = None if args.json == '-' else args.json
    session = Session(dict(report, cuda=torch.version.cuda), args.budget, path, start)
    session.run('device', 'matrix products, GFLOP/s', lambda: tables.peaks(setup))
    for section in args.only or SECTIONS:
        for name, needs, function in SECTIONS[section](setup):
            session.run(section, name, function, needs)
    return session.report
