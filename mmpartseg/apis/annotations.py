"""Predictions in the formats of annotation tools, for a person to correct."""
import base64
import io
from pathlib import Path

from PIL import Image

from .outlines import centre_polygons, edge_polygons
from .results import SHAPES, rle_of

LABELME_VERSION = '5.5.0'  # whose files these are like
LEAST_POINTS = 3  # of a polygon in labelme


def coco_document(predictions, shapes='polygons'):
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
    names = {prediction.names for prediction in predictions}
    if len(names) > 1:
        raise ValueError(f'a COCO file has one list of classes, and the predictions have {len(names)}')
    names = next(iter(names), ())
    categories = [{'id': i, 'name': name, 'supercategory': name.partition("'s ")[0]}
                  for i, name in enumerate(names, 1)]
    images, annotations = [], []
    for number, prediction in enumerate(predictions, 1):
        label_map = prediction.label_map
        images.append({'id': number, 'file_name': Path(prediction.file_name()).name,
                       'height': label_map.shape[0], 'width': label_map.shape[1]})
        for name, mask in prediction.masks.items():
            annotations.append({
                'id': len(annotations) + 1, 'image_id': number, 'category_id': names.index(name) + 1,
                'iscrowd': 0, 'area': int(mask.sum()), 'bbox': prediction.boxes[name],
                'score': round(prediction.scores[name], 6),
                'segmentation': edge_polygons(mask) if shapes == 'polygons' else rle_of(mask)})
    return {'images': images, 'categories': categories, 'annotations': annotations}


def labelme_document(prediction, with_image=False):
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
        buffer = io.BytesIO()
        Image.fromarray(prediction.pixels()[..., ::-1]).save(buffer, 'PNG')
        data = base64.b64encode(buffer.getvalue()).decode()
    return {'version': LABELME_VERSION, 'flags': {}, 'shapes': shapes,
            'imagePath': Path(prediction.file_name()).name, 'imageData': data,
            'imageHeight': height, 'imageWidth': width}


def _shape(name, points, group):
    points = points + points[-1:] * (LEAST_POINTS - len(points))  # a single pixel, or a line of them
    return {'label': name, 'points': points, 'group_id': group, 'shape_type': 'polygon', 'flags': {},
            'description': ''}
