"""Predicted label maps as PNG files."""
import os
from pathlib import Path

import numpy as np
from mmengine.hooks import Hook
from mmseg.registry import HOOKS
from PIL import Image

FIELDS = {'pred_sem_seg': 'pred_all', 'pred_oracle_sem_seg': 'oracle_obj',
          'pred_obj_sem_seg': 'pred_obj'}


@HOOKS.register_module()
class SavePredictionsHook(Hook):
    """Writes each test prediction to ``<out_dir>/{pred_all,oracle_obj,pred_obj}/<image name>.png``.

    Class ids as in the data set's classes, the number of classes for background; 8 bit where that
    fits, else 16 bit.

    Args:
        out_dir (str): created if missing.
    """

    def __init__(self, out_dir):
        self.out_dir = Path(out_dir)

    def before_test(self, runner):
        """Make the folders before any work is done."""
        for folder in FIELDS.values():
            (self.out_dir / folder).mkdir(parents=True, exist_ok=True)

    def after_test_iter(self, runner, batch_idx, data_batch=None, outputs=None):
        """Write the predictions of a batch."""
        for sample in outputs:
            for field, folder in FIELDS.items():
                if field in sample:
                    name = Path(sample.img_path).stem + '.png'
                    save_label_map(sample.get(field).data[0].cpu().numpy(),
                                   self.out_dir / folder / name)


def save_label_map(label_map, path):
    """Write an integer map (H, W) as PNG, atomically."""
    wide = label_map.max() > np.iinfo(np.uint8).max
    temporary = path.with_name(f'.{path.name}.{os.getpid()}')
    Image.fromarray(label_map.astype(np.uint16 if wide else np.uint8)).save(temporary, 'PNG')
    os.replace(temporary, path)
