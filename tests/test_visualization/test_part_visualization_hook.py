import resource
import signal
from types import SimpleNamespace

import numpy as np
import pytest
from mmengine.visualization import Visualizer
from mmseg.registry import HOOKS
from PIL import Image

from mmpartseg.taxonomy import PartTaxonomy
from mmpartseg.visualization import PartLocalVisualizer, sample_grid
from tests.runs import in_child
from tests.test_visualization.samples import META, full_sample

IMAGE = np.full((400, 420, 3), 100, np.uint8)


class Runner:
    """As mmengine's: asking for the iteration outside of training has side effects."""

    def __init__(self, visualizer, iter=None):
        self.visualizer, self._iter = visualizer, iter

    @property
    def iter(self):
        if self._iter is None:
            self.visualizer.dataset_meta = {'classes': ["cat's tail"]}
            return 0
        return self._iter


@pytest.fixture
def visualizer(tmp_path, request):
    """A visualizer that writes to tmp_path; the hook draws with the one that was made last."""
    kept = Visualizer._instance_dict.copy()
    result = PartLocalVisualizer.get_instance(
        request.node.name, vis_backends=[{'type': 'LocalVisBackend'}], save_dir=str(tmp_path))
    result.dataset_meta = META
    yield result
    Visualizer._instance_dict.clear()
    Visualizer._instance_dict.update(kept)


def picture(folder, name):
    return np.asarray(Image.open(folder / 'vis_data' / 'vis_image' / name))


def build(kind, **options):
    return HOOKS.build({'type': kind, 'draw': True, 'interval': 1, **options})


@pytest.fixture
def outputs(tmp_path):
    Image.fromarray(IMAGE).save(tmp_path / 'cat.png')
    return [full_sample(img_path=str(tmp_path / 'cat.png'))]


EXPECTED = sample_grid([(IMAGE, full_sample())], PartTaxonomy.build(META['taxonomy']))


@pytest.mark.parametrize('mode', ['val', 'test'])
def test_outside_of_training_the_runner_is_not_asked(visualizer, tmp_path, outputs, mode):
    hook = build('PartVisualizationHook')
    getattr(hook, f'after_{mode}_iter')(Runner(visualizer), 0, {}, outputs)
    np.testing.assert_array_equal(picture(tmp_path, f'{mode}_cat.png_0.png'), EXPECTED)


def test_drawing_nothing_is_no_warning(visualizer, recwarn):
    """It stands in every config, and at the head of every log would be the first thing that people read."""
    hook = HOOKS.build(dict(type='PartVisualizationHook'))
    assert not hook.draw and not [each for each in recwarn if 'draw is False' in str(each.message)]


@pytest.mark.parametrize('kind', ['PartVisualizationHook', 'SegVisualizationHook'])
def test_in_training_pictures_carry_the_iteration(visualizer, tmp_path, outputs, kind):
    hook, runner = build(kind), Runner(visualizer, iter=7)
    hook.before_train(runner)
    hook.after_val_iter(runner, 0, {}, outputs)
    np.testing.assert_array_equal(picture(tmp_path, 'val_cat.png_7.png'), EXPECTED)


def test_a_picture_that_does_not_fit(visualizer, tmp_path, outputs):
    """OpenCV, with which mmengine writes it, says nothing."""
    def limited():
        resource.setrlimit(resource.RLIMIT_FSIZE, (500, 500))
        with pytest.raises(OSError, match=r"test_cat.png_0.png' cannot be written; is the disk full\?"):
            build('PartVisualizationHook').after_test_iter(Runner(visualizer), 0, {}, outputs)
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    assert in_child(limited) == [0]


def test_equal_names_in_two_folders(visualizer, tmp_path):
    """mmseg's hook writes one file for both."""
    samples = []
    for folder in ('a', 'b'):
        (tmp_path / folder).mkdir()
        Image.fromarray(IMAGE).save(tmp_path / folder / '1.png')
        samples.append(full_sample(img_path=str(tmp_path / folder / '1.png'), sample_name=f'{folder}/1'))
    build('PartVisualizationHook').after_test_iter(Runner(visualizer), 0, {}, samples)
    for folder in ('a', 'b'):
        np.testing.assert_array_equal(picture(tmp_path, f'{folder}/test_1.png_0.png'), EXPECTED)


def test_pictures_are_drawn_over_what_the_model_sees(visualizer, tmp_path, outputs):
    """Upright, and white where it is transparent."""
    image = Image.fromarray(np.dstack([np.rot90(IMAGE), np.zeros(IMAGE.shape[1::-1], np.uint8)]))
    exif = image.getexif()
    exif[0x0112] = 6
    image.save(tmp_path / 'cat.png', exif=exif)
    build('PartVisualizationHook').after_test_iter(Runner(visualizer), 0, {}, outputs)
    white = sample_grid([(np.full_like(IMAGE, 255), full_sample())], PartTaxonomy.build(META['taxonomy']))
    np.testing.assert_array_equal(picture(tmp_path, 'test_cat.png_0.png'), white)


@pytest.mark.parametrize('stage', ['val', 'test'])
def test_names_are_checked_before_any_work(visualizer, stage):
    class Data(list):
        def get_data_info(self, i):
            return self[i]

    same = [Data([dict(img_path=f'{root}/1.jpg', sample_name='1')]) for root in ('x', 'y')]
    loop = SimpleNamespace(dataloader=SimpleNamespace(dataset=SimpleNamespace(datasets=same)))
    runner = SimpleNamespace(val_loop=loop, test_loop=loop)
    with pytest.raises(ValueError, match="outputs of 'x/1.jpg' and 'y/1.jpg' would both be called '1'"):
        getattr(build('PartVisualizationHook'), f'before_{stage}')(runner)
    getattr(build('PartVisualizationHook', draw=False), f'before_{stage}')(runner)


def test_interval_and_draw(visualizer, tmp_path, outputs):
    hook = build('PartVisualizationHook', interval=2)
    for i in range(3):
        hook.after_test_iter(Runner(visualizer), i, {}, outputs if i == 1 else [None])
    build('PartVisualizationHook', draw=False).after_test_iter(Runner(visualizer), 0, {}, [None])
    assert len(list((tmp_path / 'vis_data' / 'vis_image').iterdir())) == 1


def test_the_interval_counts_images_whatever_the_batch(visualizer, tmp_path):
    for i in range(6):
        Image.fromarray(IMAGE).save(tmp_path / f'{i}.png')
    samples = [full_sample(img_path=str(tmp_path / f'{i}.png')) for i in range(6)]
    hook = build('PartVisualizationHook', interval=3)
    for batch in (samples[:4], samples[4:]):
        hook.after_test_iter(Runner(visualizer), 0, {}, batch)
    assert sorted(path.name for path in (tmp_path / 'vis_data' / 'vis_image').iterdir()) == [
        'test_2.png_0.png', 'test_5.png_0.png']
