from .save_predictions_hook import SavePredictionsHook
from .taxonomy_check_hook import TaxonomyCheckHook

__all__ = ['SavePredictionsHook', 'TaxonomyCheckHook']
