import numpy as np
import pytest
from mmseg.registry import VISUALIZERS
from PIL import Image

from mmpartseg.taxonomy import PartTaxonomy
from mmpartseg.visualization import PartLocalVisualizer, sample_grid
from tests.test_visualization.samples import META, NAMES, full_sample

TAXONOMY = PartTaxonomy.build(META['taxonomy'])


@pytest.fixture
def image():
    return np.full((400, 420, 3), 100, np.uint8)


@pytest.fixture
def visualizer():
    result = VISUALIZERS.build({'type': 'PartLocalVisualizer', 'name': 'test'})
    result.dataset_meta = META
    return result


def test_out_file(visualizer, image, tmp_path):
    visualizer.add_datasample('a', image, full_sample(), out_file=str(tmp_path / 'new' / 'a.png'))
    drawn = np.asarray(Image.open(tmp_path / 'new' / 'a.png'))
    np.testing.assert_array_equal(drawn, sample_grid([(image, full_sample())], TAXONOMY))
    np.testing.assert_array_equal(visualizer.get_image().shape, drawn.shape)


def test_options_reach_the_picture(image, tmp_path):
    visualizer = PartLocalVisualizer(alpha=0.2)
    visualizer.set_dataset_meta(NAMES)
    visualizer.add_datasample('a', image, full_sample(), draw_gt=False, with_labels=False,
                              out_file=str(tmp_path / 'a.png'))
    expected = sample_grid([(image, full_sample())], PartTaxonomy(NAMES), draw_gt=False, alpha=0.2,
                           with_labels=False)
    np.testing.assert_array_equal(np.asarray(Image.open(tmp_path / 'a.png')), expected)


@pytest.mark.parametrize(('taxonomy', 'classes', 'unseen'), [
    ('pascal_part_116', None, {'bird', 'car', 'dog', 'sheep', 'motorbike'}),
    ('pascal_part_116:seen', None, set()),
    ('pascal_part_116', ["cat's head", "dog's head"], {'dog'}),
    (None, ["cat's head", "dog's head"], set())])
def test_unseen_objects_follow_from_the_taxonomy(taxonomy, classes, unseen):
    visualizer = PartLocalVisualizer()
    visualizer.set_dataset_meta(classes or PartTaxonomy.named(taxonomy).object_parts, taxonomy=taxonomy)
    assert set(visualizer._taxonomy().unseen_objects) == unseen


def test_show_opens_one_window(visualizer, image, monkeypatch):
    shown = []
    monkeypatch.setattr(visualizer, 'show', lambda picture, **how: shown.append((picture, how)))
    visualizer.add_datasample('a', image, full_sample(), show=True, wait_time=2)
    (picture, how), = shown
    assert how == {'win_name': 'a', 'wait_time': 2} and picture.shape[1] == 4 * 428


@pytest.mark.parametrize('meta', [None, {}, {'classes': None}])
def test_no_class_names(visualizer, image, meta):
    visualizer.dataset_meta = meta
    with pytest.raises(ValueError, match='no class names; call set_dataset_meta'):
        visualizer.add_datasample('a', image, full_sample())


def test_an_unwritable_folder(visualizer, image, tmp_path):
    (tmp_path / 'file').write_text('')
    with pytest.raises(OSError, match='cannot write the picture .*folder that can be written'):
        visualizer.add_datasample('a', image, full_sample(), out_file=tmp_path / 'file' / 'a.png')
