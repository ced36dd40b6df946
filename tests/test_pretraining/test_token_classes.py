"""The auxiliary loss on tokens."""
import numpy as np
import torch

from mmpartseg.datasets.shapes.kind import KINDS
from mmpartseg.datasets.shapes.scene import load_vocabulary
from mmpartseg.pretraining.phrases import class_maps, part_names
from mmpartseg.pretraining.token_classes import TokenClasses
from mmpartseg.taxonomy import split_name

NONE = 255


def test_loss_is_the_cross_entropy_of_each_pixel():
    """Against the shares of a token it is the mean over pixels, "none" being one more kind."""
    torch.manual_seed(0)
    module = TokenClasses(8, num_kinds=3, num_parts=2)
    features = torch.randn(2, 8, 2, 2)
    kinds = torch.randint(0, 4, (2, 6, 6))
    parts = torch.randint(0, 3, (2, 6, 6))
    losses = module.loss(features, torch.where(kinds == 3, NONE, kinds), torch.where(parts == 2, NONE, parts),
                         NONE)
    tokens = module.norm(features.permute(0, 2, 3, 1))

    def of_pixels(layer, target):
        logits = layer(tokens).repeat_interleave(3, 1).repeat_interleave(3, 2)
        return torch.nn.functional.cross_entropy(logits.flatten(0, 2), target.flatten(), ignore_index=-100)

    torch.testing.assert_close(losses['loss_token_kind'], of_pixels(module.kinds, kinds))
    torch.testing.assert_close(losses['loss_token_part'],
                               of_pixels(module.parts, parts.masked_fill(parts == 2, -100)))


def test_no_known_part_is_no_loss():
    module = TokenClasses(8, num_kinds=3, num_parts=2)
    nothing = torch.full((1, 4, 4), NONE)
    losses = module.loss(torch.randn(1, 8, 2, 2), nothing, nothing, NONE)
    assert losses['loss_token_part'] == 0 < losses['loss_token_kind']


def test_maps_of_a_scene():
    """Kinds in the order of KINDS; parts by their name, of whatever object."""
    from mmengine.structures import PixelData
    from mmseg.structures import SegDataSample
    names = list(load_vocabulary().class_index)
    leg, head = names.index("cow's leg"), names.index("cat's head")
    sample = SegDataSample(metainfo=dict(things=[dict(kind='cat'), dict(kind='cow')]))
    sample.gt_instance = PixelData(data=torch.tensor([[[0, 1, NONE, 1]]]))
    sample.gt_part = PixelData(data=torch.tensor([[[head, leg, NONE, NONE]]]))
    kinds, parts = class_maps([sample])
    order = list(KINDS)
    assert kinds.tolist() == [[[order.index('cat'), order.index('cow'), NONE, order.index('cow')]]]
    assert parts.tolist() == [[[part_names().index('head'), part_names().index('leg'), NONE, NONE]]]
    assert set(part_names()) == {split_name(name)[1] for name in names}
    assert np.array_equal(part_names(), sorted(part_names()))
