"""What is no object starts as words that the pre-trained decoder knows."""
import torch
from mmengine.hooks import Hook
from mmseg.registry import HOOKS

from .taxonomy_check_hook import segmentor_of


@HOOKS.register_module()
class BackgroundWordsHook(Hook):
    """The head's learned background starts as the embedding of words, not as a random vector.

    A random vector says nothing to a pre-trained decoder. What is background is then learned from the
    labels alone, for which every object that has none, such as an unseen one, is background. It acts once
    all weights are there, before the first step; a resumed run has its background from the checkpoint.

    Args:
        words (str): a prompt, as the pre-training had it.

    Raises:
        TypeError: ``words`` is no text.
        ValueError: the head has no background that is learned.
    """

    def __init__(self, words='background'):
        if not isinstance(words, str):
            raise TypeError(f'words must be a prompt, got {words!r}')
        self.words = words

    @torch.no_grad()
    def before_train(self, runner):
        """After ``load_from`` has been seen to."""
        head = getattr(segmentor_of(runner), 'decode_head', None)
        background = dict(head.named_parameters()).get('background_embedding') if head is not None else None
        if background is None:
            raise ValueError(f'{type(head).__name__} learns no background_embedding: leave '
                             'BackgroundWordsHook out of custom_hooks')
        if runner.iter == 0:
            background.copy_(head.encode([self.words]))
