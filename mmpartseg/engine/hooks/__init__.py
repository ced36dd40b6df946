"""Hooks of mmengine's Runner: what is kept, checked and said around training steps and evaluations."""
from .background_words_hook import BackgroundWordsHook
from .effective_batch_hook import EffectiveBatchHook
from .loaded_weights_hook import LoadedWeightsHook
from .non_finite_loss_hook import NonFiniteLossHook
from .preprocessing_check_hook import PreprocessingCheckHook
from .released_ground_truth_hook import ReleasedGroundTruthHook
from .resumable_checkpoint_hook import ResumableCheckpointHook
from .save_predictions_hook import SavePredictionsHook
from .taxonomy_check_hook import TaxonomyCheckHook

__all__ = ['BackgroundWordsHook', 'EffectiveBatchHook', 'LoadedWeightsHook', 'NonFiniteLossHook',
           'PreprocessingCheckHook', 'ReleasedGroundTruthHook', 'ResumableCheckpointHook',
           'SavePredictionsHook', 'TaxonomyCheckHook']
