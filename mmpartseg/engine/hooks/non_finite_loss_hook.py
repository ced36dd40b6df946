"""A loss that is not finite: where it came from, and a file to see it again."""
import io
from pathlib import Path

import torch
from mmengine.dist import all_gather_object, get_rank
from mmengine.hooks import Hook
from mmengine.utils import apply_to
from mmseg.registry import HOOKS

from ...atomic import write_atomic
from ...models.segmentors.checked_losses import NonFiniteLoss
from ...printable import counted
from ...taxonomy import PartTaxonomy
from ..random_states import get_random_states
from .taxonomy_check_hook import segmentor_of


@HOOKS.register_module()
class NonFiniteLossHook(Hook):
    """Adds iteration and sample paths to :class:`NonFiniteLoss`, and saves what reproduces it.

    Every process whose own terms are not finite writes
    ``<work_dir>/non_finite_loss/iter_<i>_rank_<r>.pth``: its batch as it came from the data loader,
    weights and optimizer before the step, random states, and the config.
    ``tools/analysis/replay_loss.py`` computes the loss of such a file again. All processes stop.

    Raises:
        NonFiniteLoss: names terms, iteration, images and files.
    """
    priority = 'LOWEST'  # the random states are those that the model will see

    def before_train(self, runner):
        """Stand between the loop and the model's step."""
        step = runner.model.train_step

        def train_step(data, optim_wrapper):
            try:
                return step(data, optim_wrapper)
            except NonFiniteLoss as error:
                raise self.explain(runner, data, error) from error
        runner.model.train_step = train_step

    def before_train_iter(self, runner, batch_idx, data_batch=None):
        """Random states before the step."""
        self.random_states = get_random_states()

    def explain(self, runner, data, error):
        """The error with its circumstances; every process comes here, for the loss is shared."""
        found = None
        if error.in_this_process:
            samples = data['data_samples']
            path = self.save(runner, data, error)
            found = [sample.metainfo.get('img_path', '?') for sample in samples], str(path)
        found = [f for f in all_gather_object(found) if f is not None]
        images = [image for paths, _ in found for image in paths]
        files = [file for _, file in found]
        return NonFiniteLoss(
            error.terms, error.in_this_process, f'iteration {runner.iter + 1}, images {images}. '
            f'{_weights(runner)}See it again: python tools/analysis/replay_loss.py '
            f'{" or ".join(files)}')

    def save(self, runner, data, error):
        """Write the file of this process; its path."""
        content = dict(
            inputs=[image.cpu() for image in data['inputs']],
            data_samples=[plain_sample(sample) for sample in data['data_samples']],
            state_dict=segmentor_of(runner).state_dict(), optimizer=runner.optim_wrapper.state_dict(),
            random_states=self.random_states, config=runner.cfg.pretty_text, terms=error.terms,
            iteration=runner.iter + 1)
        buffer = io.BytesIO()
        torch.save(apply_to(content, torch.is_tensor, lambda x: x.detach().cpu()), buffer)
        path = Path(runner.work_dir) / 'non_finite_loss'
        path = path / f'iter_{runner.iter + 1}_rank_{get_rank()}.pth'
        write_atomic(path, buffer.getvalue())
        return path


def plain_sample(sample):
    """A data sample as tensors and plain values, which are read without unpickling."""
    fields = {name: field.data for name, field in sample.items() if 'data' in field}
    return dict(metainfo={k: _plain(v) for k, v in sample.metainfo.items()}, fields=fields)


def _plain(value):
    if isinstance(value, PartTaxonomy):
        return list(value.object_parts)  # all that a sample's vocabulary is asked for in training
    if isinstance(value, dict):
        return {k: _plain(v) for k, v in value.items()}
    if isinstance(value, (list, tuple)):
        return type(value)(_plain(v) for v in value)
    if hasattr(value, 'tolist'):
        return value.tolist()
    return value if isinstance(value, (str, int, float, bool, type(None))) else repr(value)


def _weights(runner):
    broken = [name for name, value in segmentor_of(runner).state_dict().items()
              if not torch.isfinite(value).all()]
    return (f"{counted(len(broken), 'weight')} not finite before this step already, first {broken[0]}. "
            if broken else '')
