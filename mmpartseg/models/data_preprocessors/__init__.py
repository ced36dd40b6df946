"""From a batch of samples to tensors of one size: pictures and both label maps alike."""
from .part_seg_data_preprocessor import PartSegDataPreProcessor

__all__ = ['PartSegDataPreProcessor']
