"""Labels at the token resolution: shares by hand and in a loop, and which tokens are attended."""
import pytest
import torch

from mmpartseg.models.losses.token_shares import (
    FEWEST_PAIRS,
    TOKEN_SHARES,
    area_shares,
    attended_pairs,
    nearest_shares,
)

IGNORE = 255


def test_by_hand():
    """A token weighs by the share of its pixels; nearest sampling sees its first pixel only."""
    part_map = torch.full((1, 8, 8), IGNORE)
    part_map[0, :4] = 1
    part_map[0, 7, 7] = 0
    part_map[0, 3, 3] = 2  # K: background
    shares = area_shares(part_map, (2, 2), 2, IGNORE)
    assert shares.tolist() == [[[[0, 0], [0, 1 / 16]], [[15 / 16, 1], [0, 0]]]]
    assert nearest_shares(part_map, (2, 2), 2, IGNORE).tolist() == [[[[0, 0], [0, 0]], [[1, 1], [0, 0]]]]


@pytest.mark.parametrize('ways', [area_shares, nearest_shares])
def test_labels_without_a_class(ways):
    """The ignore index, also where a class has that number, and background, which is K."""
    part_map = torch.tensor([[[0, 1], [2, 3]]])
    assert ways(part_map, (2, 2), 3, ignore_index=1).tolist() == [
        [[[1, 0], [0, 0]], [[0, 0], [0, 0]], [[0, 0], [1, 0]]]]


@pytest.mark.parametrize('size, grid', [
    ((12, 20), (3, 4)), ((13, 9), (4, 5)), ((3, 2), (4, 4)), ((1, 7), (1, 3))])
def test_area_in_a_slow_loop(size, grid):
    """Also where tokens do not divide the picture, and where there are more tokens than pixels."""
    part_map = torch.randint(0, 4, (2, *size), generator=torch.Generator().manual_seed(0))
    part_map[part_map == 3] = IGNORE
    counts, pixels = torch.zeros(2, 3, *grid), torch.zeros(2, 1, *grid)
    for n in range(2):
        for y in range(size[0]):
            for x in range(size[1]):
                token = int((y + 0.5) / size[0] * grid[0]), int((x + 0.5) / size[1] * grid[1])
                pixels[n, 0][token] += 1
                if part_map[n, y, x] < 3:
                    counts[n, part_map[n, y, x]][token] += 1
    shares = area_shares(part_map, grid, 3, IGNORE)
    torch.testing.assert_close(shares, counts / pixels.clamp(min=1))
    labelled = torch.stack([(part_map == k).flatten(1).any(1) for k in range(3)], 1)
    assert torch.equal(shares.flatten(2).any(2), labelled), 'no labelled part vanishes'


@pytest.mark.parametrize('way', TOKEN_SHARES)
def test_every_pair_is_attended(way):
    part_map = torch.randint(0, 3, (2, 16, 16), generator=torch.Generator().manual_seed(0))
    shares = TOKEN_SHARES[way](part_map, (4, 4), 3, IGNORE)
    pairs = attended_pairs(shares)
    back = torch.zeros(2, 3, 16)
    back[torch.arange(2)[:, None], pairs.classes, pairs.tokens] = pairs.shares
    assert torch.equal(back, shares.flatten(2))
    assert torch.equal(pairs.weights(3).sum(2), shares.flatten(2).sum(2))


def test_where_room_is_short_no_class_is_lost():
    """Every class in every token, more than fit: a class's largest share stays, then the largest of all."""
    generator = torch.Generator().manual_seed(0)
    shares = torch.rand(1, 40, 10, 10, generator=generator)
    shares[:, ::2] *= 1e-3  # half of the classes have small shares only
    pairs = attended_pairs(shares)
    number = pairs.shares.shape[1]
    assert number == max(2 * 100, 40, FEWEST_PAIRS)
    assert set(pairs.classes[0].tolist()) == set(range(40))
    flat = shares[0].flatten(1)
    largest = {(k, int(row.argmax())) for k, row in enumerate(flat)}
    kept = set(zip(pairs.classes[0].tolist(), pairs.tokens[0].tolist()))
    assert len(kept) == number and largest <= kept
    others = sorted((flat[k, t].item() for k, t in kept - largest), reverse=True)
    rest = sorted((flat[k, t].item() for k in range(40) for t in range(100) if (k, t) not in largest),
                  reverse=True)
    assert others == rest[:len(others)]


def test_a_class_without_a_token_keeps_no_room():
    shares = torch.zeros(1, 300, 4, 4)
    shares[0, 7, 0, 0], shares[0, 299, 3, 3] = 0.01, 1
    pairs = attended_pairs(shares)
    shown = {(c, t) for c, t, s in zip(*(x[0].tolist() for x in pairs)) if s}
    assert shown == {(7, 0), (299, 15)} and pairs.shares.shape == (1, 300)
