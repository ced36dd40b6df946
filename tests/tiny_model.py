"""An untrained model of a few thousand weights, with its config and checkpoint files."""
import importlib.util
import sys
from pathlib import Path

import torch
from mmengine.config import Config
from mmengine.registry import MODELS

TOOLS = Path(__file__).parents[1] / 'tools'
CLIP = {
    'embed_dim': 16,
    'vision_cfg': {'image_size': 32, 'patch_size': 8, 'width': 32, 'head_width': 16, 'layers': 2},
    'text_cfg': {'context_length': 77, 'vocab_size': 49408, 'width': 16, 'heads': 2, 'layers': 1}}
TRAINED = ["cat's head", "cat's tail", "bus's wheel"]
CONFIG = f"""
custom_imports = dict(imports=['mmpartseg'], allow_failed_imports=False)
default_scope = 'mmseg'
model = dict(
    type='PartSegmentor',
    data_preprocessor=dict(
        type='PartSegDataPreProcessor', mean=[123.7, 116.3, 103.5], std=[58.4, 57.1, 57.4],
        bgr_to_rgb=True, size=(32, 32)),
    backbone=dict(type='OpenCLIPViT', arch={CLIP}, out_indices=(0, 1), with_cls_token=True),
    decode_head=dict(
        type='PartCLIPSegHead', train_taxonomy={TRAINED},
        test_taxonomy=dict(object_parts={[*TRAINED, "dog's head"]}, unseen_objects=['dog']),
        text_encoder=dict(type='OpenCLIPTextEncoder', arch={CLIP}),
        in_channels=(32, 32), channels=8, num_heads=2, ffn_channels=16, mask_strides=(4, 2)),
    train_cfg=dict(), test_cfg=dict(mode='whole'))
test_pipeline = [
    dict(type='LoadPartImage'),
    dict(type='ResizePartSeg', scale=(32, 32), backend='pillow'),
    dict(type='LoadPartAnnotations'),
    dict(type='PackPartSegInputs')]
test_dataloader = dict(dataset=dict(pipeline=test_pipeline))
"""


def write_model(folder):
    """Write config and checkpoint; returns their paths as text."""
    config, checkpoint = folder / 'config.py', folder / 'weights.pth'
    config.write_text(CONFIG)
    torch.manual_seed(0)
    model = MODELS.build(Config.fromfile(config).model)
    for parameter in model.decode_head.parameters():
        torch.nn.init.normal_(parameter, std=0.3)  # different classes win in different places
    torch.save({'state_dict': model.state_dict()}, checkpoint)
    return str(config), str(checkpoint)


def load_tool(name):
    """The module of ``tools/<name>.py``, which is a script in no package, with its neighbours on the path."""
    if str(TOOLS) not in sys.path:
        sys.path.append(str(TOOLS))
    spec = importlib.util.spec_from_file_location(name, TOOLS / f'{name}.py')
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module
