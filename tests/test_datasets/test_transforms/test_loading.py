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


def test_16_bit_gray_keeps_the_upper_byte(tmp_path):
    gray = noise(6, 5, dtype=np.uint16)
    Image.fromarray(gray).save(tmp_path / 'a.png')
    expected = np.repeat((gray // 256)[..., None], 3, -1)
    assert np.array_equal(load(tmp_path / 'a.png')['img'], expected)


def test_gray_with_alpha_has_three_channels(tmp_path):
    Image.fromarray(noise(6, 5, 2), 'LA').save(tmp_path / 'a.png')
    assert load(tmp_path / 'a.png')['img'].shape == (6, 5, 3)


def save_tagged(path, array, orientation):
    image = Image.fromarray(array)
    exif = image.getexif()
    if orientation is not None:
        exif[ORIENTATION] = orientation
    image.save(path, exif=exif)


def test_exif_turns_every_image(tmp_path):
    save_tagged(tmp_path / 'a.png', noise(6, 10, 3), 6)
    stored = np.array(Image.open(tmp_path / 'a.png'))[..., ::-1]
    for maps in ({}, {'seg_map_path': 'a.png'}, {'object_map_path': 'a.png'}):
        results = load(tmp_path / 'a.png', **maps)
        assert results['ori_shape'] == (10, 6) and results['orientation'] == 6
        assert np.array_equal(results['img'], np.rot90(stored, -1))


@pytest.mark.parametrize('loader', ['LoadPartImage', 'LoadImageFromFile'])
@pytest.mark.parametrize('image, labels, frame', [
    (3, 3, 'stored'), (6, 6, 'stored'), (5, 5, 'stored'),  # both are tagged alike
    (6, None, 'stored'), (6, None, 'upright'), (8, None, 'upright'), (None, 6, 'stored')])
def test_labels_are_turned_like_their_image(pascal_archive, image, labels, frame, loader):
    """The same pixels are the cat's head in the picture and in the map, whoever reads the image."""
    archive = pascal_archive
    picture = np.array(Image.open(archive.path('images', 'train', 'cat')))
    parts = np.array(Image.open(archive.path('part', 'train', 'cat')))
    picture[parts == archive.part_id["cat's head"]] = 0
    picture[parts != archive.part_id["cat's head"]] = 255
    if frame == 'upright':  # drawn over the picture as it is looked at
        parts = np.rot90(parts, {6: -1, 8: 1}[image])
    elif image is None:  # a tagged map beside an upright picture
        picture = np.rot90(picture, -1)
    save_tagged(archive.path('images', 'train', 'cat'), picture, image)
    for kind in ('part', 'obj'):
        save_tagged(archive.path(kind, 'train', 'cat'), np.ascontiguousarray(parts), labels)
    prefix = {'img_path': 'images/train', 'seg_map_path': 'annotations_detectron2_part/train'}
    dataset = PascalPart116Dataset(data_root=str(archive.root), data_prefix=prefix)
    results = Compose([{'type': loader}, {'type': 'LoadPartAnnotations'}])(dataset.get_data_info(2))
    head = results['gt_seg_map'] == dataset.taxonomy.object_parts.index("cat's head")
    assert head.sum() == 60
    dark = results['img'].mean(-1) < 128
    assert (dark == head).mean() > 0.9 and head.shape == results['ori_shape']


@pytest.mark.parametrize('image, labels', [(3, None), (None, 3), (2, None), (4, 3), (6, 8), (None, 4)])
@pytest.mark.parametrize('kind', ['part', 'obj'])
def test_orientations_that_need_not_agree(pascal_archive, image, labels, kind):
    archive = pascal_archive
    for which, value in (('images', image), (kind, labels)):
        path = archive.path(which, 'train', 'cat')
        save_tagged(path, np.array(Image.open(path)), value)
    key = {'part': 'seg_map_path', 'obj': 'object_map_path'}[kind]
    prefix = {'img_path': 'images/train', key: f'annotations_detectron2_{kind}/train'}
    dataset = PascalPart116Dataset(data_root=str(archive.root), data_prefix=prefix)
    pipeline = Compose([{'type': 'LoadPartImage'}, {'type': 'LoadPartAnnotations'}])
    with pytest.raises(ValueError, match=rf'label map .*_{kind}/train/cat\.png and its image .*cat\.jpg have '
                                         f'the EXIF orientations {labels or 1} and {image or 1}'):
        pipeline(dataset.get_data_info(2))


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
    with pytest.raises(ValueError, match=r'_obj/train/cat\.png holds id 20, .*the 20 classes'):
        LoadPartAnnotations()(LoadPartImage()(dataset.get_data_info(2)))
