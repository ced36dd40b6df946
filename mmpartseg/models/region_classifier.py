"""The second stage of ZSSeg+: CLIP names the regions of an object."""
import torch
import torch.nn.functional as F
from mmengine.model import BaseModule
from mmseg.registry import MODELS
from open_clip import OPENAI_DATASET_MEAN, OPENAI_DATASET_STD
from torch import nn

from .architectures import agreed_config, clip_config, is_plain_vit, tag_config
from .backbones import OpenCLIPImageTower, OpenCLIPViT
from .layers.regions import cell_presence, grown_box, region_means


@MODELS.register_module()
class CLIPRegionClassifier(BaseModule):
    """Features of an object's regions in CLIP's embedding space.

    1. The object's box, grown, is cut out of the picture and resized; nothing in it is masked out.
    2. CLIP gives a unit vector for each patch of the crop, or place of its last map.
    3. A region's feature is the mean over its patches, mixed with that over the object.

    Args:
        arch (str | dict): open_clip model name or configuration, of a plain ViT or of any other tower
            that :class:`OpenCLIPImageTower` takes with ``dense``.
        pretrained (str, optional): see :class:`OpenCLIPViT`. CLIP is frozen.
        size (int): side of the resized crop in pixels; taken up to the next multiple of the patch.
        grow (float): of the box's width and height.
        mean, std (Sequence[float], optional): with which CLIP takes RGB values of 0…1; by default those of
            the tag, or of all tags of the architecture, else OpenAI's.
        train_fuse_weight (bool): learn the mixing weight (stage 1), or keep it (stage 2).

    Attributes:
        fuse_weight (Tensor): w, a scalar: w · region + (1 − w) · object.

    Raises:
        ValueError: as of the towers.
    """

    def __init__(self, arch='ViT-B-16-quickgelu', pretrained=None, size=384, grow=1.2,
                 mean=None, std=None, train_fuse_weight=False, init_cfg=None):
        super().__init__()
        plain = is_plain_vit(clip_config(arch))
        kind, dense = (OpenCLIPViT, 'token') if plain else (OpenCLIPImageTower, True)
        self.backbone = kind(arch, pretrained, out_indices=(), dense=dense, init_cfg=init_cfg)
        self.size, self.grow = -(-size // self.patch_size) * self.patch_size, grow
        self.fuse_weight = nn.Parameter(torch.zeros(()), requires_grad=train_fuse_weight)
        tag = tag_config(arch, pretrained) or agreed_config(arch)
        for name, values, default in (('mean', mean, OPENAI_DATASET_MEAN), ('std', std, OPENAI_DATASET_STD)):
            values = tag.get(name, default) if values is None else values
            self.register_buffer(name, torch.tensor(values)[:, None, None], persistent=False)

    @property
    def patch_size(self):
        return self.backbone.patch_size[0]

    def tokens(self, crops):
        """(M, 3, size, size), of :meth:`crop` -> (M, hw, D): a unit vector for each patch."""
        dense, = self.backbone(crops)
        return F.normalize(dense.flatten(2).mT, dim=-1)

    def forward(self, images, is_object, regions, num_regions):
        """
        Args:
            images (Sequence[Tensor]): M pictures (3, H, W), RGB, 0 to 255.
            is_object (Sequence[Tensor]): (H, W) bool, one object each, of at least one pixel.
            regions (Sequence[Tensor]): (H, W) int64, region of each pixel in 0…R-1, R for none. What
                lies outside the object is in no region.
            num_regions (int): R.

        Returns:
            Tensor: (M, R, D) features; a region without a pixel has (1 − w) times the object's.
        """
        # what is no region of the object is R in it and R + 1 outside
        labels = [torch.where(*pair, num_regions + 1) for pair in zip(is_object, regions)]
        crops = [self.crop(*each) for each in zip(images, is_object, labels)]
        images, labels = (torch.cat(each) for each in zip(*crops))
        tokens = self.tokens(images)
        presence = cell_presence(labels, self.patch_size, num_regions + 1)  # M x (R+1) x hw
        parts = region_means(tokens, presence[:, :-1])
        whole = region_means(tokens, presence.any(1, keepdim=True))
        return torch.lerp(whole.expand_as(parts), parts, self.fuse_weight)

    def crop(self, image, is_object, labels):
        """(1, 3, size, size) and (1, size, size): the object's part of a picture and of its labels."""
        height, width = is_object.shape
        left, top, right, bottom = grown_box(is_object, self.grow)
        box = (..., slice(max(top, 0), min(bottom, height)), slice(max(left, 0), min(right, width)))
        image = (image[box] / 255 - self.mean) / self.std
        size = (self.size, self.size)
        image = F.interpolate(image[None], size, mode='bilinear')
        labels = F.interpolate(labels[box][None, None].float(), size, mode='nearest')
        return image, labels[0].long()
