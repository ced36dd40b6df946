"""The model on the CPU and on the device, and what is drawn for it."""
import argparse
import contextlib
import copy
from functools import cached_property

import torch

from mmpartseg.benchmark.measure import Memory
from mmpartseg.benchmark.subjects import build_model, inference, read_config, training_step

CPU = torch.device('cpu')


class Setup:
    """One model in two places.

    Args:
        args (Namespace): of ``tools/benchmark.py gpu``.
    """

    def __init__(self, args):
        self.args, self.device = args, torch.device(args.device)
        self.memory = Memory(self.device)
        self.cfg = read_config(args)

    @cached_property
    def on_cpu(self):
        model = build_model(self.cfg, self.args, CPU)
        self.trained = {name for name, p in model.named_parameters() if p.requires_grad}
        return model

    @cached_property
    def model(self):
        return copy.deepcopy(self.on_cpu).to(self.device)

    @property
    def places(self):
        """The model on the CPU, then on the device, each with its place."""
        return (self.on_cpu, CPU), (self.model, self.device)

    def to_train(self, model):
        """One of the two in training mode; measuring inference freezes its parameters."""
        for name, parameter in model.named_parameters():
            parameter.requires_grad_(name in self.trained)
        return model.train()

    def options(self, batch, precision='fp32', label_size=None):
        """Arguments as the functions of :mod:`mmpartseg.benchmark.subjects` take them."""
        return argparse.Namespace(**dict(
            vars(self.args), batch=batch, precision=precision, label_size=label_size))

    def prediction(self, batch, precision='fp32', place=None, label_size=None):
        """A call from images to label maps."""
        model, device = place or (self.model, self.device)
        return inference(model, self.cfg, self.options(batch, precision, label_size), device)

    def training(self, batch, precision='fp32'):
        """A call of one training step, from the first weights on."""
        self.model.load_state_dict(self.on_cpu.state_dict())
        return training_step(self.to_train(self.model), self.cfg, self.options(batch, precision), self.device)


@contextlib.contextmanager
def exact_float32():
    """No TF32: by default convolutions have it, which keeps 11 bits of 24."""
    backends = torch.backends.cudnn, torch.backends.cuda.matmul
    before = [backend.allow_tf32 for backend in backends]
    for backend in backends:
        backend.allow_tf32 = False
    try:
        yield
    finally:
        for backend, value in zip(backends, before):
            backend.allow_tf32 = value
