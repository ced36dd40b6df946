"""timm's weights as ``init_cfg``; nothing is fetched here."""
import pytest
import timm
import torch
from mmengine.config import Config
from mmengine.runner import CheckpointLoader
from mmseg.registry import MODELS


def test_weights_of_the_shipped_config(monkeypatch):
    """The backbone is built without them and gets all of them when training starts."""
    asked = []

    def create(name, pretrained, features_only):
        asked.append((name, pretrained))
        torch.manual_seed(7)
        return original(name, pretrained=False, features_only=features_only)

    original = timm.create_model
    cfg = Config.fromfile('configs/partclipseg/pascal_part_convnext.py').model.backbone
    backbone = MODELS.build(cfg)
    monkeypatch.setattr(timm, 'create_model', create)
    assert not asked
    backbone.init_weights()
    assert asked == [('convnext_tiny', True)]
    expected = create('convnext_tiny', True, True).state_dict()
    actual = backbone.timm_model.state_dict()
    assert actual.keys() == expected.keys()
    assert all(torch.equal(actual[key], expected[key]) for key in expected)


def test_neither_cached_nor_reachable():
    with pytest.raises(FileNotFoundError, match="convnext_atto: timm could not give.*init_cfg to None"):
        CheckpointLoader.load_checkpoint('timm://convnext_atto')
