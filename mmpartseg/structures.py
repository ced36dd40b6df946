"""What can be said of a sample (``SegDataSample``) whatever model it goes through."""
from mmengine.structures import PixelData

# for messages
IGNORE_SETTINGS = ('ignore_index of the data set, of model.decode_head, of val_evaluator and '
                   'test_evaluator, and seg_pad_val of model.data_preprocessor')


def source_of(sample):
    """A sample's name for messages: its file."""
    path = None if sample is None else sample.get('img_path')
    return "a sample without 'img_path'" if path is None else f"'{path}'"


def check_map_sizes(samples, size=None):
    """All ``gt_*`` maps of the samples must have one size: losses go through them pixel by pixel.

    Args:
        samples (Sequence[SegDataSample]): of a batch, in training.
        size (tuple[int, int], optional): (H, W) of the images; else of the first map there is.

    Raises:
        ValueError: a map of another size; names the sample, and what brings maps to one size.
    """
    what = 'the batch has images of'
    for sample in samples:
        for name, value in sample.items():
            if not name.startswith('gt_') or not isinstance(value, PixelData):
                continue
            if size is None:
                size, what = value.shape, f'{name} of {source_of(sample)} is'
            elif tuple(value.shape) != tuple(size):
                raise ValueError(
                    f'{name} of {source_of(sample)} is {value.shape[0]}x{value.shape[1]}, {what} '
                    f"{size[0]}x{size[1]} (height x width). data_preprocessor=dict(type="
                    "'PartSegDataPreProcessor') and PadPartSeg pad every map; in training pipelines "
                    'LoadPartAnnotations comes before whatever resizes, crops or flips')
