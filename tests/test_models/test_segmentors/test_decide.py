"""Label maps in pieces against the whole image at once."""
import resource

import pytest
import torch
import torch.nn.functional as F

from mmpartseg.models.segmentors.decide import decide, first_best, row_pieces, upsampled_rows

OBJECT_OF = torch.tensor([0, 0, 1, 2, 1])


def whole(scores, size, object_scores=None, known=None):
    """Both settings by their definition, on full-size scores."""
    full = F.interpolate(scores[None], size, mode='bilinear', align_corners=False)[0].sigmoid()
    num_classes = len(OBJECT_OF)
    pred_all = full.argmax(0)
    if object_scores is not None:
        objects = F.interpolate(object_scores[None], size, mode='bilinear')[0].argmax(0)
        of = torch.cat([OBJECT_OF, torch.tensor([len(object_scores) - 1])])
        pred_all = (full * (of[:, None, None] == objects)).argmax(0)
    oracle = None
    if known is not None:
        allowed = OBJECT_OF[:, None, None] == known
        oracle = (full[:num_classes] * allowed).argmax(0)
        oracle[~allowed.any(0)] = num_classes
    return pred_all, oracle


@pytest.mark.parametrize('size', [(37, 53), (8, 8), (5, 90), (1, 1)])
@pytest.mark.parametrize('piece_bytes', [1, 5000, 2**26])
@pytest.mark.parametrize('with_objects', [True, False])
def test_equals_the_whole_image(size, piece_bytes, with_objects):
    generator = torch.Generator().manual_seed(0)
    scores = torch.randn(6, 8, 9, generator=generator)
    object_scores = torch.randn(4, 8, 9, generator=generator) if with_objects else None
    known = torch.randint(0, 4, size, generator=generator)
    known[known == 3] = 255
    actual = decide(scores, size, OBJECT_OF, object_scores, known, piece_bytes)
    expected = whole(scores, size, object_scores, known)
    for a, b in zip(actual, expected):
        assert (a != b).float().mean() <= 1e-3  # rounding may tip a tie
    assert actual[0].max() <= 5 and actual[1].max() <= 5


def test_rows_equal_interpolate():
    maps = torch.randn(3, 7, 5)
    expected = F.interpolate(maps[None], (50, 31), mode='bilinear', align_corners=False)[0]
    for start, stop in ((0, 50), (0, 1), (13, 14), (47, 50)):
        torch.testing.assert_close(upsampled_rows(maps, (50, 31), slice(start, stop)),
                                   expected[:, start:stop], atol=1e-6, rtol=1e-6)


@pytest.mark.parametrize('piece_bytes', [1, 2**26])
def test_parts_of_all_objects_in_the_picture_compete(piece_bytes):
    """The released CLIPSeg baseline: scores of absent objects are 0, then argmax."""
    scores = torch.randn(6, 8, 9, generator=torch.Generator().manual_seed(0))
    known = torch.full((17, 23), 255)
    known[:5], known[9:, 4:] = 0, 1  # object 2 is not in the picture; O = 3 has no parts
    known[6] = 3
    full = F.interpolate(scores[None], known.shape, mode='bilinear', align_corners=False)[0].sigmoid()
    expected = (full[:5] * (OBJECT_OF != 2)[:, None, None]).argmax(0)
    expected[(known == 255) | (known == 3)] = 5
    oracle = decide(scores, known.shape, OBJECT_OF, None, known, piece_bytes, 'image')[1]
    assert torch.equal(oracle, expected)
    by_pixel = decide(scores, known.shape, OBJECT_OF, None, known, piece_bytes)[1]
    assert (oracle[:5] != by_pixel[:5]).any() and (by_pixel[6] == 5).all()
    nothing = decide(scores, known.shape, OBJECT_OF, None, torch.full_like(known, 3), oracle_objects='image')
    assert (nothing[1] == 5).all()


def test_no_object_anywhere():
    scores, objects = torch.randn(6, 4, 4), torch.zeros(4, 4, 4)
    objects[3] = 1  # background wins everywhere
    pred_all, oracle = decide(scores, (6, 6), OBJECT_OF, objects, torch.full((6, 6), 255))
    assert (pred_all == 5).all() and (oracle == 5).all()


def test_without_a_background_channel():
    pred_all, oracle = decide(torch.randn(5, 4, 4), (6, 6), OBJECT_OF)
    assert pred_all.max() < 5 and oracle is None


def test_a_piece_fits_the_device():
    """133 channels of a photograph: several pieces for a CPU's caches, one launch of each step elsewhere."""
    size, cpu = (375, 500), torch.empty(1, device='cpu')
    assert len(row_pieces(133, size, cpu)) == 6
    assert row_pieces(133, size, torch.empty(1, device='meta')) == [slice(0, 375)]
    assert len(row_pieces(133, size, cpu.half())) == 6  # they are upsampled in float32
    assert row_pieces(133, (2, 500), cpu, piece_bytes=1) == [slice(0, 1), slice(1, 2)]


def test_pieces_bound_the_memory():
    """A 4000×3000 image with 234 classes would need 11 GB at once."""
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    object_of = torch.arange(234) % 44
    scores, objects = torch.randn(235, 88, 88), torch.randn(45, 2, 1)
    pred_all, _ = decide(scores, (3000, 4000), object_of, objects)
    grown = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 2**20
    assert pred_all.shape == (3000, 4000)
    assert grown < 1  # GiB


@pytest.mark.parametrize('dtype', [torch.float32, torch.bfloat16])
@pytest.mark.parametrize('count', [1, 2, 17, 255, 256, 300])
def test_first_best_is_the_first_of_the_best(count, dtype):
    """Also where several are equal, or all of them minus infinity, or one is not a number."""
    scores = torch.randint(-2, 3, (count, 6, 7)).to(dtype)
    scores[:, 0] = -torch.inf
    assert first_best(scores).equal(scores.argmax(0))
    scores[0, 0, 0] = torch.nan
    assert 0 <= first_best(scores)[0, 0] < count
