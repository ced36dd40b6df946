"""CLIPSeg's own training: a mask of whole things for each phrase."""
import torch
import torch.nn.functional as F
from mmseg.registry import MODELS

from ..datasets.shapes.scene import Thing
from ..datasets.shapes.words import Phrase
from ..models.decode_heads import CLIPSegHead
from ..models.decode_heads.targets import resized
from ..models.layers.tiles import to_maps


@MODELS.register_module()
class PhraseHead(CLIPSegHead):
    """:class:`CLIPSegHead` on phrases that come with the pictures (Lüddecke and Ecker 2022).

    The phrases of a batch are asked of every picture in it, so that most of them point at nothing
    there. Its weights are those of a :class:`CLIPSegHead`.

    Args:
        num_phrases (int): asked in a step, drawn from those of the batch.

    The other arguments are those of :class:`CLIPSegHead`.
    """

    def __init__(self, *args, num_phrases=64, **kwargs):
        super().__init__(*args, **kwargs)
        self.num_phrases = num_phrases

    def loss(self, inputs, batch_data_samples, train_cfg=None):
        """Binary cross-entropy, the mean over phrases, pictures and pixels."""
        phrases = self.choose(batch_data_samples)
        text = self.text_encoder([phrase.text for phrase in phrases])
        logits = to_maps(self.decode(inputs, self.train_index, training=True, text=text).object_part)
        target = phrase_masks(batch_data_samples, phrases, tuple(logits.shape[2:]))
        return dict(loss_phrase=F.binary_cross_entropy_with_logits(logits, target.to(logits.dtype)))

    def choose(self, samples):
        """Different phrases of the batch, at most ``num_phrases``."""
        phrases = {words['text']: Phrase(**words) for sample in samples for words in sample.phrases}
        phrases = list(phrases.values())
        return [phrases[i] for i in torch.randperm(len(phrases))[:self.num_phrases].tolist()]


def phrase_masks(samples, phrases, size):
    """Where each phrase points in each picture.

    Args:
        samples (list[SegDataSample]): with ``things``, ``background`` and, as ``gt_sem_seg``, the
            instance map, whose values are positions in ``things``.
        phrases (list[Phrase]): n phrases.
        size (tuple[int, int]): of the masks.

    Returns:
        Tensor: (N, n, *size) bool.
    """
    instances = torch.stack([sample.gt_sem_seg.data[0] for sample in samples])
    instances = resized(instances, size)
    masks = torch.zeros(len(samples), len(phrases), *size, dtype=torch.bool, device=instances.device)
    row = (torch.arange(size[0], device=instances.device) + 0.5) / size[0]
    for sample, instance_map, out in zip(samples, instances, masks):
        above, below, horizon = sample.background
        things = [Thing(**thing) for thing in sample.things]
        free = instance_map >= len(things)
        grounds = {above: free & (row < horizon)[:, None], below: free & (row >= horizon)[:, None]}
        for phrase, mask in zip(phrases, out):
            if phrase.ground in grounds:
                mask |= grounds[phrase.ground]
            for position, thing in enumerate(things):
                if phrase.means(thing):
                    mask |= instance_map == position
    return masks
