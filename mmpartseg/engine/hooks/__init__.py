from .taxonomy_check_hook import TaxonomyCheckHook

__all__ = ['TaxonomyCheckHook']
