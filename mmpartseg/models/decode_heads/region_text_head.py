"""What both stages of ZSSeg+ share: prompts, and CLIP's view of an object's regions."""
import torch
import torch.nn.functional as F
from mmseg.registry import MODELS

from .joint import batch_rows
from .open_vocab_head import OpenVocabHead
from .targets import labels_of

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

    def loss(self, inputs, batch_data_samples, train_cfg=None):
        """Loss terms by name, see :class:`OpenVocabHead`.

        Raises:
            ValueError: a sample with several objects; a sample in no training vocabulary.
        """
        rows = batch_rows(batch_data_samples, self.train_taxonomies)
        for index, chosen in zip(self.train_indices, rows):
            _, object_map = labels_of(batch_data_samples, index, self.ignore_index, chosen)
            check_one_object(object_map, index.taxonomy.objects, [batch_data_samples[i] for i in chosen])
        return super().loss(inputs, batch_data_samples, train_cfg)

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


def check_one_object(object_map, objects, data_samples):
    """Refuse samples that show several objects, whose union would be taken for one.

    Args:
        object_map (Tensor): (N, H, W), of :func:`labels_of`.
        objects (Sequence[str]): those of the vocabulary; other values mean none.
        data_samples (list[SegDataSample]): the N samples.

    Raises:
        ValueError: names the first of them by its file, and two of its objects.
    """
    object_map = object_map.flatten(1)
    none = object_map >= len(objects)
    ends = torch.stack([object_map.masked_fill(none, len(objects)).amin(1),
                        object_map.masked_fill(none, -1).amax(1)], 1)
    for sample, (first, last) in zip(data_samples, ends.tolist()):
        if first < last:
            raise ValueError(
                f"sample '{sample.get('img_path', 'without a path')}' shows several objects, such as "
                f'{objects[first]} and {objects[last]}, and ZSSeg+ is trained on one at a time: take a '
                'PerObjectDataset, with KeepObject in its pipeline')
