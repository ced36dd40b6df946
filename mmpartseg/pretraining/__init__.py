"""What stands in for CLIP's and CLIPSeg's own training, in miniature: captions, then phrases with masks.

Registered by ``custom_imports`` of the configs in ``configs/pretraining``; nothing else needs it.
"""
from .contrastive_clip import ContrastiveCLIP
from .low_precision import BFloat16OptimWrapper
from .phrase_head import PhraseHead
from .scenes_with_words import PackWords, ScenesWithWords

__all__ = ['BFloat16OptimWrapper', 'ContrastiveCLIP', 'PackWords', 'PhraseHead', 'ScenesWithWords']
