"""What a head of whatever family loses on phrases."""
import torch.nn.functional as F

from ..datasets.shapes.words import Phrase
from ..models.layers.tiles import to_maps
from .phrases import BACKGROUND, part_names, phrase_masks, words_for_kinds


class PhraseLosses:
    """Beside a head's class, whose ``decode`` gives a mask for each text.

    Phrases of some pictures, and one word for every kind of thing, for what is none and for every part,
    are asked of each of these, so that most of them point at nothing there.
    """

    def choose(self, samples):
        """list[Phrase]: asked beside kinds, background and parts."""
        raise NotImplementedError(f'{type(self).__name__} says which phrases it asks')

    def phrase_losses(self, inputs, batch_data_samples):
        """Losses by name, of pictures that all phrases are asked of.

        ``loss_phrase`` is a binary cross-entropy, see :meth:`balance`. The others are the cross-entropy of
        words against each other, ``loss_kind`` of the kinds' at the pixels of things, ``loss_background``
        of these and "background" at all pixels, ``loss_part`` of the parts' at those of parts. With few
        pictures, what is where is learned far faster so.
        """
        kinds, parts = words_for_kinds(), [Phrase(part, part=part) for part in part_names()]
        phrases = [*kinds, BACKGROUND, *parts, *self.choose(batch_data_samples)]
        text = self.encode([phrase.text for phrase in phrases])
        logits = to_maps(self.decode(inputs, self.train_index, training=True, text=text).object_part)
        masks, known = phrase_masks(batch_data_samples, phrases, tuple(logits.shape[2:]))
        masks[:, len(kinds)] = ~masks[:, :len(kinds)].any(1)
        each = F.binary_cross_entropy_with_logits(
            logits, masks.to(logits.dtype), known.to(logits.dtype), reduction='none').mean((2, 3))
        things, places = len(kinds), len(kinds) + 1
        first = places + len(parts)
        return dict(
            loss_phrase=self.balance(each, masks.flatten(2).any(2)),
            loss_kind=which(logits[:, :things], masks[:, :things]),
            loss_background=which(logits[:, :places], masks[:, :places]),
            loss_part=which(logits[:, places:first], masks[:, places:first]),
            **self.losses_of_chosen(logits[:, first:], masks[:, first:]))

    @staticmethod
    def balance(values, points):
        """One loss of those of each picture and phrase, (N, n): phrases that point at something in a picture
        and those that do not count as much in sum."""
        return share(values, points) + share(values, ~points)

    @staticmethod
    def losses_of_chosen(logits, masks):
        """Further losses by name, of what :meth:`choose` gave."""
        return {}


def which(logits, masks):
    """Cross-entropy (N, n, H, W) of which of n masks a pixel is in, where it is in one."""
    target = masks.int().argmax(1).masked_fill(~masks.any(1), -100)
    chosen = (target >= 0).sum()
    return F.cross_entropy(logits.float(), target, reduction='sum') / chosen.clamp(min=1)


def share(values, chosen):
    """The mean of the chosen values; 0 if there are none."""
    return (values * chosen).sum() / chosen.sum().clamp(min=1)
