"""LoadPartImage against Pillow for every kind of file; LoadPartAnnotations on bad label maps."""
import io

import numpy as np
import pytest
from mmengine.dataset import Compose
from PIL import Image

from mmpartseg.datasets import PascalPart116Dataset
from mmpartseg.datasets.transforms import LoadPartAnnotations, LoadPartImage

RNG = np.random.default_rng(7)
ORIENTATION = 0x0112  # the EXIF tag; 6 means: turn by 90 degrees clockwise to view


def load(path, **extra):
    return LoadPartImage()(dict(img_path=str(path), **extra))


def noise(*shape, dtype=np.uint8):
    return RNG.integers(0, np.iinfo(dtype).max + 1, shape).astype(dtype)


@pytest.mark.parametrize(('mode', 'suffix'), [
    ('RGB', 'jpg'), ('RGB', 'png'), ('L', 'jpg'), ('L', 'png'), ('RGBA', 'png'), ('CMYK', 'jpg'),
    ('1', 'png'), ('P', 'png'), ('P', 'gif'), ('RGB', 'webp'), ('RGB', 'bmp')])
def test_pixels_are_those_of_pillow(tmp_path, mode, suffix):
    Image.fromarray(noise(9, 13, 3)).convert(mode).save(tmp_path / f'a.{suffix}')
    expected = np.array(Image.open(tmp_path / f'a.{suffix}').convert('RGB'))
    results = load(tmp_path / f'a.{suffix}')
    assert results['img'].dtype == np.uint8
    assert np.array_equal(results['img'][..., ::-1], expected)
    assert results['img_shape'] == results['ori_shape'] == (9, 13)


def test_alpha_is_dropped(tmp_path):
    rgba = noise(6, 5, 4)
    rgba[..., 3] = 0
    Image.fromarray(rgba).save(tmp_path / 'a.png')
    assert np.array_equal(load(tmp_path / 'a.png')['img'], rgba[..., 2::-1])


def test_16_bit_gray_keeps_the_upper_byte(tmp_path):
    gray = noise(6, 5, dtype=np.uint16)
    Image.fromarray(gray).save(tmp_path / 'a.png')
    expected = np.repeat((gray // 256)[..., None], 3, -1)
    assert np.array_equal(load(tmp_path / 'a.png')['img'], expected)


def test_gray_with_alpha_has_three_channels(tmp_path):
    Image.fromarray(noise(6, 5, 2), 'LA').save(tmp_path / 'a.png')
    assert load(tmp_path / 'a.png')['img'].shape == (6, 5, 3)


def test_exif_turns_a_photo_but_not_a_labelled_image(tmp_path):
    image = Image.fromarray(noise(6, 10, 3))
    exif = image.getexif()
    exif[ORIENTATION] = 6
    image.save(tmp_path / 'a.jpg', exif=exif)
    stored = np.array(Image.open(tmp_path / 'a.jpg'))[..., ::-1]
    photo = load(tmp_path / 'a.jpg')
    assert photo['ori_shape'] == (10, 6)
    assert np.array_equal(photo['img'], np.rot90(stored, -1))
    for key in ('seg_map_path', 'object_map_path'):
        labelled = load(tmp_path / 'a.jpg', **{key: 'a.png'})
        assert labelled['ori_shape'] == (6, 10)
        assert np.array_equal(labelled['img'], stored)


def broken(kind):
    buffer = io.BytesIO()
    Image.fromarray(noise(40, 40, 3)).save(buffer, 'jpeg' if kind == 'jpeg' else 'png')
    content = buffer.getvalue()
    return {'empty': b'', 'text': b'<html>404</html>'}.get(kind, content[:len(content) // 2])


@pytest.mark.parametrize('kind', ['jpeg', 'png', 'empty', 'text'])
def test_unreadable_image(tmp_path, kind):
    (tmp_path / 'bad.jpg').write_bytes(broken(kind))
    with pytest.raises(ValueError, match=r'image .*/bad\.jpg cannot be read .*replace or remove'):
        load(tmp_path / 'bad.jpg')


def test_missing_image(tmp_path):
    with pytest.raises(FileNotFoundError, match='none.jpg'):
        load(tmp_path / 'none.jpg')


def test_sample_without_label_maps_passes():
    results = LoadPartAnnotations()({'ori_shape': (2, 3)})
    assert results == {'ori_shape': (2, 3), 'seg_fields': []}


def test_annotations_of_a_dataset(pascal_archive):
    dataset = PascalPart116Dataset(data_root=str(pascal_archive.root))
    results = LoadPartAnnotations()(LoadPartImage()(dataset.get_data_info(1)))
    assert results['seg_fields'] == ['gt_seg_map', 'gt_object_map']
    assert results['gt_seg_map'].dtype == results['gt_object_map'].dtype == np.uint8
    assert results['gt_seg_map'].shape == results['gt_object_map'].shape == (12, 16)


def test_labelled_pixels_belong_to_the_object_of_their_part(empty_archive):
    """Masks of parts and of objects differ along borders; the part decides."""
    parts, objects = np.full((2, 2, 4), 255, np.uint8)
    parts[0, :3] = empty_archive.part_id["cat's head"]
    objects[:, 1:] = [empty_archive.object_id[name] for name in ('cat', 'dog', 'boat')]
    empty_archive.save('train', 'a', parts, objects)
    dataset = PascalPart116Dataset(data_root=str(empty_archive.root))
    results = LoadPartAnnotations()(LoadPartImage()(dataset.get_data_info(0)))
    cat, dog, count = (*map(dataset.taxonomy.objects.index, ('cat', 'dog')), 16)
    assert results['gt_object_map'].tolist() == [[cat, cat, cat, count], [255, cat, dog, count]]


def test_object_map_alone(pascal_archive):
    """A known object without part labels is what Oracle-Obj prediction needs."""
    prefix = {'img_path': 'images/val', 'object_map_path': 'annotations_detectron2_obj/val'}
    dataset = PascalPart116Dataset(data_root=str(pascal_archive.root), data_prefix=prefix)
    results = LoadPartAnnotations()(LoadPartImage()(dataset.get_data_info(0)))
    assert results['seg_fields'] == ['gt_object_map']
    assert results['gt_object_map'].ravel()[[0, 30, 40]].tolist() == [2, 13, 255]  # bird, sheep


@pytest.mark.parametrize('kind', ['part', 'obj'])
@pytest.mark.parametrize('size', [(16, 12), (11, 16), (24, 32)])
def test_map_of_another_size(pascal_archive, kind, size):
    Image.new('L', size[::-1]).save(pascal_archive.path(kind, 'train', 'cat'))
    dataset = PascalPart116Dataset(data_root=str(pascal_archive.root))
    pipeline = Compose([{'type': 'LoadPartImage'}, {'type': 'Resize', 'scale': (8, 8)},
                        {'type': 'LoadPartAnnotations'}])
    with pytest.raises(ValueError, match=rf'_{kind}/train/cat\.png is {size[1]}x{size[0]} pixels.*'
                                         r'images/train/cat\.jpg is 16x12'):
        pipeline(dataset.get_data_info(2))


def test_bad_object_id(pascal_archive):
    objects = Image.fromarray(np.full((12, 16), 20, np.uint8))
    objects.save(pascal_archive.path('obj', 'train', 'cat'))
    dataset = PascalPart116Dataset(data_root=str(pascal_archive.root))
    with pytest.raises(ValueError, match=r'_obj/train/cat\.png holds id 20 .*the 20 classes'):
        LoadPartAnnotations()(LoadPartImage()(dataset.get_data_info(2)))
