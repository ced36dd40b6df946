"""What the training recipe takes on this device, and whether a step repeats itself bit for bit."""
import argparse

import torch

from benchmarking.gpu.equality import ROOT
from mmpartseg.benchmark import data
from mmpartseg.benchmark.measure import timed
from mmpartseg.benchmark.subjects import DTYPES, training_batch

SAMPLE = ROOT / 'configs/partclipseg/pascal_part_sample.py'
BATCH = 8


def recipe_rows(setup):
    """Name, seconds needed, function of each row."""
    yield 'loading', 5, lambda: loading(setup)
    for precision in DTYPES:
        yield f'batch {BATCH}, {precision}', 5, lambda p=precision: recipe(setup, p)


def loading(setup):
    """The pipeline of training on the embedded photographs, in one process."""
    options = argparse.Namespace(config=SAMPLE, cfg_options={}, classes=None, loader='train', images=20,
                                 warmup=1, repeats=3)
    return {key: data.loading(options)[key] for key in ('milliseconds_per_image', 'images_per_second')}


def recipe(setup, precision):
    """The whole schedule, where loading keeps up."""
    result = timed(setup.training(BATCH, precision), setup.device, setup.args.warmup, setup.args.repeats)
    iterations = setup.cfg.train_cfg.max_iters
    return dict(images_per_second=BATCH / result['seconds'], iterations=iterations,
                hours=iterations * result['seconds'] / 3600)


def determinism_rows(setup):
    """Name, seconds needed, function of each row."""
    yield 'as torch chooses', 5, lambda: repeated(setup)
    yield 'deterministic', 5, lambda: deterministic(setup)


def repeated(setup):
    """Two gradients of one batch."""
    model = setup.to_train(setup.model)
    images, samples = training_batch(model, setup.cfg, setup.options(BATCH), setup.device)
    trained = [p for p in model.parameters() if p.requires_grad]

    def gradient():
        loss, _ = model.parse_losses(model(images, samples, mode='loss'))
        return torch.cat([g.flatten() for g in torch.autograd.grad(loss, trained, allow_unused=True)
                          if g is not None])
    first, second = gradient(), gradient()
    result = timed(gradient, setup.device, 1, setup.args.repeats)
    return dict(same_bits=torch.equal(first, second), difference=float((first - second).abs().max()),
                milliseconds=1e3 * result['seconds'])


def deterministic(setup):
    """The same with ``torch.use_deterministic_algorithms``, which refuses what has no such form."""
    torch.use_deterministic_algorithms(True)
    try:
        row = repeated(setup)
    finally:
        torch.use_deterministic_algorithms(False)
    return dict(row, as_expected=row['same_bits'])
