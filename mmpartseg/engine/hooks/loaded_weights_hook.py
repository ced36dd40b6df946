"""A run on weights that nobody trained says so."""
from mmengine.hooks import Hook
from mmseg.registry import HOOKS

from ...checkpoints.strict import module_names
from .taxonomy_check_hook import segmentor_of


@HOOKS.register_module()
class LoadedWeightsHook(Hook):
    """One warning line where weights are random that should not be.

    In training: a frozen tower that holds random weights, or a model into which nothing at all was
    loaded. In testing: a model whose weights were never loaded, or not all of them, as where what PartCATSeg
    starts from is tested.
    """

    def before_train(self, runner):
        """After ``load_from`` and ``init_cfg`` have been seen to."""
        model = segmentor_of(runner)
        if not hasattr(model, 'weights_loaded'):
            return
        given = pretrained_modules(model)
        frozen = frozen_without(model, given, model.kept_start if model.weights_loaded else None)
        if frozen:
            self._warn(runner, f'{" and ".join(frozen)}: frozen, but at random weights')
        elif not given and not model.weights_loaded:
            self._warn(runner, 'no weights were loaded: the whole model starts from random ones')

    def before_test(self, runner):
        """After the checkpoint has been read, if there is one."""
        model = segmentor_of(runner)
        if not getattr(model, 'weights_loaded', True):
            self._warn(runner, 'no weights were loaded: the model is tested with random ones')
            return
        kept = [name for name in getattr(model, 'kept_start', ())
                if not (name.endswith('background_embedding') and 'background_logit' in model.test_cfg)]
        if kept:
            runner.logger.warning(f'the checkpoint lacks {module_names(kept)}, tested as they started. '
                                  'Take one of a model that was trained as this one')

    def _warn(self, runner, text):
        runner.logger.warning(f"{text}. Set load_from (such as 'clipseg://CIDAS/clipseg-rd64-refined', or a "
                              'checkpoint), or `pretrained` or `init_cfg` of what needs them')


def pretrained_modules(model):
    """Names of the modules that came with weights or fetched them: by ``pretrained`` or ``init_cfg``."""
    def has_weights(module):
        configs = getattr(module, 'init_cfg', None) or []
        return bool(getattr(module, 'pretrained', None)) or any(
            cfg.get('type') == 'Pretrained' for cfg in ([configs] if isinstance(configs, dict) else configs))
    return [name for name, module in model.named_modules()
            if has_weights(module) or name in model.came_with_weights]


def frozen_without(model, given, among=None):
    """The towers with frozen parameters outside the given modules: ``backbone``, ``decode_head.…``.

    ``among`` are the names of those that count, all of them by default.
    """
    inside = tuple(f'{name}.' if name else '' for name in given)
    names = [name for name, parameter in model.named_parameters()
             if not parameter.requires_grad and not name.startswith(inside)
             and (among is None or name in among)]
    heads = [name.split('.') for name in names]
    return list(dict.fromkeys('.'.join(each[:2 if 'head' in each[0] else 1]) for each in heads))
