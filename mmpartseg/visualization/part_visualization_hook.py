"""Draws predictions while the Runner validates or tests."""
import warnings
from pathlib import Path, PurePosixPath

from mmengine.visualization import LocalVisBackend
from mmseg.engine.hooks import SegVisualizationHook
from mmseg.registry import HOOKS

from ..datasets.output_names import check_output_names, output_name
from ..pictures import check_png, decode_picture
from ..printable import printable
from ..regular_files import file_content


@HOOKS.register_module()
class PartVisualizationHook(SegVisualizationHook):
    """mmseg's hook, with names that stay apart and pictures as the model sees them.

    mmseg's own names pictures by the file's name alone, so that ``b/1.jpg`` overwrites ``a/1.jpg``; here
    they keep the path below the image folder. It reads ``runner.iter``; outside of training that makes
    mmengine build the training loop, which reads the training data and hands their (seen) class names
    to the visualizer: here pictures get step 0 then. ``interval`` counts images, whatever the batch size.
    Options are those of ``SegVisualizationHook``.

    Raises:
        ValueError: two images of one name.
        OSError: a picture that could not be written, of a full disk, for one.
    """

    def __init__(self, draw=False, interval=50, show=False, wait_time=0., backend_args=None):
        with warnings.catch_warnings():  # mmseg's, which says of draw=False that nothing is drawn
            warnings.filterwarnings('ignore', 'The draw is False')
            super().__init__(draw, interval, show, wait_time, backend_args)
        self._trains, self._seen = False, 0

    def before_train(self, runner):
        """From here on there is an iteration to name pictures by."""
        self._trains = True

    def before_val(self, runner):
        """Check the names of pictures."""
        self._check_names(runner.val_loop)

    def before_test(self, runner):
        """Check the names of pictures."""
        self._check_names(runner.test_loop)

    def _check_names(self, loop):
        self._seen = 0
        if self.draw:
            check_output_names([member.dataloader.dataset for member in getattr(loop, 'members', [loop])])

    def after_val_iter(self, runner, batch_idx, data_batch=None, outputs=None):
        """Draw those predictions of a batch whose turn it is."""
        self._draw(runner, outputs, 'val')

    def after_test_iter(self, runner, batch_idx, data_batch=None, outputs=None):
        """Draw those predictions of a batch whose turn it is."""
        self._draw(runner, outputs, 'test')

    def _draw(self, runner, outputs, mode):
        if not self.draw:
            return
        for sample in outputs:
            self._seen += 1
            if self._seen % self.interval:
                continue
            content = file_content(sample.img_path, self.backend_args)
            folder = PurePosixPath(output_name(sample)).parent
            name = str(folder / f'{mode}_{Path(sample.img_path).name}')
            step = runner.iter if self._trains else 0
            written = [Path(backend._img_save_dir) / f'{name}_{step}.png'
                       for backend in self._visualizer._vis_backends.values()
                       if isinstance(backend.experiment, LocalVisBackend)]
            for path in written:  # mmengine makes no folders below its own
                path.parent.mkdir(parents=True, exist_ok=True)
            self._visualizer.add_datasample(
                name, decode_picture(content)[0][..., ::-1], data_sample=sample, show=self.show,
                wait_time=self.wait_time, step=step)
            for path in written:
                check_written(path)


def check_written(path):
    """OSError unless a picture is there and whole: OpenCV, with which mmengine writes it, says nothing."""
    try:
        check_png(path.read_bytes())
    except (OSError, ValueError) as error:
        raise OSError(f"picture '{printable(path)}' cannot be written; is the disk full?") from error
