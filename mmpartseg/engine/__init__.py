"""Hooks of mmengine's Runner, and what the tools do before building one."""
from .hooks import SavePredictionsHook, TaxonomyCheckHook
from .launch import prepare_launch
from .tta import use_tta

__all__ = ['SavePredictionsHook', 'TaxonomyCheckHook', 'prepare_launch', 'use_tta']
