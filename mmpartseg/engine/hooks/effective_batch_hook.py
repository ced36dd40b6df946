"""How many images an iteration really has, and of which data."""
import hashlib

from mmengine.dist import get_world_size
from mmengine.hooks import Hook
from mmseg.registry import HOOKS

from ...datasets.output_names import leaves, output_name
from ...printable import counted

NAMES = 'the SHA-256 of the names of its images'


@HOOKS.register_module()
class EffectiveBatchHook(Hook):
    """Logs the batch of a training run, warns where it is not the config's, and keeps it on resume.

    ``tools/train.py`` derives ``train_dataloader.batch_size`` from ``effective_batch_size``; a
    Runner that is built without :func:`mmpartseg.engine.prepare_launch` has mmengine's default of 1.

    Raises:
        ValueError: the checkpoint to resume was trained with another batch or on other data.
    """

    names = None

    def before_train(self, runner):
        """One line."""
        batch, processes = runner.train_dataloader.batch_size, get_world_size()
        found, planned = batch * processes, runner.cfg.get('effective_batch_size')
        runner.logger.info(f"{counted(found, 'image')} per iteration: train_dataloader.batch_size={batch} on "
                           f"{counted(processes, 'process', 'processes')}")
        if planned not in (None, found):
            runner.logger.warning(
                f'that contradicts effective_batch_size={planned}: call mmpartseg.engine.prepare_launch('
                "cfg, 'none') before the Runner is built, as tools/train.py does")

    def before_save_checkpoint(self, runner, checkpoint):
        """What a resumed run must have again."""
        checkpoint['meta']['training'] = self._training(runner.train_dataloader)

    def after_load_checkpoint(self, runner, checkpoint):
        """Where a run goes on: the number of its iteration counts images of this batch and data."""
        before = checkpoint.get('meta', {}).get('training')
        if not runner._resume or before is None:
            return
        here = self._training(runner.train_dataloader)
        changed = '; '.join(f'{key} was {before[key]} and is {here[key]}' for key in here
                            if key in before and before[key] != here[key])
        if changed:
            raise ValueError(f'a run cannot go on with other data: {changed}. Set them as before, or begin '
                             'anew in another work dir, with load_from for the weights')

    def _training(self, loader):
        data = leaves(loader.dataset)
        if self.names is None:  # of all images, once
            self.names = names_in(data)
        said = ', '.join(f"{type(leaf).__name__} of {counted(len(leaf), 'image')}" for leaf in data)
        return {'images per iteration': loader.batch_size * get_world_size(), 'train_dataloader': said,
                NAMES: self.names}


def names_in(datasets):
    """A number that follows from the names of all images in their order, wherever their folders lie."""
    digest = hashlib.sha256()
    for leaf in (leaf for leaf in datasets if hasattr(leaf, 'get_data_info')):
        for i in range(len(leaf)):
            info = leaf.get_data_info(i)
            name = output_name(info) if 'sample_name' in info or 'img_path' in info else i
            digest.update(f'{name}\n'.encode(errors='surrogateescape'))
    return digest.hexdigest()[:16]
