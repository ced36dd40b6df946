"""Counting, scores, and the metric around them."""
from .boundary import boundary_map, released_boundary_map
from .breakdown import DESTINATIONS, class_breakdown
from .confusion import object_means, part_means, same_object_confusion, same_part_confusion
from .counting import SIZE_BINS, confusion_matrix
from .counts_file import load_counts, save_counts
from .open_vocab_part_iou import OpenVocabPartIoU
from .scores import (
    class_background,
    class_iou,
    class_recall,
    found_only,
    harmonic_mean,
    mean_scores,
    predicted_too,
    size_binned_iou,
)

__all__ = ['DESTINATIONS', 'SIZE_BINS', 'OpenVocabPartIoU', 'boundary_map', 'class_background',
           'class_breakdown', 'class_iou', 'class_recall', 'confusion_matrix', 'found_only',
           'harmonic_mean', 'load_counts', 'mean_scores', 'object_means', 'part_means',
           'predicted_too', 'released_boundary_map', 'same_object_confusion', 'same_part_confusion',
           'save_counts', 'size_binned_iou']
