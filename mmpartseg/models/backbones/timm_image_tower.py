"""Any model of timm as the image encoder, such as DINOv2 or DINOv3."""
from mmseg.registry import MODELS

from ...checkpoints import published_model
from ..timm_models import preprocessing_of, timm_model
from .image_tower import ImageTower, load_tower


@MODELS.register_module()
class TimmImageTower(ImageTower):
    """A model of timm as an image side that is not CLIP's; see :class:`ImageTower`.

    Args:
        arch (str): name in timm, such as ``'vit_base_patch16_dinov3'``, a tag of weights behind a dot.
        pretrained (bool | str): timm's weights, from the hub or the file named, fetched when training
            starts.
        out_indices (Sequence[int], optional): blocks or stages whose output is returned, counted from 0;
            by default three, see :func:`default_indices`.
        frozen (bool): no gradients, and eval mode also after ``model.train()``.
        with_cls_token (bool): return ``[map, CLS]`` pairs where the model has a CLS token.
        options (dict, optional): arguments of timm's model that differ, such as ``depth``.

    Raises:
        ValueError: no such model, a model without features, an index without a block.
    """

    def __init__(self, arch, pretrained=False, out_indices=None, frozen=True, with_cls_token=False,
                 options=None, init_cfg=None):
        super().__init__(init_cfg)
        self.arch, self.pretrained, self.options = arch, pretrained, dict(options or {})
        self.model = timm_model(arch, **self.options)
        if pretrained:
            self.pixel_statistics, self.interpolation = preprocessing_of(self.model)
        self.choose(self.model, out_indices, frozen, with_cls_token, arch)

    def init_weights(self):
        """Load timm's weights where they are asked for; a checkpoint may replace them."""
        super().init_weights()
        if self.pretrained:
            file = self.pretrained if isinstance(self.pretrained, str) else None
            source = published_model(self.arch, file, **dict(self.options, num_classes=0))
            load_tower(self.model, source.state_dict(), f"timm's weights of {self.arch}")
