"""Hooks of mmengine's Runner."""
from .hooks import TaxonomyCheckHook

__all__ = ['TaxonomyCheckHook']
