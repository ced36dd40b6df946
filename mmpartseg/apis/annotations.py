"""Predictions in the formats of annotation tools, for a person to correct."""
import base64
import io
import json
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from PIL import Image

from ..atomic import write_atomic
from ..taxonomy import object_and_part
from .outlines import centre_polygons, edge_polygons
from .results import SHAPES, rle_of

if TYPE_CHECKING:  # it imports this module
    from .prediction import PartPrediction

LABELME_VERSION = '5.5.0'  # whose files these are like
LEAST_POINTS = 3  # of a polygon in labelme


def coco_document(predictions: 'Sequence[PartPrediction]', shapes: str = 'polygons') -> dict[str, Any]:
    """COCO's instance format, as CVAT and Label Studio read it: an annotation for each part found.

    Args:
        predictions (Sequence[PartPrediction]): in one vocabulary.
        shapes (str): ``'polygons'`` along the edges of pixels, several for one part where it is in pieces
            or has holes (it is cut there); or ``'rle'``, uncompressed.

    Returns:
        dict: ``images``, ``categories`` (id i + 1 for class i, ``supercategory`` its object) and
        ``annotations``, with the ``score``.

    Raises:
        ValueError: predictions in several vocabularies; unknown ``shapes``.
    """
    if shapes not in SHAPES:
        raise ValueError(f'shapes must be one of {SHAPES}, got {shapes!r}')
    lists = {prediction.names for prediction in predictions}
    if len(lists) > 1:
        raise ValueError(f'a COCO file has one list of classes, and the predictions have {len(lists)}')
    names = next(iter(lists), ())
    categories = [{'id': i, 'name': name, 'supercategory': object_and_part(name)[0] or ''}
                  for i, name in enumerate(names, 1)]
    document = {'images': [], 'categories': categories, 'annotations': []}
    for prediction in predictions:
        add_to_coco(document, prediction, Path(prediction.file_name()).name, shapes)
    return document


def add_to_coco(document: dict[str, Any], prediction: 'PartPrediction', file_name: str,
                shapes: str = 'polygons') -> None:
    """Put a picture and its parts into a document of :func:`coco_document`."""
    images, annotations = document['images'], document['annotations']
    height, width = prediction.label_map.shape
    images.append({'id': len(images) + 1, 'file_name': file_name, 'height': height, 'width': width})
    boxes, scores = prediction.boxes, prediction.scores
    for name, mask in prediction.masks.items():
        annotations.append({
            'id': len(annotations) + 1, 'image_id': len(images), 'iscrowd': 0,
            'category_id': prediction.names.index(name) + 1, 'area': int(mask.sum()), 'bbox': boxes[name],
            'score': round(scores[name], 6),
            'segmentation': edge_polygons(mask) if shapes == 'polygons' else rle_of(mask)})


def labelme_document(prediction: 'PartPrediction', with_image: bool = False) -> dict[str, Any]:
    """labelme's JSON: polygons through pixel centres; the pieces of one part are a group.

    Args:
        prediction (PartPrediction): of one picture.
        with_image (bool): put the picture into the file, as labelme itself does on request.

    Returns:
        dict: save it beside the picture, as ``<name>.json``.
    """
    height, width = prediction.label_map.shape
    shapes = [_shape(name, points, group) for group, (name, mask) in enumerate(prediction.masks.items(), 1)
              for points in centre_polygons(mask)]
    data = None
    if with_image:
        data = base64.b64encode(_png(prediction)).decode()
    return {'version': LABELME_VERSION, 'flags': {}, 'shapes': shapes,
            'imagePath': Path(prediction.file_name()).name, 'imageData': data,
            'imageHeight': height, 'imageWidth': width}


def _png(prediction):
    buffer = io.BytesIO()
    Image.fromarray(prediction.pixels()[..., ::-1]).save(buffer, 'PNG')
    return buffer.getvalue()


def _shape(name, points, group):
    points = points + points[-1:] * (LEAST_POINTS - len(points))  # a single pixel, or a line of them
    return {'label': name, 'points': points, 'group_id': group, 'shape_type': 'polygon', 'flags': {},
            'description': ''}


class AnnotationFiles:
    """Writes predictions for annotation tools into a folder, with the pictures that they belong to.

    ``'labelme'``: ``labelme/<name>.json`` beside the picture itself, ready for ``labelme FOLDER/labelme``.
    ``'coco'``: ``coco.json`` of all pictures, which are in ``coco``. Pictures keep the names of their files,
    numbered where two are called the same.

    Args:
        folder (str | Path): exists.
        kind (str): one of ``KINDS``.
    """
    KINDS = ('labelme', 'coco')

    def __init__(self, folder: str | Path, kind: str) -> None:
        self.folder, self.kind = Path(folder), kind
        self.document: dict[str, Any] | None = None
        (self.folder / kind).mkdir(exist_ok=True)

    def add(self, prediction: 'PartPrediction', name: str, file: str | None = None) -> None:
        """A picture's parts; ``file`` is where it was read from, None for a frame."""
        picture = self.folder / self.kind / f'{name}{".png" if file is None else Path(file).suffix}'
        write_atomic(picture, _png(prediction) if file is None else Path(file).read_bytes())
        if self.kind == 'coco':
            if self.document is None:
                self.document = {**coco_document([prediction]), 'images': [], 'annotations': []}
            add_to_coco(self.document, prediction, picture.name)
            return
        document = {**labelme_document(prediction), 'imagePath': picture.name}
        write_atomic(picture.with_name(f'{name}.json'), json.dumps(document, indent=1).encode())

    def close(self) -> None:
        """Write what is of all pictures."""
        if self.document is not None:
            write_atomic(self.folder / 'coco.json', json.dumps(self.document).encode())
