"""The cost family, CATSeg and PartCATSeg: cosines of CLIP's tokens and prompts, aggregated and decoded."""
import torch
import torch.nn.functional as F
from torch import nn

from ...printable import counted
from ...taxonomy import SEPARATOR
from ..layers.cost import CostDecoder, CostEmbedding, CostStack, Guidance
from .cost_options import check_cost_options
from .open_vocab_head import OpenVocabHead

SYNONYM = ', '


def synonyms_of(name):
    """What a name stands for; of a class, each synonym of the object with each of the part.

    >>> synonyms_of('couch, sofa'), synonyms_of("couch, sofa's leg")
    (['couch', 'sofa'], ["couch's leg", "sofa's leg"])
    """
    owner, separator, part = name.partition(SEPARATOR)
    return [f'{each}{separator}{own}' for each in owner.split(SYNONYM) for own in part.split(SYNONYM)]


class BaseCostHead(OpenVocabHead):
    """What the heads on cost volumes share.

    Their inputs are features for guidance and, last, CLIP's dense features (N, D, h, w), as
    :class:`GuidedCLIP`, and :class:`OpenCLIPViT` and :class:`OpenCLIPImageTower` with ``dense``, give them.

    Args:
        train_taxonomy, test_taxonomy, ignore_index: see :class:`OpenVocabHead`.
        text_encoder (dict): config of an :class:`OpenCLIPTextEncoder` that keeps its templates apart
            (``averaged=False``); their number is p.
        in_channels (Sequence[int]): channels of the guidance, see :class:`Guidance`.
        in_index (Sequence[int], optional): which of the inputs they are; all but the last by default.
        upsampled_channels (Sequence[int], optional): CLIP itself guides, see :class:`Guidance`.
        channels (int): C, width of the aggregation.
        num_layers, num_heads, window (int): of the aggregation.
        appearance_channels, text_channels (int): widths of the guidance of spatial and class aggregation.
        decoder_channels, decoder_guidance_channels (tuple[int, int]): of the two upsampling blocks.
        class_attention (str): ``'linear'`` or ``'query'``.
        pooling (int): of the class aggregation.
        padded_classes (int): see :class:`ClassAggregation`.
        background (bool): whether the background is a class, with a random vector that is not trained.
        synonyms (str): of a name such as ``"couch, sofa"`` take the ``'mean'`` or the ``'first'``.
        released_substring_match (bool): in Oracle-Obj, the classes whose name contains that of the known
            object compete, as in the released code. Only to reproduce its scores.

    Raises:
        ValueError: an unknown vocabulary, a malformed class name; a text encoder that averages templates;
            sizes of which no head can be built, see :func:`check_cost_options`.
    """
    upsamples_probabilities = True

    def __init__(self, train_taxonomy, test_taxonomy, text_encoder, in_channels,
                 in_index=None, upsampled_channels=None, channels=128, num_layers=2, num_heads=4, window=12,
                 appearance_channels=128, text_channels=128, decoder_channels=(64, 32),
                 decoder_guidance_channels=(32, 16), class_attention='linear', pooling=2,
                 padded_classes=0, background=True, synonyms='mean', released_substring_match=False,
                 ignore_index=255, init_cfg=None):
        check_cost_options(
            in_channels, in_index, upsampled_channels, channels, num_heads, decoder_channels,
            decoder_guidance_channels, padded_classes, num_layers=num_layers, window=window,
            appearance_channels=appearance_channels, text_channels=text_channels, pooling=pooling)
        super().__init__(train_taxonomy, test_taxonomy, text_encoder, ignore_index, init_cfg)
        if getattr(self.text_encoder, 'averaged', True):
            raise ValueError(f'{type(self).__name__} compares with each template by itself: its text_encoder '
                             'must be an OpenCLIPTextEncoder with averaged=False')
        if synonyms not in ('mean', 'first'):
            raise ValueError(f"synonyms must be 'mean' or 'first', got {synonyms!r}")
        self.synonyms = synonyms
        self.released_substring_match = released_substring_match
        self.in_channels = tuple(in_channels)
        self.in_index = tuple(in_index) if in_index is not None else tuple(range(len(in_channels)))
        self.text_dims = dims = self.text_encoder.embed_dims
        self.embedding = CostEmbedding(len(self.text_encoder.templates), channels)
        self.stack_options = dict(
            num_layers=num_layers, dims=channels, appearance_dims=appearance_channels,
            text_dims=text_channels, num_heads=num_heads, window=window, attention=class_attention,
            pooling=pooling, padded_classes=padded_classes)
        self.stack = CostStack(**self.stack_options)
        self.guidance = Guidance(in_channels, appearance_channels, decoder_guidance_channels, dims,
                                 upsampled_channels)
        self.text_projection = nn.Sequential(nn.Linear(dims, text_channels), nn.ReLU())
        self.decoder = CostDecoder((channels, *decoder_channels), decoder_guidance_channels)
        if background:
            self.background_embedding = F.normalize(torch.randn(1, dims), dim=1)

    def condition(self, names):
        """(n [+ 1], p, D): a unit vector for each prompt, the background's the same for all."""
        return F.normalize(super().condition(names), dim=2)

    def encode(self, names):
        """(n, p, D): the text of names; the mean over synonyms, or the first."""
        groups = [synonyms_of(name)[:None if self.synonyms == 'mean' else 1] for name in names]
        text = F.normalize(self.text_encoder([name for group in groups for name in group]), dim=2)
        if len(text) == len(names):
            return text
        group = torch.repeat_interleave(torch.tensor([len(group) for group in groups])).to(text.device)
        return torch.zeros_like(text[:len(names)]).index_add(0, group, text)

    def guides(self, inputs):
        """:class:`GuidanceMaps` and CLIP's dense features from the backbone's outputs.

        Raises:
            ValueError: the last of them are not in the space of the text; those at ``in_index`` are not
                there, or have other channels than ``in_channels``.
        """
        dense, dims = inputs[-1], self.text_dims  # an exported head has no text encoder
        with_token = not isinstance(dense, torch.Tensor)
        if with_token or dense.shape[1] != dims:
            found = 'a CLS token beside it' if with_token else counted(dense.shape[1], 'channel')
            raise ValueError(
                f'{type(self).__name__} compares text of {dims} dimensions with the last map of the '
                f'backbone, which has {found}: it must be that of the same CLIP, from GuidedCLIP, or from '
                'OpenCLIPViT or OpenCLIPImageTower with dense')
        widths = [x.shape[1] if isinstance(x, torch.Tensor) else 'a map and a CLS token' for x in inputs]
        places = range(-len(inputs), len(inputs))
        if self.in_channels != tuple(widths[i] for i in self.in_index if i in places):
            raise ValueError(
                f'{type(self).__name__} is guided by the maps in_index={self.in_index} of the backbone, with '
                f'in_channels={self.in_channels}; the backbone gives {counted(len(inputs), "map")}, whose '
                f'channels are {tuple(widths)}, the last for the text')
        return self.guidance([inputs[i] for i in self.in_index], dense), dense

    def text_guidance(self, text):
        """(…, T, p, D) -> (…, T, Cg), the mean over prompts, projected."""
        return self.text_projection(F.normalize(text.mean(-2), dim=-1))

    def mask_losses(self, output, part_map, object_map, index):
        """Loss terms by name, from logits upsampled to the label maps."""
        size = tuple(part_map.shape[1:])
        larger = {level: F.interpolate(getattr(output, level), size, mode='bilinear')
                  for level in self.losses if getattr(output, level, None) is not None}
        return super().mask_losses(output._replace(**larger), part_map, object_map, index)
