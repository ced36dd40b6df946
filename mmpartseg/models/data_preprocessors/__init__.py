from .part_seg_data_preprocessor import PartSegDataPreProcessor

__all__ = ['PartSegDataPreProcessor']
