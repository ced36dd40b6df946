"""Image and label maps from files."""
from typing import Any

import numpy as np
from mmcv.transforms import BaseTransform, LoadImageFromFile
from mmengine import fileio
from mmseg.registry import TRANSFORMS

from mmpartseg.datasets.label_files import read_stored
from mmpartseg.datasets.output_names import output_name
from mmpartseg.orientation import UPRIGHT, orientation_of, turned_like_image
from mmpartseg.pictures import decode_picture, opened
from mmpartseg.printable import printable
from mmpartseg.regular_files import file_content
from mmpartseg.structures import IGNORE_SETTINGS


@TRANSFORMS.register_module()
class LoadPartImage(LoadImageFromFile):
    """Load an image as 3-channel uint8 in BGR order, from any mode and bit depth.

    It is read as everywhere in this package (:func:`~mmpartseg.pictures.decode_picture`): turned
    upright by its EXIF orientation, which ``LoadPartAnnotations`` follows, and transparent pixels white.

    Args:
        backend_args (dict, optional): mmengine's file backend.

    Raises:
        FileNotFoundError: no such file.
        ValueError: names the file that cannot be decoded, or has too many pixels.
    """

    def __init__(self, backend_args: dict[str, Any] | None = None) -> None:
        super().__init__(backend_args=backend_args)

    def transform(self, results: dict[str, Any]) -> dict[str, Any]:
        """Needs ``img_path``; adds ``img`` (H, W, 3), ``img_shape`` and ``ori_shape`` (H, W), and the
        EXIF ``orientation``."""
        path = results['img_path']
        try:
            image, orientation = decode_picture(file_content(path, self.backend_args))
        except FileNotFoundError:
            raise
        except Exception as error:  # decoders raise whatever a broken byte makes of their state
            raise ValueError(f'image {printable(path)} cannot be read ({type(error).__name__}: {error}); '
                             'replace or remove it') from error
        results.update(img=image, img_shape=image.shape[:2], ori_shape=image.shape[:2],
                       orientation=orientation)
        return results


@TRANSFORMS.register_module()
class LoadPartAnnotations(BaseTransform):
    """Load the part and object maps of a ``PartSegDataset`` in the ids of that dataset.

    The object of a pixel with a part label is that of its part, whatever the object map shows there
    (masks of parts and objects differ along borders); without an object map these are all there are.
    A sample without label maps passes unchanged, so that a test pipeline also serves plain photos.

    Args:
        backend_args (dict, optional): mmengine's file backend.
        stored_objects (bool): the object of every pixel is that of the object map as it is stored, as
            in the released training and evaluation.

    Raises:
        FileNotFoundError: no such file.
        ValueError: names the label map that cannot be read, has more than one channel, another size
            than the image, an id outside the class list, or an EXIF orientation that need not be that
            of its image.
    """

    def __init__(self, backend_args: dict[str, Any] | None = None, stored_objects: bool = False) -> None:
        self.backend_args = backend_args
        self.stored_objects = stored_objects

    def transform(self, results: dict[str, Any]) -> dict[str, Any]:
        """Needs ``ori_shape``; adds ``gt_seg_map`` and ``gt_object_map``, both (H, W), and their
        names to ``seg_fields``: what mmseg's transforms resize, flip and crop."""
        part_path, object_path = results.get('seg_map_path'), results.get('object_map_path')
        maps = {}
        if part_path is not None:
            tables = results['label_tables']
            stored = read_map_of_image(part_path, results, self.backend_args)
            maps['gt_seg_map'] = tables.parts(stored, part_path)
            maps['gt_object_map'] = tables.object_of[maps['gt_seg_map']]
        if object_path is not None:
            objects = results['label_tables'].objects
            stored = read_map_of_image(object_path, results, self.backend_args)
            known = objects(stored, object_path)
            results['stored_objects'] = self.stored_objects
            if maps and not self.stored_objects:
                unlabelled = maps['gt_seg_map'] == tables.ignore_index
                known = np.where(unlabelled, known, maps['gt_object_map'])
            maps['gt_object_map'] = known
        results.update(maps)
        results['seg_fields'] = [*results.get('seg_fields', ()), *maps]
        return results


@TRANSFORMS.register_module()
class LabelBackground(BaseTransform):
    """Label pixels of no object as background, class K, for a head with K + 1 channels.

    For training with heads of mmseg, after ``LoadPartAnnotations``; the heads of this package do the
    same by themselves. Object pixels without a part label stay ignored.

    Raises:
        ValueError: K is the data set's ignore index.
    """

    def transform(self, results: dict[str, Any]) -> dict[str, Any]:
        """Needs ``gt_seg_map``, ``gt_object_map`` and ``label_tables``; changes ``gt_seg_map``."""
        tables, parts = results['label_tables'], results['gt_seg_map']
        background, num_objects = tables.num_classes, tables.num_objects
        if background == tables.ignore_index:
            raise ValueError(f'background would be class {background}, which is also ignore_index; set '
                             f'ignore_index=65535 in the data set ({IGNORE_SETTINGS})')
        nothing = (parts == tables.ignore_index) & (results['gt_object_map'] >= num_objects)
        results['gt_seg_map'] = np.where(nothing, parts.dtype.type(background), parts)
        return results


@TRANSFORMS.register_module()
class LoadObjectPrediction(BaseTransform):
    """Load a predicted object map, the known object of the Pred-Obj setting of OV-PARTS.

    The folder holds a PNG for each image, under the image's path below the image folder of its data set
    (``a/1.png`` for ``a/1.jpg``), in the form of the archives' object maps: ids in the order of the data
    set's ``object_classes``, the highest value for no object; upright, as the image is seen.
    ``tools/analysis/predict_objects.py`` writes it with any MMSegmentation model.

    Args:
        folder (str): where the maps are.
        backend_args (dict, optional): mmengine's file backend.

    Raises:
        FileNotFoundError: an image has no map.
        ValueError: names the map that cannot be read, has another size than the image, or an id
            outside the object classes.
    """

    def __init__(self, folder: str, backend_args: dict[str, Any] | None = None) -> None:
        self.folder = folder
        self.backend_args = backend_args

    def transform(self, results: dict[str, Any]) -> dict[str, Any]:
        """Needs what the data set gives, and ``ori_shape``; adds ``pred_object_map``."""
        path = fileio.join_path(self.folder, f'{output_name(results)}.png',
                                backend_args=self.backend_args)
        if not fileio.isfile(path, backend_args=self.backend_args):
            raise FileNotFoundError(f"image {results['img_path']} has no predicted object map "
                                    f'{printable(path)}; tools/analysis/predict_objects.py writes the folder')
        stored = read_map_of_image(path, dict(results, orientation=UPRIGHT), self.backend_args)
        results['pred_object_map'] = results['label_tables'].objects(stored, path)
        results['seg_fields'] = [*results.get('seg_fields', ()), 'pred_object_map']
        return results


def read_map_of_image(path: str, results: dict[str, Any],
                      backend_args: dict[str, Any] | None = None) -> np.ndarray:
    """The stored ids of a label map, turned as its image is.

    Args:
        path (str): the label map.
        results (dict): of the pipeline: ``ori_shape`` and ``orientation``, which another transform than
            ``LoadPartImage`` does not give and ``img_path`` is then asked for.
        backend_args (dict, optional): mmengine's file backend.

    Raises:
        ValueError: it need not show the same way up as the image, or has another size.
    """
    image = results.get('img_path')
    if 'orientation' not in results:
        results['orientation'] = UPRIGHT if image is None else _orientation(image, backend_args)
    stored = read_stored(path, backend_args)
    size = tuple(results['ori_shape'][:2])
    ids = turned_like_image(stored.ids, stored.orientation, results['orientation'], size,
                            f'label map {path} and its image {image}')
    if ids.shape != size:
        raise ValueError(f'label map {printable(path)} is {ids.shape[1]}x{ids.shape[0]} pixels (width x '
                         f'height), its image {image} is {size[1]}x{size[0]}; a label map has the size '
                         'of its image')
    return ids


def _orientation(path, backend_args):
    with opened(file_content(path, backend_args)) as image:
        return orientation_of(image)
