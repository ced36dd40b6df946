import numpy as np
import pytest

from mmpartseg.taxonomy import PartTaxonomy
from mmpartseg.visualization import overlay, part_palette

NAMES = ["cat's head", "cat's tail", "dog's head"]
PALETTE = np.array([[200, 0, 100], [0, 100, 200], [50, 250, 150]], np.uint8)
UNSEEN = [False, False, True]


@pytest.fixture
def image():
    return np.full((400, 420, 3), 100, np.uint8)


@pytest.fixture
def label_map():
    """A square of each class; 3 is background, 255 is ignored."""
    label_map = np.full((400, 420), 3)
    label_map[:, 400:] = 255
    for class_id in range(3):
        label_map[100:200, 20 + 130 * class_id:120 + 130 * class_id] = class_id
    return label_map


def test_tint_outline_and_untouched_pixels(image, label_map):
    drawn = overlay(image, label_map, NAMES, PALETTE, UNSEEN, alpha=0.5, with_labels=False)
    assert drawn.shape == image.shape and drawn.dtype == np.uint8
    assert drawn[150, 60].tolist() == [150, 50, 100]
    assert drawn[150, 200].tolist() == [50, 100, 150]
    assert drawn[150, 330].tolist() == [75, 175, 125]
    assert (drawn[label_map > 2] == 100).all()
    for rows in (slice(100, 102), slice(198, 200)):  # two pixels wide, inside the region
        assert (drawn[rows, 20:120] == PALETTE[0]).all()
    assert drawn[102, 60].tolist() == [150, 50, 100]


def test_the_outline_of_an_unseen_class_is_dashed(image, label_map):
    drawn = overlay(image, label_map, NAMES, PALETTE, UNSEEN, with_labels=False)
    for line in (drawn[100, 280:380], drawn[100:200, 280]):
        white = (line == 255).all(1)
        assert 0.35 < white.mean() < 0.65
        assert (line[~white] == PALETTE[2]).all()
        assert 10 <= (np.diff(white.astype(int)) != 0).sum() <= 40
    assert not (drawn[:, :280] == 255).all(-1).any()


@pytest.mark.parametrize(('alpha', 'expected'), [(0, [100] * 3), (1, PALETTE[0].tolist()),
                                                 (0.25, [125, 75, 100])])
def test_alpha(image, label_map, alpha, expected):
    drawn = overlay(image, label_map, NAMES, PALETTE, alpha=alpha, with_labels=False)
    assert drawn[150, 60].tolist() == expected


def test_names_are_written_on_the_parts(image, label_map):
    plain = overlay(image, label_map, NAMES, PALETTE, UNSEEN, with_labels=False)
    named = overlay(image, label_map, NAMES, PALETTE, UNSEEN)
    changed = (plain != named).any(-1)
    for class_id in range(3):  # the middle of each square carries a box of its colour
        region = label_map == class_id
        assert 0.1 < (changed & region).sum() / region.sum() < 0.25
        assert (named[changed] == PALETTE[class_id]).all(-1).sum() > 500
    assert not changed[:100].any() and not changed[200:].any()


def test_a_small_part_is_ringed(image):
    label_map = np.full((400, 420), 255)
    label_map[200:206, 200:206] = 0
    drawn = overlay(image, label_map, NAMES, PALETTE)
    rows, columns = np.indices(label_map.shape) - 202.5
    radius = np.hypot(rows, columns)
    ring = (radius > 6) & (radius < 9)
    assert (drawn[ring] != 100).any(1).mean() > 0.9
    label_map[180:220, 180:220] = 0
    drawn = overlay(image, label_map, NAMES, PALETTE)
    assert (drawn[label_map == 255] == 100).mean() > 0.99


@pytest.mark.parametrize('values', [255, 3, -1])
def test_a_map_without_parts_leaves_the_image_as_it_is(image, values):
    np.testing.assert_array_equal(
        overlay(image, np.full((400, 420), values), NAMES, PALETTE), image)


def test_the_inputs_are_not_changed(image, label_map):
    kept = image.copy(), label_map.copy()
    overlay(image, label_map, NAMES, PALETTE)
    np.testing.assert_array_equal(image, kept[0])
    np.testing.assert_array_equal(label_map, kept[1])


@pytest.mark.parametrize(('shape', 'expected'), [((90, 120), (360, 480)), ((1, 1), (360, 360)),
                                                 ((2, 3000), (2, 3000)), ((360, 361), (360, 361))])
def test_small_images_are_enlarged(shape, expected):
    drawn = overlay(np.zeros((*shape, 3), np.uint8), np.zeros(shape, np.uint8), NAMES, PALETTE)
    assert drawn.shape == (*expected, 3)


def test_every_kind_of_integer_and_a_mirrored_image(label_map):
    image = np.arange(400 * 420 * 3, dtype=np.uint32).astype(np.uint8).reshape(400, 420, 3)
    expected = overlay(image, label_map, NAMES, PALETTE)
    for kind in (np.uint8, np.int32, np.uint16):
        drawn = overlay(image, label_map.astype(kind), NAMES, PALETTE)
        np.testing.assert_array_equal(drawn, expected)
    bgr = np.ascontiguousarray(image[..., ::-1])
    np.testing.assert_array_equal(overlay(bgr[..., ::-1], label_map, NAMES, PALETTE), expected)


def test_a_whole_vocabulary():
    taxonomy = PartTaxonomy.named('ade20k_part_234')
    label_map = np.arange(360 * 390).reshape(360, 390) // 600 % 300
    drawn = overlay(np.zeros((360, 390, 3), np.uint8), label_map, taxonomy.object_parts,
                    part_palette(taxonomy), ~np.array(taxonomy.is_seen))
    assert drawn.shape == (360, 390, 3)


@pytest.mark.parametrize(('changes', 'message'), [
    ({'image': np.zeros((400, 420), np.uint8)}, r'uint8 RGB .*shape \(400, 420\); convert'),
    ({'image': np.zeros((400, 420, 3))}, 'got float64'),
    ({'image': np.zeros((0, 420, 3), np.uint8)}, r'shape \(0, 420, 3\)'),
    ({'label_map': np.zeros((200, 420), int)}, r'\(200, 420\), its image \(400, 420\)'),
    ({'label_map': np.zeros((400, 420))}, 'integer ids, got float64'),
    ({'palette': PALETTE[:2]}, r'3 names need a palette of shape \(3, 3\), got \(2, 3\)'),
    ({'unseen': [True]}, r'3 booleans.*shape \(1,\)'),
    ({'unseen': [0, 1, 2]}, '3 booleans.*int64'),
    ({'alpha': 1.5}, r'0\.\.1, got 1\.5')])
def test_bad_input(image, label_map, changes, message):
    given = {'image': image, 'label_map': label_map, 'names': NAMES, 'palette': PALETTE}
    with pytest.raises(ValueError, match=message):
        overlay(**{**given, **changes})


@pytest.mark.parametrize('size, lines', [(64, 1), (400, 1), (1500, 2), (3000, 4)])
def test_a_black_line_parts_what_touches_even_of_one_colour(size, lines):
    """Two words may meet in one colour; lines grow with the picture."""
    label_map = np.zeros((size, size), int)
    label_map[:, size // 2:], label_map[:size // 4] = 1, 3
    palette = np.array([[0, 200, 0], [0, 200, 0], [9, 9, 9]], np.uint8)
    drawn = overlay(np.full((size, size, 3), 250, np.uint8), label_map, NAMES, palette, with_labels=False)
    black = (drawn == 0).all(-1)
    row = np.flatnonzero(black[len(drawn) * 3 // 4])
    assert len(row) == 2 * lines and abs(row.mean() + 0.5 - len(drawn) / 2) < 3
    assert not black[:, :len(drawn) * 2 // 5].any()  # none towards background
