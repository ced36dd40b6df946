"""The test pipeline gives the pixels that ``transformers``' CLIPSeg image processor gives."""
from pathlib import Path

import numpy as np
import pytest
import torch
from mmengine.config import Config
from mmengine.dataset import Compose
from mmseg.registry import MODELS
from PIL import Image
from transformers import ViTImageProcessor

from mmpartseg.models.preprocessing import swaps_channels

ROOT = Path(__file__).parents[1]
# the preprocessor_config.json of CIDAS/clipseg-rd64-refined
PROCESSOR = dict(do_resize=True, size=352, resample=2, do_normalize=True,
                 image_mean=[0.485, 0.456, 0.406], image_std=[0.229, 0.224, 0.225])


@pytest.mark.parametrize('kind', ['PartSegDataPreProcessor', 'SegDataPreProcessor', 'ImgDataPreprocessor'])
@pytest.mark.parametrize('swaps', [False, True])
def test_which_swap_channels(kind, swaps):
    """mmseg 1.2.2 and mmengine have different names for it, and later ones of mmseg mmengine's."""
    assert swaps_channels(MODELS.build(dict(type=kind, bgr_to_rgb=swaps))) is swaps


def photographs():
    return sorted(ROOT.glob('data/sample_pascal_part/images/*/*.jpg'))


@pytest.mark.parametrize('path', photographs(), ids=lambda p: p.stem)
def test_equals_the_processor(path):
    cfg = Config.fromfile(ROOT / 'configs/partclipseg/pascal_part.py')
    sample = Compose(cfg.test_pipeline)(dict(img_path=str(path), seg_fields=[]))
    preprocessor = MODELS.build(cfg.model.data_preprocessor)
    ours = preprocessor(dict(inputs=[sample['inputs']], data_samples=[sample['data_samples']]))
    theirs = ViTImageProcessor(**PROCESSOR)(
        Image.open(path).convert('RGB'), return_tensors='pt')['pixel_values']
    std = torch.tensor(PROCESSOR['image_std'])[:, None, None]
    difference = ((ours['inputs'] - theirs) * std).abs().max().item()
    assert difference <= 1 / 255 + 1e-6
    assert np.isfinite(difference)
