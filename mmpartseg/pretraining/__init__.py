"""What stands in for the own training of CLIP, CLIPSeg and CATSeg, in miniature: captions, then masks.

Registered by ``custom_imports`` of the configs in ``configs/pretraining``; nothing else needs it.
"""
from .contrastive_clip import ContrastiveCLIP
from .cost_phrase_head import CostPhraseHead
from .low_precision import BFloat16OptimWrapper
from .phrase_head import PhraseHead
from .scenes_with_words import PackWords, ScenesWithWords
from .token_words import TokenWordsHead

__all__ = [
    'BFloat16OptimWrapper', 'ContrastiveCLIP', 'CostPhraseHead', 'PackWords', 'PhraseHead', 'ScenesWithWords',
    'TokenWordsHead'
]
