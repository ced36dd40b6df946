"""Any image tower of open_clip as an mmseg backbone."""
from mmseg.registry import MODELS
from open_clip.model import _build_vision_tower

from ..clip import clip_config, pretrained_state, quick_gelu
from ..preprocessing import interpolation, pixel_statistics
from ..timm_models import timm_model
from .image_tower import ImageTower, load_tower


@MODELS.register_module()
class OpenCLIPImageTower(ImageTower):
    """Any image tower of open_clip: its ViTs, its ResNets and those that it takes from timm (Eq. 1).

    See :class:`ImageTower`. :class:`OpenCLIPViT` is the same for plain ViTs with what released models need:
    position embeddings resized in their way, dense features, query and value training.

    Args:
        arch (str | dict): open_clip model name or configuration, e.g. ``'ViT-B-16-SigLIP2'``.
        pretrained (str, optional): an open_clip tag, a checkpoint file, or None for random weights.
        out_indices (Sequence[int], optional): blocks or stages whose output is returned, counted from 0;
            by default three, see :func:`default_indices`.
        frozen (bool): no gradients, and eval mode also after ``model.train()``.
        with_cls_token (bool): return ``[map, CLS]`` pairs where the tower has a CLS token.

    Raises:
        ValueError: unknown architecture or weights, an index without a block.
        RuntimeError: a tag's weights are neither cached nor reachable.
    """

    def __init__(self, arch, pretrained=None, out_indices=None, frozen=True, with_cls_token=False,
                 init_cfg=None):
        super().__init__(init_cfg)
        config, prefix = clip_config(arch), 'visual.'
        vision = config['vision_cfg']
        if vision.get('timm_model_name'):
            self.visual, prefix = timm_model(vision['timm_model_name'],
                                             drop_path_rate=vision.get('timm_drop_path')), 'visual.trunk.'
        else:
            self.visual = _build_vision_tower(config['embed_dim'], vision, quick_gelu(arch, pretrained))
        self.choose(self.visual, out_indices, frozen, with_cls_token, arch)
        if pretrained is not None:
            load_tower(self.visual, pretrained_state(arch, pretrained, prefix), f'{pretrained!r}')
        self.visual.pretrained = pretrained  # for LoadedWeightsHook
        self.pixel_statistics = pixel_statistics(arch, pretrained)
        self.interpolation = interpolation(arch, pretrained)
