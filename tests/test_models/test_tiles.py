"""Masks in tiles: pixel for pixel those of the map, and losses that do not tell them apart."""
import pytest
import torch

from mmpartseg.models.layers.tiles import map_size, tiled, to_maps
from mmpartseg.models.losses import LevelLosses

SHAPE = (2, 5, 3, 4, 2, 2, 3, 3)  # images, channels, tokens, two upsamplings: 18 x 24 pixels


def test_pixels_lie_where_their_token_is():
    tiles = torch.arange(2 * 5 * 18 * 24).view(SHAPE)
    maps = to_maps(tiles)
    assert maps.shape == (2, 5, 18, 24) and map_size(tiles) == map_size(maps) == (18, 24)
    for row, column in ((0, 0), (7, 11), (17, 23)):
        place = [side for i, size, (a, b) in ((row, 3, (2, 3)), (column, 4, (2, 3)))
                 for side in (i // (a * b), i // b % a, i % b)]
        h, a1, b1, w, a2, b2 = place
        assert torch.equal(maps[:, :, row, column], tiles[:, :, h, w, a1, a2, b1, b2])
    assert torch.equal(tiled(maps[:, 1], tiles), tiles[:, 1])
    assert to_maps(maps) is maps
    assert torch.equal(tiled(maps[:, 1], maps), maps[:, 1])


@pytest.mark.parametrize('level, loss', [
    ('object', 'PartMaskLoss'), ('object_part', 'PartMaskLoss'), ('part', 'PartMaskLoss'),
    ('object', 'CrossEntropyLoss'), ('object', 'DiceLoss')])
def test_losses_of_tiles_are_those_of_maps(level, loss):
    torch.manual_seed(0)
    tiles, target = torch.randn(SHAPE).double(), torch.randint(0, 5, (2, 18, 24))
    target[0, :3] = 255
    level = LevelLosses(level, dict(type=loss))
    results = []
    for logits in (tiles, to_maps(tiles)):
        logits = logits.clone().requires_grad_()
        total = sum(level(logits, target, 255).values())
        results.append((total, to_maps(torch.autograd.grad(total, logits)[0])))
    for ours, theirs in zip(*results):
        torch.testing.assert_close(ours, theirs)
    assert results[0][1].any()
