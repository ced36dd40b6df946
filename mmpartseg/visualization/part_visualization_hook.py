"""Draws predictions while the Runner validates or tests."""
from types import SimpleNamespace

from mmseg.engine.hooks import SegVisualizationHook
from mmseg.registry import HOOKS


@HOOKS.register_module()
class PartVisualizationHook(SegVisualizationHook):
    """mmseg's hook, which names classes rightly and needs no training data when nothing is trained.

    mmseg's own reads ``runner.iter``. Outside of training that makes mmengine build the training
    loop: it reads the training data and hands their (seen) class names to the visualizer.
    Options are those of ``SegVisualizationHook``; outside of training pictures get step 0.
    """

    def __init__(self, draw=False, interval=50, show=False, wait_time=0., backend_args=None):
        super().__init__(draw, interval, show, wait_time, backend_args)
        self._trains = False

    def before_train(self, runner):
        """From here on there is an iteration to name pictures by."""
        self._trains = True

    def _after_iter(self, runner, batch_idx, data_batch, outputs, mode='val'):
        step = SimpleNamespace(iter=runner.iter if self._trains else 0)
        super()._after_iter(step, batch_idx, data_batch, outputs, mode)
