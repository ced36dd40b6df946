"""Weights & Biases without the code of whatever lies around."""
from mmengine.visualization import WandbVisBackend as MMEngineWandbVisBackend
from mmseg.registry import VISBACKENDS


@VISBACKENDS.register_module()
class WandbVisBackend(MMEngineWandbVisBackend):
    """mmengine's backend of this name, which logs code on request alone.

    mmengine's logs every ``*.py`` below the current folder, those of a virtual environment included: copies
    of thousands of files in each run, which are uploaded. W&B notes commit and changes without it.

    Args:
        log_code_name (str, optional): the name under which that code is logged; by default none is.

    The other arguments are those of mmengine's.
    """

    def add_config(self, config, **kwargs):
        """Record the config, and the code if ``log_code_name`` is given.

        Args:
            config (Config): of the run.
        """
        if self._log_code_name is not None:
            super().add_config(config, **kwargs)
            return
        run_config = self.experiment.config  # starts the run where it has not started
        run_config.update(config.to_dict(),
                          allow_val_change=self._init_kwargs.get('allow_val_change', False))
