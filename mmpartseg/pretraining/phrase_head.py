"""CLIPSeg's own training: a mask for each phrase."""
from functools import lru_cache

import numpy as np
import torch
import torch.nn.functional as F
from mmseg.registry import MODELS

from ..datasets.shapes.canvas import NONE
from ..datasets.shapes.kind import KINDS
from ..datasets.shapes.scene import Thing, load_vocabulary
from ..datasets.shapes.words import Phrase, noun_for
from ..models.decode_heads import CLIPSegHead
from ..models.decode_heads.targets import resized
from ..models.layers.tiles import to_maps
from ..taxonomy import split_name
from .token_classes import TokenClasses

BACKGROUND = Phrase('background', ground='background')  # where no kind's word points
ABOVE, BELOW = 254, 255  # in the instance map: where no thing is, above and below the horizon


@MODELS.register_module()
class PhraseHead(CLIPSegHead):
    """:class:`CLIPSegHead` on phrases that come with the pictures (Lüddecke and Ecker 2022).

    The phrases of some pictures, and one word for every kind of thing, for what is none and for every part,
    are asked of each of these, so that most of them point at nothing there. Its weights are those of a
    :class:`CLIPSegHead`, and of :class:`TokenClasses`: by it all pictures of a batch teach the tower, and
    by it alone, since what few pictures say through the decoder is noise beside it.

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
        """Those of :class:`TokenClasses` on the deepest features, and four of phrases.

        ``loss_phrase`` is CLIPSeg's binary cross-entropy; phrases that point at something in a picture
        and those that do not count as much in sum. The others are not CLIPSeg's: the cross-entropy of
        words against each other, ``loss_kind`` of the kinds' at the pixels of things, ``loss_background``
        of these and "background" at all pixels, ``loss_part`` of the parts' at those of parts. With few
        pictures, what is where is learned far faster so.
        """
        maps = class_maps(batch_data_samples)
        tokens, *_ = inputs[self.in_index[-1]]
        few = slice(self.num_pictures)
        inputs = [[part[few].detach() for part in level] for level in inputs]
        return dict(
            **self.token_classes.loss(tokens, *maps, NONE),
            **self.phrase_losses(inputs, batch_data_samples[few]))

    def phrase_losses(self, inputs, batch_data_samples):
        """The four of phrases, of pictures that all phrases are asked of."""
        kinds, parts = words_for_kinds(), [Phrase(part, part=part) for part in part_names()]
        phrases = [*kinds, BACKGROUND, *parts, *self.choose(batch_data_samples)]
        text = self.text_encoder([phrase.text for phrase in phrases])
        logits = to_maps(self.decode(inputs, self.train_index, training=True, text=text).object_part)
        masks, known = phrase_masks(batch_data_samples, phrases, tuple(logits.shape[2:]))
        masks[:, len(kinds)] = ~masks[:, :len(kinds)].any(1)
        each = F.binary_cross_entropy_with_logits(
            logits, masks.to(logits.dtype), known.to(logits.dtype), reduction='none').mean((2, 3))
        points = masks.flatten(2).any(2)
        things, places = len(kinds), len(kinds) + 1
        first = places + len(parts)
        return dict(
            loss_phrase=share(each, points) + share(each, ~points),
            loss_kind=which(logits[:, :things], masks[:, :things]),
            loss_background=which(logits[:, :places], masks[:, :places]),
            loss_part=which(logits[:, places:first], masks[:, places:first]))

    def choose(self, samples):
        """Different phrases of the batch, at most ``num_phrases``."""
        phrases = {words['text']: Phrase(**words) for sample in samples for words in sample.phrases}
        phrases = list(phrases.values())
        return [phrases[i] for i in torch.randperm(len(phrases))[:self.num_phrases].tolist()]


def which(logits, masks):
    """Cross-entropy (N, n, H, W) of which of n masks a pixel is in, where it is in one."""
    target = masks.int().argmax(1).masked_fill(~masks.any(1), -100)
    chosen = (target >= 0).sum()
    return F.cross_entropy(logits.float(), target, reduction='sum') / chosen.clamp(min=1)


def share(values, chosen):
    """The mean of the chosen values; 0 if there are none."""
    return (values * chosen).sum() / chosen.sum().clamp(min=1)


def words_for_kinds():
    """list[Phrase]: each kind by its name or, as often as in captions, a synonym."""
    rng = np.random.default_rng(int(torch.randint(2**31, ())))
    return [Phrase(noun_for(rng, kind), kind=kind) for kind in KINDS]


@lru_cache
def part_names():
    """list[str]: of all objects, sorted."""
    return sorted({split_name(name)[1] for name in load_vocabulary().class_index})


def class_maps(samples):
    """The kind and the part of each pixel, (N, H, W) int64: positions in ``KINDS`` and
    :func:`part_names`, ``NONE`` where there is no thing, and no part that is known."""
    instances, parts = (
        torch.stack([sample.get(key).data[0] for sample in samples]).long()
        for key in ('gt_instance', 'gt_part'))
    kind_of = np.full((len(samples), 256), NONE)
    for row, sample in zip(kind_of, samples):
        row[:len(sample.things)] = [list(KINDS).index(thing['kind']) for thing in sample.things]
    part_of = np.full(256, NONE)
    for k, part in enumerate(part_names()):
        part_of[np.flatnonzero(classes_meant(part))] = k
    kind_of, part_of = (torch.from_numpy(table).to(instances.device) for table in (kind_of, part_of))
    return kind_of.gather(1, instances.flatten(1)).view_as(instances), part_of[parts]


def phrase_masks(samples, phrases, size):
    """Where each phrase points in each picture.

    Args:
        samples (list[SegDataSample]): with ``things``, ``background``, ``gt_instance``, whose values
            are positions in ``things``, and ``gt_part``.
        phrases (list[Phrase]): n phrases.
        size (tuple[int, int]): of the masks.

    Returns:
        tuple: bool tensors (N, n, *size), the masks; and where they are known: nobody says where the
        parts of unseen objects are.
    """
    instances, parts = (
        resized(torch.stack([sample.get(key).data[0] for sample in samples]).long(), size)
        for key in ('gt_instance', 'gt_part'))
    device = instances.device
    rows = (torch.arange(size[0], device=device) + 0.5) / size[0]
    horizon = torch.tensor([sample.background[2] for sample in samples], device=device)
    ground = torch.where(rows < horizon[:, None], ABOVE, BELOW)[:, :, None]
    places = torch.where(instances == NONE, ground, instances)
    pairs = [things_meant(sample, phrases) for sample in samples]
    meant, hidden = (torch.from_numpy(np.stack(each)).to(device) for each in zip(*pairs))
    named = torch.from_numpy(np.stack([classes_meant(phrase.part) for phrase in phrases])).to(device)
    masks = torch.stack([each[:, place] & named[:, part] for each, place, part
                         in zip(meant, places, parts)])
    known = torch.stack([~each[:, place] for each, place in zip(hidden, places)])
    return masks, known


@lru_cache
def classes_meant(part):
    """(256,) bool: the classes of a part, of whatever object; all values if it is None."""
    meant = np.full(256, part is None)
    for name, k in load_vocabulary().class_index.items():
        meant[k] |= split_name(name)[1] == part
    return meant


def things_meant(sample, phrases):
    """By the value in the instance map, (n, 256) bool: whether it is meant; whether its parts are unknown."""
    of_part = np.array([phrase.part is not None for phrase in phrases])
    meant, hidden = np.zeros((2, len(phrases), 256), bool)
    for position, thing in enumerate(sample.things):
        thing = Thing(**thing)
        meant[:, position] = [phrase.means(thing) for phrase in phrases]
        if thing.kind in load_vocabulary().unseen:
            hidden[:, position] = meant[:, position] & of_part
    for value, ground in zip((ABOVE, BELOW), sample.background):
        meant[:, value] = [phrase.ground == ground for phrase in phrases]
    return meant, hidden
