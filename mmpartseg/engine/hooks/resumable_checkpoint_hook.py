"""Checkpoints from which a killed run goes on as if nothing had happened."""
from pathlib import Path

from mmengine.dist import all_gather_object, get_rank, get_world_size, is_main_process
from mmengine.hooks import CheckpointHook
from mmseg.registry import HOOKS

from ...atomic import write_atomic
from ...printable import counted
from ..atomic_files import remove_unfinished
from ..random_states import get_random_states, set_random_states
from ..skipping import Resumed, jump
from .best_checkpoint import monitor_defined_scores, old_best_stays
from .taxonomy_check_hook import segmentor_of


@HOOKS.register_module()
class ResumableCheckpointHook(CheckpointHook):
    """mmengine's ``CheckpointHook``, exact at any moment of a kill.

    Beside what mmengine keeps, a checkpoint holds the random states of every process, gradients
    that wait for their step (gradient accumulation), and whether its validation was over. Files are
    written atomically, and an outdated one goes only when the new one is there. A resumed run has
    the same weights as an uninterrupted one, bit for bit on CPU with as many processes. Where the
    score of ``save_best`` is nan, mIoU takes its place.

    The arguments are those of ``CheckpointHook``.
    """

    def __init__(self, *args, backend_args=None, **kwargs):
        super().__init__(*args, backend_args=backend_args or dict(backend='atomic'), **kwargs)
        self.last_step = None  # of the newest checkpoint
        self.validated = False  # whether checkpoints are now written after a validation
        self.resumed = None  # states to put back before the first new batch
        self.validated_before = True  # whether they were taken after the validation of their step
        self.outdated = []  # files that a killed run did not come to remove

    def after_load_checkpoint(self, runner, checkpoint):
        """Keep what :meth:`settle` puts back."""
        meta = checkpoint.get('meta', {})
        if runner._resume:
            self.resumed = meta.get('process_states')
            self.validated_before = meta.get('validated', True)
            self.outdated = meta.get('outdated', [])

    def before_train(self, runner):
        """Check that all processes begin at the same step, and remove what a killed write left.

        Raises:
            ValueError: some node did not find the checkpoint of the others.
        """
        super().before_train(runner)
        steps = all_gather_object(runner.iter)
        if len(set(steps)) > 1:
            raise ValueError(f'the processes begin at different iterations, {steps} by rank; the work '
                             f'dir {runner.work_dir} must be the same folder on all nodes')
        self.last_ckpt = runner.message_hub.runtime_info.get('last_ckpt')
        if is_main_process():
            remove_unfinished(self.out_dir)
            remove_unfinished(runner.work_dir)
            self._remove([self.file_backend.join_path(self.out_dir, name) for name in self.outdated])

    def before_train_epoch(self, runner):
        """Pass over the batches that were trained on; the states come back after them."""
        if self.resumed is None:
            return
        loop = runner.train_loop
        if not hasattr(loop, 'dataloader_iterator'):
            self.settle(runner)
            return
        jumps, batches = jump(loop.dataloader, loop.iter), loop.dataloader_iterator
        if jumps:
            batches = type(batches)(loop.dataloader)
            getattr(batches, '_ensure_iterator', bool)()  # later ones of mmengine draw their seed only then
        else:
            runner.logger.warning('the batches before are read once more: only with DrawSampler, or without '
                                  'workers, does a run know where it was without that')
        # mmengine leaves them aside, but for its fast_forward_on_resume
        passed = 0 if getattr(loop, 'fast_forward_on_resume', False) else loop.iter
        loop.dataloader_iterator = Resumed(batches, passed, jumps, lambda: self.settle(runner))

    def after_train(self, runner):
        """A run that was killed in its last validation has that left to do."""
        self.settle(runner)
        super().after_train(runner)

    def settle(self, runner):
        """Put random states and gradients back, then validate if the kill prevented that."""
        if self.resumed is None:
            return
        states, self.resumed = self.resumed, None
        if len(states) == get_world_size():
            gradients = states[get_rank()]['gradients']
            set_random_states(states[get_rank()]['random'])
        else:
            runner.logger.warning(
                f"the checkpoint is of {counted(len(states), 'process', 'processes')}, this run has "
                f"{get_world_size()}: it goes on "
                'with the same samples and gradients, but for rounding; other random numbers in the model')
            gradients = _mean([state['gradients'] for state in states])
        for name, parameter in segmentor_of(runner).named_parameters():
            if name in gradients:
                parameter.grad = gradients[name].to(parameter.device)
        if not self.validated_before and _validation_is_due(runner):
            self.last_step = _step(self, runner)
            runner.val_loop.run()
            runner.model.train()  # mmengine has set that before it asked for the batch

    def after_val_epoch(self, runner, metrics):
        """Write the checkpoint of this step once more, now with its validation."""
        step, meta = _step(self, runner), dict(epoch=runner.epoch, iter=runner.iter)
        self.validated = True
        super().after_val_epoch(runner, metrics)
        if self.validated and self.last_step == step:
            self._save_checkpoint_with_step(runner, step, meta)
        self.validated = False

    def _save_best_checkpoint(self, runner, metrics):
        if self.save_best:
            monitor_defined_scores(self, runner.logger, metrics)
        with old_best_stays(self):
            super()._save_best_checkpoint(runner, metrics)

    def _save_checkpoint_with_step(self, runner, step, meta):
        # mmengine's own removes the outdated file before the new one is there
        outdated = self._keep(runner, step)
        meta.update(validated=self.validated, process_states=_process_states(runner),
                    outdated=[Path(path).name for path in outdated])
        name = self.filename_tmpl.format(step)
        self.last_ckpt = self.file_backend.join_path(self.out_dir, name)
        runner.message_hub.update_info('last_ckpt', self.last_ckpt)
        runner.save_checkpoint(
            self.out_dir, name, self.file_client_args, save_optimizer=self.save_optimizer,
            save_param_scheduler=self.save_param_scheduler, meta=meta, by_epoch=self.by_epoch,
            backend_args=self.backend_args, **self.args)
        self.last_step, self.validated = step, False
        if is_main_process():
            write_atomic(Path(runner.work_dir) / 'last_checkpoint', self.last_ckpt.encode())
            self._remove(outdated)

    def _remove(self, paths):
        for path in filter(self.file_backend.isfile, paths):
            self.file_backend.remove(path)

    def _keep(self, runner, step):
        """Note a step as kept; the files that go for it."""
        if self.max_keep_ckpts <= 0 or step in self.keep_ckpt_ids:
            return []
        outdated = list(self.keep_ckpt_ids)[:len(self.keep_ckpt_ids) + 1 - self.max_keep_ckpts]
        self.keep_ckpt_ids.append(step)
        runner.message_hub.update_info('keep_ckpt_ids', list(self.keep_ckpt_ids))
        return [self.file_backend.join_path(self.out_dir, self.filename_tmpl.format(s))
                for s in outdated]


def _step(hook, runner):
    return runner.epoch if hook.by_epoch else runner.iter


def _process_states(runner):
    """Of every process: its random states, and its gradients that wait for a step."""
    gradients = {name: parameter.grad.cpu() for name, parameter in segmentor_of(runner).named_parameters()
                 if parameter.grad is not None}
    return all_gather_object(dict(random=get_random_states(), gradients=gradients))


def _mean(gradients):
    """What each of another number of processes takes, for the same mean over them."""
    names = set().union(*gradients)
    return {name: sum(each[name] for each in gradients if name in each) / len(gradients) for name in names}


def _validation_is_due(runner):
    """mmengine's condition after the step that was finished last."""
    loop = runner.train_loop
    if runner.val_loop is None:
        return False
    loop._decide_current_val_interval()
    done, last = ((loop.iter, loop.max_iters) if hasattr(loop, 'dataloader_iterator') else
                  (loop.epoch, loop.max_epochs))
    return done >= loop.val_begin and (done % loop.val_interval == 0 or done == last)
