"""Mask proposals of ZSSeg+: MaskFormer with text embeddings as classes and the object as a prompt."""
import torch
import torch.nn.functional as F
from mmengine.config import ConfigDict
from mmengine.model import caffe2_xavier_init
from mmseg.models.decode_heads import MaskFormerHead
from mmseg.registry import MODELS
from torch import nn

from ...compat import require_mmdet

LOGIT_SCALE = 100  # of the cosine between a query and a class
NO_OBJECT_WEIGHT = 0.1  # of queries that match no part, in the classification loss


@MODELS.register_module()
class MaskFormerProposals(MaskFormerHead):
    """MaskFormer whose queries are compared with text embeddings, prompted by an object's mask.

    The mask acts on the attention of the queries, and the mean of the mask features over it is added
    to what their classes are told from. Matching and losses are those of mmdet.

    Args:
        embed_dims (int): D, width of the text embeddings.
        class_channels (int): hidden width of the class head.
        released_key_bias (bool): add 1 to the attention logits of keys outside the object, as the
            released implementation does, instead of masking them. Only for weights trained so.

    The other arguments are those of mmdet's ``MaskFormerHead``, ``num_classes`` follows from the text.

    Raises:
        ImportError: mmdet is not installed.
    """

    def __init__(self, feat_channels, embed_dims, class_channels=1024, released_key_bias=False, **kwargs):
        require_mmdet(type(self).__name__)
        loss_cls = ConfigDict(kwargs.pop('loss_cls'), class_weight=[1.0])  # see set_num_classes
        super().__init__(num_classes=1, feat_channels=feat_channels, loss_cls=loss_cls, **kwargs)
        self.cls_embed = nn.Sequential(
            nn.Linear(feat_channels, class_channels), nn.ReLU(), nn.Linear(class_channels, embed_dims))
        self.released_key_bias = released_key_bias

    def init_weights(self):
        """As mmdet, which leaves one lateral and one output convolution at torch's default."""
        super().init_weights()
        for convs in (self.pixel_decoder.lateral_convs, self.pixel_decoder.output_convs):
            caffe2_xavier_init(convs[-1].conv, bias=0)

    def set_num_classes(self, num_classes):
        """The number of classes that ``loss_by_feat`` is about, besides "no object"."""
        self.num_classes = self.out_channels = num_classes
        self.class_weight = self.loss_cls.class_weight = [1.0] * num_classes + [NO_OBJECT_WEIGHT]

    def forward(self, features, object_mask, text, every_layer=True):
        """
        Args:
            features (Sequence[Tensor]): the backbone's maps (N, C, h, w), finest first; their
                strides divide those of the input. N may be 1 for several objects of one image.
            object_mask (Tensor): (M, H, W) bool, one object each; M = N unless N is 1.
            text (Tensor): (K + 1, D) unit vectors, "no object" last.
            every_layer (bool): for training; else the last one's alone, L = 1.

        Returns:
            tuple[Tensor, Tensor]: of every layer, class logits (L, M, Q, K + 1) and mask logits
            (L, M, Q, h, w) at stride 4.
        """
        mask_features, memory = self.pixel_decoder(features, None)
        mask = object_mask[:, None].to(mask_features.dtype)
        decoded = self.decode_queries(memory, mask)[0 if every_layer else -1:]  # L x M x Q x C
        object_feature = self.object_feature(mask_features, mask)[:, None]  # M x 1 x C
        queries = F.normalize(self.cls_embed(decoded + object_feature), dim=-1)
        class_logits = LOGIT_SCALE * queries @ text.T
        mask_features = mask_features.expand(len(mask), -1, -1, -1)
        mask_logits = torch.einsum('lmqc,mchw->lmqhw', self.mask_embed(decoded), mask_features)
        return class_logits, mask_logits

    def decode_queries(self, memory, mask):
        """(L, M, Q, C): the queries after each layer, from the deepest map and (M, 1, H, W) masks."""
        positions = self.decoder_pe(memory.new_zeros(1, *memory.shape[2:], dtype=torch.bool))
        outside = 1 - F.adaptive_max_pool2d(mask, memory.shape[2:]).flatten(1)  # M x hw
        if not self.released_key_bias:
            # an object that is nowhere masks nothing
            outside = (outside > 0) & (outside.amin(1, keepdim=True) == 0)
        memory, positions = (x.flatten(2).transpose(1, 2).expand(len(mask), -1, -1)
                             for x in (self.decoder_input_proj(memory), positions))
        query_positions = self.query_embed.weight.expand(len(mask), -1, -1)
        return self.transformer_decoder(
            query=torch.zeros_like(query_positions), key=memory, value=memory,
            query_pos=query_positions, key_pos=positions, key_padding_mask=outside)

    @staticmethod
    def object_feature(mask_features, mask):
        """(M, C): mask features in the object, averaged over all pixels as released, not over it."""
        # the same as upsampling the features to the mask's size, as H and W are multiples of h and w
        share = F.interpolate(mask, mask_features.shape[2:], mode='area')[:, 0]
        features = mask_features.expand(len(mask), -1, -1, -1)
        return torch.einsum('mhw,mchw->mc', share, features) / (share.shape[1] * share.shape[2])
