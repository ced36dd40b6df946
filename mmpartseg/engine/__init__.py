"""Hooks of mmengine's Runner, and what the tools do before building one."""
from .hooks import SavePredictionsHook, TaxonomyCheckHook
from .joint_loops import JointTestLoop, JointValLoop
from .launch import prepare_launch
from .tta import use_tta

__all__ = ['JointTestLoop', 'JointValLoop', 'SavePredictionsHook', 'TaxonomyCheckHook',
           'prepare_launch', 'use_tta']
