"""Any image tower of open_clip as an mmseg backbone."""
from mmseg.registry import MODELS
from open_clip.model import _build_vision_tower

from ..architectures import clip_config
from ..clip import quick_gelu
from ..clip_weights import pretrained_state
from ..preprocessing import interpolation, pixel_statistics
from ..timm_models import timm_clip, timm_model
from .image_tower import ImageTower, load_tower
from .text_space import text_space


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
        dense (bool): give each place in the space of text, as the last map (N, D, h, w); see
            :mod:`.text_space`. ``out_indices`` may be empty then.

    Raises:
        ValueError: unknown architecture or weights, an index without a block, ``dense`` for a tower
            whose pooling is not known.
        RuntimeError: a tag's weights are neither cached nor reachable.
    """

    def __init__(self, arch, pretrained=None, out_indices=None, frozen=True, with_cls_token=False,
                 dense=False, init_cfg=None):
        super().__init__(init_cfg)
        config, prefix, head = clip_config(arch), 'visual.', None
        vision = config['vision_cfg']
        if vision.get('timm_model_name'):
            prefix = 'visual.trunk.'
            if dense:
                self.visual, head = timm_clip(vision, config['embed_dim'])
            else:
                self.visual = timm_model(vision['timm_model_name'],
                                         drop_path_rate=vision.get('timm_drop_path'))
        else:
            self.visual = _build_vision_tower(config['embed_dim'], vision, quick_gelu(arch, pretrained))
        if dense:
            self.projection = head
            self.text_space, self.text_dims = text_space(self.visual, head, arch), config['embed_dim']
        self.choose(self.visual, out_indices, frozen, with_cls_token, arch)
        if pretrained is not None:
            load_tower(self.visual, pretrained_state(arch, pretrained, prefix), f'{pretrained!r}')
            if head is not None:
                load_tower(head, pretrained_state(arch, pretrained, 'visual.head.'), f'{pretrained!r}')
        self.visual.pretrained = pretrained  # for LoadedWeightsHook
        self.pixel_statistics = pixel_statistics(arch, pretrained)
        self.interpolation = interpolation(arch, pretrained)
