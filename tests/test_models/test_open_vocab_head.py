"""The base of every text-conditioned head, with a family of scores that is neither FiLM nor cost."""
from typing import NamedTuple

import torch
from mmengine.structures import PixelData
from mmseg.structures import SegDataSample
from torch import Tensor, nn

from mmpartseg.models.decode_heads.open_vocab_head import OpenVocabHead
from tests.tiny import ALL, SEEN, TEXT_ENCODER

IGNORE = 255


class Scores(NamedTuple):
    object_part: Tensor


class DotProductHead(OpenVocabHead):
    """The inner product of a linear map of each token and of the class's name."""

    def __init__(self, *args, background=False, **kwargs):
        super().__init__(*args, **kwargs)
        self.linear = nn.Conv2d(8, self.text_encoder.embed_dims, 1)
        self.add_mask_losses(object_part=dict(type='PartMaskLoss', background_weight=1.))
        if background:
            self.background_embedding = nn.Parameter(torch.ones(1, self.text_encoder.embed_dims))

    @staticmethod
    def prompts(taxonomy):
        return taxonomy.object_parts

    def decode(self, inputs, index, training=False, text=None):
        text = self.condition(self.prompts(index.taxonomy)) if text is None else text
        return Scores(torch.einsum('nchw,kc->nkhw', self.linear(inputs[0]), text))

    def loss_by_feat(self, output, part_map, object_map, index):
        return self.mask_losses(output, part_map, object_map, index)


def head(background, train=SEEN):
    torch.manual_seed(0)
    return DotProductHead(train, ALL, TEXT_ENCODER, background=background)


def sample(labels, taxonomy):
    return SegDataSample(gt_sem_seg=PixelData(data=labels[None]), metainfo=dict(taxonomy=taxonomy))


def inputs(n):
    return [torch.randn(n, 8, 6, 4, generator=torch.Generator().manual_seed(0))]


def test_background_is_a_familys_choice():
    for background in (False, True):
        each = head(background)
        assert each.num_classes == each.out_channels == len(ALL) + background
        assert each.condition(['cat', 'dog']).shape == (2 + background, 24)
        each.set_taxonomy(SEEN)
        assert each.num_classes == len(SEEN) + background


def test_text_of_several_vocabularies_is_encoded_once():
    each = head(background=True, train=dict(joint=[SEEN, ALL[2:]]))
    asked = []
    each.text_encoder.register_forward_pre_hook(lambda _, args: asked.append(args[0]))
    first, second = each.conditions(each.train_indices)
    assert asked == [ALL]
    assert torch.equal(first, each.condition(SEEN)) and torch.equal(second, each.condition(ALL[2:]))


def test_joint_loss_is_the_mean_of_each_images_own():
    joint = head(background=True, train=dict(joint=[SEEN, ALL[2:]]))
    labels = torch.randint(4, (2, 6, 4), generator=torch.Generator().manual_seed(1))
    labels[:, 0] = IGNORE
    samples = [sample(labels[0], SEEN), sample(labels[1], ALL[2:])]
    losses = joint.loss(inputs(2), samples)
    alone = [head(background=True, train=names).loss([x], [each]) for x, each, names in
             zip(inputs(2)[0].split(1), samples, (SEEN, ALL[2:]))]
    assert set(losses) == {'loss_object_part', 'loss_object_part_background'}
    for name, value in losses.items():
        torch.testing.assert_close(value, (alone[0][name] + alone[1][name]) / 2)
    sum(losses.values()).backward()
    assert joint.linear.weight.grad.abs().sum() > 0
