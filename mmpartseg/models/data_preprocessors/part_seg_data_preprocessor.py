"""From the samples of a data loader to a batch: normalised, and padded to one size."""
import torch.nn.functional as F
from mmengine.structures import PixelData
from mmseg.models import SegDataPreProcessor
from mmseg.registry import MODELS

from ...structures import check_map_sizes, source_of

PADDED_BY_MMSEG = ('gt_sem_seg', 'gt_edge_map', 'gt_depth_map')


@MODELS.register_module()
class PartSegDataPreProcessor(SegDataPreProcessor):
    """mmseg's ``SegDataPreProcessor`` for every map of a sample.

    mmseg pads the images of a training batch and ``gt_sem_seg``; here ``gt_object_seg`` and all other
    maps are padded alike, at the right and the bottom, with ``seg_pad_val``: there they show no part
    and no object. Arguments are those of ``SegDataPreProcessor``; ``seg_pad_val`` is the data set's
    ``ignore_index``.

    Raises:
        ValueError: in training, a map of another size than its image, or images that ``size`` does not
            bring to one size; in testing, images of several sizes. Names samples and sizes.
    """

    def forward(self, data, training=False):
        """
        Args:
            data (dict): ``inputs``, a list of (3, H, W) images, and ``data_samples``.
            training (bool): pad; else the images have one size.

        Returns:
            dict: ``inputs`` (N, 3, H, W) and ``data_samples``.
        """
        images, samples = data['inputs'], data.get('data_samples')
        self._check_sizes([tuple(image.shape[-2:]) for image in images], samples, training)
        if training:
            for image, sample in zip(images, samples or ()):
                check_map_sizes([sample], tuple(image.shape[-2:]))
        batch = super().forward(data, training)
        if training:
            for sample in batch['data_samples']:
                self._pad_maps(sample)
                sample.set_metainfo({'pad_shape': tuple(batch['inputs'].shape[-2:])})
        return batch

    def _check_sizes(self, sizes, samples, training):
        if training and self.size is not None:
            padded = {tuple(map(max, size, self.size)) for size in sizes}
            remedy = f'size={tuple(self.size)} is less than some of them: crop them, or set size_divisor'
        elif training:
            return
        else:
            padded, remedy = set(sizes), 'set batch_size=1 in this data loader'
        if len(padded) > 1:
            named = [f"{source_of(sample)} {height}x{width}" for sample, (height, width)
                     in zip(samples or [None] * len(sizes), sizes)]
            raise ValueError(f"the images of a batch need one size, got {', '.join(named)} (height x "
                             f'width); {remedy}')

    def _pad_maps(self, sample):
        for name, value in sample.items():
            if (isinstance(value, PixelData) and name not in PADDED_BY_MMSEG
                    and tuple(value.shape) == tuple(sample.img_shape)):
                padded = F.pad(value.data, tuple(sample.padding_size), value=self.seg_pad_val)
                sample.set_data({name: PixelData(data=padded)})
