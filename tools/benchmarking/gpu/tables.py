"""Time, memory and share of the matrix product's peak, by batch and precision; compiled or not."""
import copy
import time

import torch

from mmpartseg.benchmark.measure import largest_difference, matrix_peak, synchronize, timed
from mmpartseg.benchmark.operations import count_flops
from mmpartseg.benchmark.subjects import DTYPES, autocast, build_model, draw_batch, network_side

MIB = 2**20
COMPILING = 75  # seconds that one compilation may take


def training_rows(setup):
    """Name, seconds needed, function of each row of the training table."""
    return (row for batch in setup.args.batches for row in table(setup, 'training', batch))


def inference_rows(setup):
    """Those of the inference table: from images to label maps in both settings."""
    for batch in setup.args.batches:
        yield from table(setup, 'prediction', batch)
    batch = setup.args.batches[0]
    yield f'batch {batch}, bf16, weights of the tower in it', 10, lambda: held(setup, batch)


def held(setup, batch):
    """The image tower holds its weights in bfloat16, so that no call casts them."""
    cfg = copy.deepcopy(setup.cfg)
    cfg.model.backbone.dtype = 'bfloat16'
    place = build_model(cfg, setup.args, setup.device), setup.device
    return cost(setup, setup.prediction(batch, 'bf16', place), batch, 'bf16')


def table(setup, kind, batch):
    """Rows of one batch."""
    for precision in DTYPES:
        yield (f'batch {batch}, {precision}', 10,
               lambda p=precision: cost(setup, getattr(setup, kind)(batch, p), batch, p))


def peaks(setup):
    """Matrix products per second, by precision."""
    return {name: round(matrix_peak(setup.device, dtype) / 1e9) for name, dtype in DTYPES.items()}


def cost(setup, function, batch, precision, with_flops=True):
    """Everything about one call of so many images."""
    setup.memory.restart()
    result = timed(function, setup.device, setup.args.warmup, setup.args.repeats)
    row = dict(milliseconds=1e3 * result['seconds'], fastest=1e3 * result['fastest'],
               slowest=1e3 * result['slowest'], images_per_second=batch / result['seconds'],
               memory_mib=round(setup.memory.peak() / MIB))
    if with_flops:
        flops = count_flops(function)
        row.update(gflop=flops / 1e9, share_of_peak=flops / result['fastest'] / matrix_peak(
            setup.device, DTYPES[precision]))
    return row


def compiled_rows(setup):
    """Head and losses through ``torch.compile``; the network without the decision."""
    batch = setup.args.batches[0]
    for precision in ('fp32', 'bf16'):
        yield (f'training, batch {batch}, {precision}', COMPILING,
               lambda p=precision: compiled_training(setup, batch, p))
        yield (f'network, batch {batch}, {precision}', COMPILING,
               lambda p=precision: compiled_network(setup, batch, p))


def first_call(function, device):
    """Its result and seconds."""
    start = time.perf_counter()
    result = function()
    synchronize(device)
    return result, time.perf_counter() - start


def compiled_network(setup, batch, precision):
    """Backbone and head, without and with the compiler."""
    torch.compiler.reset()
    model = setup.model.eval()
    images, _ = draw_batch(setup.options(batch), network_side(setup.cfg, setup.args), (8, 8), model.taxonomy,
                           model.decode_head.ignore_index, setup.device)
    head = torch.compile(model.decode_head, backend=setup.args.backend)

    def run(decode_head):
        with torch.inference_mode(), autocast(setup.device, precision):
            return decode_head(model.extract_feat(images)).scores

    expected = run(model.decode_head)
    plain = cost(setup, lambda: run(model.decode_head), batch, precision, with_flops=False)
    found, seconds = first_call(lambda: run(head), setup.device)
    return dict(cost(setup, lambda: run(head), batch, precision, with_flops=False), compiling=seconds,
                plain_milliseconds=plain['milliseconds'], plain_memory_mib=plain['memory_mib'],
                difference=largest_difference(found, expected))


def compiled_training(setup, batch, precision):
    """A step whose head and losses are compiled, forward and backward."""
    torch.compiler.reset()
    plain = cost(setup, setup.training(batch, precision), batch, precision, with_flops=False)
    head = setup.model.decode_head
    head.loss = torch.compile(head.loss, backend=setup.args.backend)
    try:
        step = setup.training(batch, precision)
        _, seconds = first_call(step, setup.device)
        row = cost(setup, step, batch, precision, with_flops=False)
    finally:
        del head.loss
    return dict(row, compiling=seconds, plain_milliseconds=plain['milliseconds'],
                plain_memory_mib=plain['memory_mib'])
