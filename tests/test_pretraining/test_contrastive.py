"""CLIP's own loss."""

import open_clip
import torch
from mmseg.registry import MODELS

import mmpartseg.pretraining  # noqa: F401
from tests.small_clip import ARCH

PREPROCESSOR = dict(type='mmengine.ImgDataPreprocessor', mean=[120.] * 3, std=[60.] * 3)
CAPTIONS = ['a cat', 'a small red bus on grass', 'a cat', "horse's head"]


def test_contrastive_loss_is_open_clips():
    """Prompts cut after the longest give the loss of whole ones."""
    torch.manual_seed(0)
    model = MODELS.build(dict(type='ContrastiveCLIP', arch=ARCH, data_preprocessor=PREPROCESSOR)).eval()
    images = torch.randn(4, 3, 32, 32)
    tokens = open_clip.SimpleTokenizer(context_length=77)(CAPTIONS)
    features = model.clip(images, tokens)
    expected = open_clip.ClipLoss()(*features)
    actual = model(images, CAPTIONS, mode='loss')['loss']
    torch.testing.assert_close(actual, expected)
    actual.backward()
    assert all(p.grad is not None for p in model.clip.parameters())
    best = (features[0] @ features[1].T).argmax(1).tolist()
    assert model(images, CAPTIONS, mode='predict') == [
        dict(right=CAPTIONS[i] == CAPTIONS[k]) for i, k in enumerate(best)]
