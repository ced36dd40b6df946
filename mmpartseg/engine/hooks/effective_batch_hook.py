"""How many images an iteration really has."""
from mmengine.dist import get_world_size
from mmengine.hooks import Hook
from mmseg.registry import HOOKS


@HOOKS.register_module()
class EffectiveBatchHook(Hook):
    """Logs the batch of a training run, and warns where it is not the config's.

    ``tools/train.py`` derives ``train_dataloader.batch_size`` from ``effective_batch_size``; a
    Runner that is built without :func:`mmpartseg.engine.prepare_launch` has mmengine's default of 1.
    """

    def before_train(self, runner):
        """One line."""
        batch, processes = runner.train_dataloader.batch_size, get_world_size()
        found, planned = batch * processes, runner.cfg.get('effective_batch_size')
        runner.logger.info(f'{found} images per iteration: train_dataloader.batch_size={batch} on '
                           f'{processes} processes')
        if planned not in (None, found):
            runner.logger.warning(
                f'that contradicts effective_batch_size={planned}: call mmpartseg.engine.prepare_launch('
                "cfg, 'none') before the Runner is built, as tools/train.py does")
