"""CLIPSeg's own training: a mask for each phrase."""
import torch
from mmseg.registry import MODELS

from ..datasets.shapes.canvas import NONE
from ..datasets.shapes.kind import KINDS
from ..datasets.shapes.words import Phrase
from ..models.decode_heads import CLIPSegHead
from .phrase_losses import PhraseLosses
from .phrases import class_maps, part_names
from .token_classes import TokenClasses


@MODELS.register_module()
class PhraseHead(PhraseLosses, CLIPSegHead):
    """:class:`CLIPSegHead` on phrases that come with the pictures (Lüddecke and Ecker 2022).

    Its weights are those of a :class:`CLIPSegHead`, and of :class:`TokenClasses`: by it all pictures of a
    batch teach the tower, and by it alone, since what few pictures say through the decoder is noise
    beside it. Of :class:`PhraseLosses` the first is CLIPSeg's, the others are not.

    Args:
        num_phrases (int): asked in a step beside kinds and parts, drawn from those of the pictures.
        num_pictures (int): of a batch, of which phrases are asked.

    The other arguments are those of :class:`CLIPSegHead`.
    """

    def __init__(self, *args, num_phrases=24, num_pictures=16, **kwargs):
        super().__init__(*args, **kwargs)
        self.num_phrases, self.num_pictures = num_phrases, num_pictures
        self.token_classes = TokenClasses(self.in_channels[-1], len(KINDS), len(part_names()))

    def loss(self, inputs, batch_data_samples, train_cfg=None):
        """Those of :class:`TokenClasses` on the deepest features, and of :class:`PhraseLosses`."""
        maps = class_maps(batch_data_samples)
        tokens, *_ = inputs[self.in_index[-1]]
        few = slice(self.num_pictures)
        inputs = [[part[few].detach() for part in level] for level in inputs]
        return dict(
            **self.token_classes.loss(tokens, *maps, NONE),
            **self.phrase_losses(inputs, batch_data_samples[few]))

    def choose(self, samples):
        """Different phrases of the batch, at most ``num_phrases``."""
        phrases = {words['text']: Phrase(**words) for sample in samples for words in sample.phrases}
        phrases = list(phrases.values())
        return [phrases[i] for i in torch.randperm(len(phrases))[:self.num_phrases].tolist()]
