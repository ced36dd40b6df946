"""Learning rates that fall from layer to layer towards the input."""
from mmengine.optim import DefaultOptimWrapperConstructor
from mmseg.registry import OPTIM_WRAPPER_CONSTRUCTORS

from ..models.backbones import OpenCLIPViT


@OPTIM_WRAPPER_CONSTRUCTORS.register_module()
class CLIPLayerDecayConstructor(DefaultOptimWrapperConstructor):
    """Layer-wise learning rates for :class:`OpenCLIPViT`.

    ``paramwise_cfg`` takes ``decay_rate`` beside mmengine's own settings. Of L blocks that the tower
    keeps, block i from 0 learns at ``decay_rate**(L - i)`` of the rate that it would have, all before
    the first block at ``decay_rate**(L + 1)``, and the rest of the model at its full rate. These are
    the steps of mmseg's ``LearningRateDecayOptimizerConstructor`` with ``decay_type='layer_wise'``.

    Raises:
        ValueError: no rate between 0 and 1, no ``lr`` of the optimizer, or no tower that learns.
    """

    def _validate_cfg(self):
        super()._validate_cfg()
        rate = self.paramwise_cfg.get('decay_rate')
        if not isinstance(rate, (int, float)) or not 0 < rate <= 1:
            raise ValueError(f'paramwise_cfg of CLIPLayerDecayConstructor needs decay_rate, a number above '
                             f'0 and at most 1, such as 0.8; got {rate!r}')
        if self.base_lr is None:
            raise ValueError('CLIPLayerDecayConstructor needs lr in the config of the optimizer')

    def __call__(self, model):
        if not any(isinstance(m, OpenCLIPViT) and not m.frozen for m in model.modules()):
            raise ValueError('CLIPLayerDecayConstructor found no OpenCLIPViT that learns; set '
                             'model.backbone.frozen=False, or leave the constructor out')
        return super().__call__(model)

    def add_params(self, params, module, prefix='', is_dcn_module=None):
        """mmengine's groups, one a parameter; those of a tower with their layer's rate."""
        first = len(params)
        super().add_params(params, module, prefix, is_dcn_module)
        if not isinstance(module, OpenCLIPViT):
            return
        blocks = module.visual.transformer.resblocks
        steps = {p: len(blocks) - i for i, block in enumerate(blocks) for p in block.parameters()}
        for group in params[first:]:
            factor = self.paramwise_cfg['decay_rate']**steps.get(group['params'][0], len(blocks) + 1)
            group['lr'] = group.get('lr', self.base_lr) * factor
