"""What both stages of ZSSeg+ share: prompts, and CLIP's view of an object's regions."""
import torch.nn.functional as F
from mmseg.registry import MODELS

from .open_vocab_head import OpenVocabHead

LOGIT_SCALE = 100  # of the product of a region's feature and a text embedding


class RegionTextHead(OpenVocabHead):
    """Unit text embeddings of classes, and their logits in the regions of an object.

    Args:
        regions (dict): config of a :class:`CLIPRegionClassifier`.

    The other arguments are those of :class:`OpenVocabHead`, with a :class:`CompositePromptEncoder`.
    """

    def __init__(self, *args, regions, **kwargs):
        super().__init__(*args, **kwargs)
        self.regions = MODELS.build(regions)

    @staticmethod
    def prompts(taxonomy):
        """The classes' own names."""
        return taxonomy.object_parts

    def condition(self, names):
        """(n [+ 1], D): unit vectors, that of "no object" last where there is one."""
        return F.normalize(super().condition(names), dim=-1)

    def region_logits(self, images, is_object, regions, num_regions, text):
        """(M, R, n): logits of each region for the texts (n, D), see :class:`CLIPRegionClassifier`."""
        return LOGIT_SCALE * self.regions(images, is_object, regions, num_regions) @ text.T
