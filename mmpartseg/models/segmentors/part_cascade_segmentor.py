"""mmseg's cascades (OCRNet, PointRend) on parts."""
from mmseg.models.segmentors import CascadeEncoderDecoder
from mmseg.registry import MODELS

from .part_segmentor import PartSegmentor


@MODELS.register_module()
class PartCascadeSegmentor(PartSegmentor, CascadeEncoderDecoder):
    """:class:`PartSegmentor` with several decode heads of mmseg, each refining the one before.

    Arguments as of mmseg's ``CascadeEncoderDecoder``, and ``taxonomy`` as of ``PartSegmentor``.
    """

    @property
    def last_head(self):
        return self.decode_head[-1]

    def encode_decode(self, inputs, batch_img_metas):
        """(N, K or K + 1, H, W): class logits of the last head."""
        return CascadeEncoderDecoder.encode_decode(self, inputs, batch_img_metas)
