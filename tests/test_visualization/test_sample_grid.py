import numpy as np
import pytest
from PIL import Image

from mmpartseg.taxonomy import PartTaxonomy
from mmpartseg.visualization import part_palette, sample_grid, save_sample_grid
from tests.test_visualization.samples import BACKGROUND, META, full_sample, label_map, sample

TAXONOMY = PartTaxonomy.build(META['taxonomy'])
PALETTE = part_palette(TAXONOMY)


@pytest.fixture
def image():
    return np.full((400, 420, 3), 100, np.uint8)


def panel_columns(picture, count, width):
    """The columns of each panel; a panel stands in the middle of its place."""
    return [picture[:, i * (width + 8):(i + 1) * (width + 8)] for i in range(count)]


def outlined(picture, class_id):
    """Whether a long row of the class's own colour is there."""
    return ((picture == PALETTE[class_id]).all(-1).sum(1) > 80).any()


def test_panels_in_their_order(image):
    picture = sample_grid([(image, full_sample())], TAXONOMY, with_labels=False)
    columns = panel_columns(picture, 4, 420)
    assert picture.shape[1] == 4 * 428
    shown = [[outlined(column, k) for k in range(3)] for column in columns]
    assert shown == [[False] * 3, [True, False, False], [False, False, True],
                     [False, True, False]]
    assert ((columns[0] == 100).all(-1).sum()) == 400 * 420


@pytest.mark.parametrize(('options', 'count'), [
    ({}, 4), ({'draw_gt': False}, 3), ({'draw_pred': False}, 2),
    ({'draw_gt': False, 'draw_pred': False}, 1)])
def test_what_is_drawn(image, options, count):
    picture = sample_grid([(image, full_sample())], TAXONOMY, **options)
    assert picture.shape[1] == count * 428


def test_pred_obj_comes_last(image):
    maps = full_sample()
    maps.pred_obj_sem_seg = sample(pred_sem_seg=label_map(BACKGROUND, 0)).pred_sem_seg
    picture = sample_grid([(image, maps)], TAXONOMY, with_labels=False)
    assert picture.shape[1] == 5 * 428
    assert outlined(panel_columns(picture, 5, 420)[4], 0)


def test_only_what_the_sample_has(image):
    assert sample_grid([(image, None)], TAXONOMY).shape[1] == 428
    rows = [(image, sample(gt_sem_seg=label_map(255, 0))), (image, full_sample())]
    picture = sample_grid(rows, TAXONOMY)
    assert picture.shape[1] == 4 * 428 and picture.shape[0] > 2 * 400


def test_the_legend_lists_what_is_drawn(image):
    bare, full = (sample_grid([(image, full_sample())], TAXONOMY, with_labels=flag)
                  for flag in (False, True))
    strip = full[bare.shape[0]:]
    assert strip.shape[0] > 15
    assert [(strip == color).all(-1).sum() > 50 for color in PALETTE] == [True] * 3
    empty = sample_grid([(image, sample(gt_sem_seg=np.full((400, 420), 255)))], TAXONOMY)
    assert empty.shape[0] == bare.shape[0]


def test_samples_of_any_size_get_panels_of_one_width(tmp_path, image):
    path = tmp_path / 'grid.png'
    small = np.zeros((30, 60, 3), np.uint8)
    save_sample_grid([(image, full_sample()), (small, full_sample((30, 60)))], TAXONOMY, path,
                     width=300)
    with Image.open(path) as picture:
        assert picture.width == 4 * 308
        assert 286 + 150 < picture.height < 286 + 150 + 100


def test_a_huge_image_is_reduced():
    image = np.zeros((1000, 3200, 3), np.uint8)
    picture = sample_grid([(image, sample(gt_sem_seg=np.full((1000, 3200), 255)))], TAXONOMY)
    assert picture.shape[1] == 2 * 1608


def test_a_map_of_another_size(image):
    with pytest.raises(ValueError, match=r'Pred-All has shape \(20, 20\), its image \(400, 420\)'):
        sample_grid([(image, sample(pred_sem_seg=np.zeros((20, 20), int)))], TAXONOMY)


def test_no_samples(tmp_path):
    with pytest.raises(ValueError, match='at least one picture'):
        save_sample_grid([], TAXONOMY, tmp_path / 'grid.png')
    assert not list(tmp_path.iterdir())
