"""The labels that an image is scored on: its own, or those of a released evaluator."""
from typing import Any

import torch

from ..released_labels import released_evaluator, released_part_map
from ..taxonomy import PartTaxonomy
from .counting import check_same_size, label_map_of


def ground_truth(source: str, sample: dict[str, Any], target: torch.Tensor, released: bool | str,
                 taxonomy: PartTaxonomy, ignore_index: int) -> torch.Tensor:
    """The part map that predictions are compared with.

    Args:
        source (str): names the image in errors.
        sample (dict): with ``gt_object_seg``, if it has an object map, and with what loader and model
            say of the ground truth that they worked for.
        target (Tensor): (H, W) int64, its part map.
        released (bool | str): ``released_ground_truth`` of ``OpenVocabPartIoU``.
        taxonomy (PartTaxonomy): the classes.
        ignore_index (int): of ``target``.

    Returns:
        Tensor: (H, W) int64.

    Raises:
        ValueError: loader or model worked for another ground truth; names the image.
    """
    evaluator = released_evaluator(released)
    stored_objects = evaluator is not None and evaluator.stored_objects
    decided_for = sample.get('oracle_released_ground_truth', released)
    loaded_for = sample.get('stored_objects', stored_objects)
    if decided_for != released or (evaluator is not None and loaded_for != stored_objects):
        raise ValueError(
            f'{source}: its objects were loaded or its Oracle-Obj was decided for another ground truth '
            f'than that of OpenVocabPartIoU(released_ground_truth={released!r}); put '
            'ReleasedGroundTruthHook into custom_hooks, which makes loader and model follow')
    if evaluator is None:
        return target
    if 'gt_object_seg' in sample:
        objects = label_map_of(source, sample, 'gt_object_seg').to(target.device)
        check_same_size(f'{source}: gt_object_seg', objects, target)
    else:  # objects follow from the parts
        objects = torch.where(target == ignore_index, ignore_index, 0)
    return released_part_map(target, objects, len(taxonomy.objects), ignore_index, evaluator)
