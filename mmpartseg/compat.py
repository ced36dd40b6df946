"""The one place that knows about versions of torch, mmcv, mmengine and mmseg.

``import mmpartseg`` calls :func:`prepare` before anything of mmseg is imported. It asks for modules, whatever
distribution they come from: OpenMMLab's, or their continuation (``onedl-mmcv``, ``onedl-mmengine``,
``onedl-mmsegmentation``, ``onedl-mmdetection``). Only what cannot be asked for is told by a version.
"""
import contextlib
import importlib
import importlib.machinery
import importlib.util
import pickle
import sys
import types

from . import on_demand

OLDEST_MMCV, REFUSED_MMCV, SHOWN_MMCV = '2.0.0', '2.2.0', '2.1.0'
OLDEST_MMSEG = '1.2.2'  # 1.2.0 cannot be imported, 1.2.1 asks for a visualizer too early
OLDEST_MMDET = '3.3.0'
DYNAMIC_ONNX = '2.7.0'  # torch 2.6 cannot translate an interpolation to a size that is not a number
INSTALL_MMCV = f"pip install 'mmcv-lite>={OLDEST_MMCV}'"
INSTALL_MMSEG = f"pip install 'mmsegmentation>={OLDEST_MMSEG}'"
INSTALL_MMDET = f"pip install 'mmdet>={OLDEST_MMDET}'"
INSTALL_SETUPTOOLS = "pip install 'setuptools<81'"


class NotInstalled(ImportError):
    """A package that mmpartseg needs is not there, or is too old; says how to install it."""


class _MissingOp:
    """Stands for one compiled op of mmcv; calling it says how to get the real one."""

    def __init__(self, name):
        self.name = name

    def __call__(self, *args, **kwargs):
        raise NotInstalled(
            f"mmcv op '{self.name}' needs compiled mmcv >={OLDEST_MMCV}, and the pure mmcv-lite is there. "
            'Build it: pip uninstall -y mmcv-lite && pip install mmcv --no-build-isolation')


class _OpsStandIn(types.ModuleType):
    """Takes the place of ``mmcv._ext``, which mmseg imports but our models never call."""

    def __init__(self, name):
        super().__init__(name)
        # no loader: mmengine's mmcv_full_available() goes on to say False
        self.__spec__ = importlib.machinery.ModuleSpec(name, loader=None)

    def __getattr__(self, name):
        if name.startswith('__'):
            raise AttributeError(name)
        return _MissingOp(name)


def prepare():
    """Check the OpenMMLab packages and make mmseg importable without compiled ops.

    Raises:
        ImportError: a package is missing or too old; the message is one line that ends with the command
            that installs the right one.
    """
    on_demand.use()
    try:
        importlib.import_module('mmengine')
    except ModuleNotFoundError as error:
        if error.name != 'pkg_resources':  # mmengine's own asks for it, its continuation does not
            raise
        _require('pkg_resources', 'setuptools', INSTALL_SETUPTOOLS)
    # the base mmseg::… of a config is a file of the module; mmengine asks for a distribution mmsegmentation
    importlib.import_module('mmengine.config.utils').MODULE2PACKAGE['mmseg'] = 'mmseg'
    _require('mmcv', 'mmcv', INSTALL_MMCV)
    _check_oldest('mmcv', importlib.import_module('mmcv').__version__, OLDEST_MMCV, INSTALL_MMCV)
    for module in ('mmseg', 'mmdet'):
        on_demand.around(module, _shown_an_older_mmcv)
    _require('mmseg', 'mmsegmentation', INSTALL_MMSEG)
    if 'mmcv._ext' not in sys.modules and importlib.util.find_spec('mmcv._ext') is None:
        sys.modules['mmcv._ext'] = _OpsStandIn('mmcv._ext')
    _check_oldest('mmsegmentation', importlib.import_module('mmseg').__version__, OLDEST_MMSEG, INSTALL_MMSEG)
    _allow_mmengine_checkpoints()


@contextlib.contextmanager
def _shown_an_older_mmcv():
    """For the import of mmseg 1.2.2 and mmdet 3.3.0, which refuse mmcv 2.2.0 and later by its number.

    Nothing that they use has changed. Later ones do not ask, and see the same.
    """
    mmcv = importlib.import_module('mmcv')
    found = mmcv.__version__
    if _release(found) >= _release(REFUSED_MMCV):
        mmcv.__version__ = SHOWN_MMCV
    try:
        yield
    finally:
        mmcv.__version__ = found


def _require(module, package, command):
    if importlib.util.find_spec(module) is None:
        raise NotInstalled(f"mmpartseg needs {package}, which provides '{module}': {command}")


def _check_oldest(package, found, oldest, command):
    if _release(found) < _release(oldest):
        raise NotInstalled(f'mmpartseg needs {package} >={oldest}, but {found} is installed: {command}')


def require_mmdet(user):
    """ImportError with the command that installs mmdet, unless a fitting one is there.

    mmseg's heads that build on it have an empty parent without it and fail in other words.

    Args:
        user (str): what needs it.
    """
    if importlib.util.find_spec('mmdet') is None:
        raise NotInstalled(f'{user} needs mmdet, which is not installed: {INSTALL_MMDET}')
    _check_oldest('mmdet', importlib.import_module('mmdet').__version__, OLDEST_MMDET, INSTALL_MMDET)


def check_device(name):
    """ValueError for a device that torch does not know, or that is not there; None is the best there is."""
    import torch
    try:
        torch.empty(0, device=name)
    except (RuntimeError, AssertionError) as error:
        raise ValueError(f"--device {name} cannot be used ({str(error).splitlines()[0]}); leave it out for "
                         'the best that there is, or say cpu') from error


def cpu_multiplies_bfloat16():
    """Whether this CPU has AVX-512 BF16 or AMX; False where torch does not say.

    Newer torch says so in public, older (2.6 is the oldest here) by private functions alone.
    """
    import torch
    if hasattr(torch.cpu, 'get_capabilities'):
        found = torch.cpu.get_capabilities()
        return bool(found.get('avx512_bf16') or found.get('amx_bf16'))
    return any(getattr(torch.cpu, name, bool)() for name in (
        '_is_avx512_bf16_supported', '_is_amx_tile_supported'))


def check_dynamic_onnx():
    """ImportError unless this torch can write ONNX files that take images of several sizes."""
    import torch
    if _release(torch.__version__) < _release(DYNAMIC_ONNX):
        raise ImportError(
            f'ONNX files of dynamic size need torch >={DYNAMIC_ONNX}, but {torch.__version__} is '
            f"installed: export a fixed size, or pip install 'torch>={DYNAMIC_ONNX}'")


def _release(version):
    from packaging.version import Version
    return Version(Version(version).base_version)


def _allow_mmengine_checkpoints():
    """Let ``torch.load(weights_only=True)`` read what mmengine itself writes, and no more."""
    import numpy as np
    import torch
    from mmengine.logging.history_buffer import HistoryBuffer
    from mmengine.optim import OneCycleParamScheduler
    multiarray = importlib.import_module(
        'numpy._core.multiarray' if hasattr(np, '_core') else 'numpy.core.multiarray')
    torch.serialization.add_safe_globals([
        HistoryBuffer, OneCycleParamScheduler, (_method_of_mmengine, 'builtins.getattr'),
        multiarray._reconstruct, multiarray.scalar, np.ndarray, np.dtype,
        type(np.dtype('float64')), type(np.dtype('float32')), type(np.dtype('int64'))])


def _method_of_mmengine(owner, name):
    """Takes the place of ``getattr``, by which the two classes name methods in a checkpoint."""
    from mmengine.logging.history_buffer import HistoryBuffer
    from mmengine.optim import OneCycleParamScheduler
    if owner not in (HistoryBuffer, OneCycleParamScheduler) or name.startswith('__'):
        raise pickle.UnpicklingError(f"a checkpoint may not name '{name}' of {owner!r}")
    return getattr(owner, name)


def adapt_inferencer():
    """Let ``MMSegInferencer`` find this package's loading transforms: it knows mmseg's by their names."""
    on_demand.after('mmseg.apis.mmseg_inferencer', _adapt_inferencer)


def _adapt_inferencer():
    from mmseg.apis import MMSegInferencer
    ours = dict(LoadImageFromFile='LoadPartImage', LoadAnnotations='LoadPartAnnotations')
    find = MMSegInferencer._get_transform_idx
    if getattr(find, 'ours', None) == ours:
        return

    def find_either(self, pipeline_cfg, name):
        index = find(self, pipeline_cfg, name)
        return find(self, pipeline_cfg, ours[name]) if index < 0 and name in ours else index

    find_either.ours = ours
    MMSegInferencer._get_transform_idx = find_either
