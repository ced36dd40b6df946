"""Every geometric transform of a pipeline acts on image, part map and object map alike."""
import numpy as np
import pytest
from mmengine.dataset import Compose
from mmengine.structures import PixelData
from PIL import Image

from mmpartseg.datasets import PartSegDataset
from mmpartseg.datasets.transforms.geometry import resize_nearest

HEIGHT, WIDTH = 24, 40


@pytest.fixture(params=[255, 65535], ids=['8 bit', '16 bit'])
def dataset(request, tmp_path):
    """One image whose blue channel is its part id; the object of part k is k // 4."""
    y, x = np.mgrid[:HEIGHT, :WIDTH] // 8
    ids = (y * 5 + x).astype(np.uint8)
    Image.fromarray(np.stack([ids] * 3, -1)).save(tmp_path / 'image.bmp')
    Image.fromarray(ids).save(tmp_path / 'image.png')
    names = [f"object {k // 4}'s part {k}" for k in range(15)]
    return PartSegDataset(taxonomy=names, data_root=str(tmp_path), img_suffix='.bmp',
                          ignore_index=request.param)


def run(dataset, *transforms):
    pipeline = Compose([{'type': 'LoadPartImage'}, {'type': 'LoadPartAnnotations'}, *transforms])
    return pipeline(dataset.get_data_info(0))


def agree(results, border=0):
    """Image, parts and objects show the same thing, where the image is not padding."""
    parts, objects = results['gt_seg_map'].astype(int), results['gt_object_map'].astype(int)
    assert parts.shape == objects.shape == results['img'].shape[:2]
    inner = parts < 15
    assert np.array_equal(results['img'][..., 0][inner], parts[inner])
    assert np.array_equal(objects[inner], parts[inner] // 4)
    return parts, objects, ~inner


@pytest.mark.parametrize('direction', ['horizontal', 'vertical', 'diagonal'])
def test_flip(dataset, direction):
    before = run(dataset)
    parts, _, _ = agree(run(dataset, {'type': 'RandomFlip', 'prob': 1.0, 'direction': direction}))
    rows = -1 if direction != 'horizontal' else 1
    columns = -1 if direction != 'vertical' else 1
    assert np.array_equal(parts, before['gt_seg_map'][::rows, ::columns])


def test_crop(dataset):
    parts, objects, _ = agree(run(dataset, {'type': 'RandomCrop', 'crop_size': (10, 12)}))
    assert parts.shape == objects.shape == (10, 12)


def test_rotate(dataset):
    results = run(dataset, {'type': 'RandomRotate', 'prob': 1.0, 'degree': (90, 90),
                                'seg_pad_val': dataset.ignore_index})
    parts, objects = results['gt_seg_map'], results['gt_object_map']
    outside = parts == dataset.ignore_index
    assert np.array_equal(objects == dataset.ignore_index, outside)
    assert outside.any()
    assert np.array_equal(objects[~outside], parts[~outside] // 4)


@pytest.mark.parametrize(('type_', 'backend'), [
    ('ResizePartSeg', 'pillow'), ('ResizePartSeg', 'cv2'), ('Resize', 'cv2'), ('Resize', 'pillow')])
@pytest.mark.parametrize('keep_ratio', [False, True])
def test_resize(dataset, type_, backend, keep_ratio):
    """With nearest sampling of the image too, all three show the same."""
    resize = {'type': type_, 'scale': (61, 33), 'keep_ratio': keep_ratio, 'backend': backend,
                  'interpolation': 'nearest'}
    if (type_, backend, dataset.ignore_index) == ('Resize', 'pillow', 65535):
        with pytest.raises(AssertionError, match='only support uint8'):  # why ResizePartSeg exists
            run(dataset, resize)
        return
    results = run(dataset, resize)
    parts, objects = results['gt_seg_map'], results['gt_object_map']
    assert parts.shape == objects.shape == results['img'].shape[:2]
    assert np.array_equal(objects, parts // 4)
    if type_ == 'Resize' or backend == 'pillow':
        agree(results)


@pytest.mark.parametrize('size', [(1, 1), (352, 352), (33, 61), (12, 80)])
@pytest.mark.parametrize('old', [(24, 40), (375, 500), (1, 9)])
def test_resize_nearest_is_pillows(old, size):
    labels = np.random.default_rng(1).integers(0, 256, old, dtype=np.uint8)
    expected = Image.fromarray(labels).resize(size[::-1], Image.Resampling.NEAREST)
    assert np.array_equal(resize_nearest(labels, size), np.array(expected))
    assert np.array_equal(resize_nearest(labels.astype(np.uint16) * 257, size),
                          np.array(expected).astype(np.uint16) * 257)


@pytest.mark.parametrize('pad', [{'size': (50, 30)}, {'size_divisor': 32}])
def test_pad(dataset, pad):
    results = run(dataset, dict(type='PadPartSeg', pad_val=9, **pad))
    shape = (30, 50) if 'size' in pad else (32, 64)
    parts, objects, padding = agree(results)
    assert parts.shape == shape
    assert padding.sum() == shape[0] * shape[1] - HEIGHT * WIDTH
    assert np.array_equal(padding, np.add.outer(np.arange(shape[0]) >= HEIGHT,
                                                np.arange(shape[1]) >= WIDTH))
    assert set(parts[padding]) == set(objects[padding]) == {dataset.ignore_index}
    assert (results['img'][padding] == 9).all()


def test_pad_of_mmcv_leaves_the_object_map(dataset):
    """Why PadPartSeg exists; when this fails, mmcv pads every field and ours can go."""
    results = run(dataset, {'type': 'Pad', 'size': (50, 30)})
    assert results['gt_seg_map'].shape == (30, 50)
    assert results['gt_object_map'].shape == (HEIGHT, WIDTH)


def test_pack(dataset):
    packed = run(dataset, {'type': 'ResizePartSeg', 'scale': (20, 12), 'backend': 'pillow'},
                 {'type': 'PackPartSegInputs'})
    sample = packed['data_samples']
    assert packed['inputs'].shape == (3, 12, 20)
    assert isinstance(sample.gt_object_seg, PixelData)
    for data in (sample.gt_sem_seg.data, sample.gt_object_seg.data):
        assert (str(data.dtype), tuple(data.shape)) == ('torch.int64', (1, 12, 20))
    assert sample.gt_sem_seg.data.unique().tolist() == list(range(15))
    assert sample.gt_object_seg.data.unique().tolist() == [0, 1, 2, 3]
    assert sample.ori_shape == (HEIGHT, WIDTH)
    assert sample.img_path.endswith('image.bmp')


def test_test_pipeline_keeps_labels_at_the_image_size(dataset):
    pipeline = Compose([
        {'type': 'LoadPartImage'},
        {'type': 'Resize', 'scale': (352, 352), 'keep_ratio': False, 'backend': 'pillow'},
        {'type': 'LoadPartAnnotations'}, {'type': 'PackPartSegInputs'}])
    packed = pipeline(dataset.get_data_info(0))
    assert packed['inputs'].shape == (3, 352, 352)
    assert packed['data_samples'].gt_sem_seg.shape == (HEIGHT, WIDTH)
    assert packed['data_samples'].gt_object_seg.shape == (HEIGHT, WIDTH)
    image = Image.open(packed['data_samples'].img_path)
    expected = np.array(image.resize((352, 352), Image.Resampling.BILINEAR))[..., ::-1]
    assert np.array_equal(packed['inputs'].numpy(), expected.transpose(2, 0, 1))


def test_pack_without_labels(tmp_path):
    Image.new('RGB', (5, 4)).save(tmp_path / 'a.png')
    pipeline = Compose([{'type': 'LoadPartImage'}, {'type': 'LoadPartAnnotations'},
                        {'type': 'PackPartSegInputs'}])
    packed = pipeline({'img_path': str(tmp_path / 'a.png')})
    assert packed['inputs'].shape == (3, 4, 5)
    assert packed['data_samples'].keys() == []
