"""Predicted label maps as PNG files."""
import io
from pathlib import Path

from mmengine.hooks import Hook
from mmseg.registry import HOOKS
from PIL import Image

from ...atomic import write_atomic
from ...datasets.label_files import smallest_dtype
from ...datasets.output_names import check_output_names, output_name

FIELDS = {'pred_sem_seg': 'pred_all', 'pred_oracle_sem_seg': 'oracle_obj',
          'pred_obj_sem_seg': 'pred_obj'}


@HOOKS.register_module()
class SavePredictionsHook(Hook):
    """Writes each test prediction to ``<out_dir>/{pred_all,oracle_obj,pred_obj}/<name>.png``.

    The name is the image's path below the image folder of its data set (``a/1.png`` for ``a/1.jpg``).
    Class ids as in the data set's classes, the number of classes K for background; 8 bit up to 254
    classes, else 16 bit, so that the highest value is free for "ignored". As all labels of this package
    the map shows the upright image, see :mod:`mmpartseg.orientation`.

    Args:
        out_dir (str): created if missing.

    Raises:
        ValueError: two images of one name.
    """

    def __init__(self, out_dir):
        self.out_dir = Path(out_dir)

    def before_test(self, runner):
        """Check names, and make the folders, before any work is done."""
        loop = runner.test_loop
        check_output_names([member.dataloader.dataset for member in getattr(loop, 'members', [loop])])
        for folder in FIELDS.values():
            (self.out_dir / folder).mkdir(parents=True, exist_ok=True)

    def after_test_iter(self, runner, batch_idx, data_batch=None, outputs=None):
        """Write the predictions of a batch."""
        dtype = smallest_dtype(len(runner.test_loop.dataloader.dataset.metainfo['classes']))
        for sample in outputs:
            for field, folder in FIELDS.items():
                if field in sample:
                    label_map = sample.get(field).data[0].cpu().numpy().astype(dtype)
                    buffer = io.BytesIO()
                    Image.fromarray(label_map).save(buffer, 'PNG')
                    write_atomic(self.out_dir / folder / f'{output_name(sample)}.png', buffer.getvalue())
