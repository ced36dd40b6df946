"""What is imported when it is used, and that nothing is missing or different for it."""
import re
import subprocess
import sys
import types
from pathlib import Path

import open_clip
import pytest
from mmengine.registry import Registry
from mmseg import registry
from mmseg.registry import DATASETS, HOOKS, MODELS, TRANSFORMS

from mmpartseg.models.text_encoders.tokenizing import simple_tokenizer
from mmpartseg.on_demand import after, finder, gathering, later, registries
from tests.runs import in_child

ROOT = Path(__file__).parents[1]
HEAVY = ['IPython', 'matplotlib', 'mmdet', 'mmengine.runner.runner', 'mmseg.datasets.transforms.transforms',
         'mmseg.models.decode_heads.fcn_head', 'open_clip.coca_model', 'open_clip.hf_model',
         'open_clip.timm_model', 'pandas', 'rich.console', 'scipy', 'sympy', 'timm', 'torch._dynamo',
         'torch.distributed.fsdp', 'torch.distributed.tensor', 'torchvision', 'transformers', 'triton',
         'wandb']
PREDICT = f"""
import runpy, sys
tool, *sys.argv[1:] = sys.argv[1:]
sys.path[0] = 'tools'
try:
    runpy.run_path(tool, run_name='__main__')
except SystemExit as end:
    assert not end.code, end.code
from mmengine.model import is_model_wrapper
from mmpartseg.on_demand.later import waiting
from torch import nn
assert is_model_wrapper(nn.DataParallel(nn.Linear(1, 1))) and not is_model_wrapper(nn.Linear(1, 1))
print('ran:', *[name for name in {HEAVY} if name in sys.modules and name not in waiting])
"""


def test_a_prediction_imports_nothing_heavy(tmp_path):
    picture = ROOT / 'data/sample_pascal_part/images/val/camera.jpg'
    done = subprocess.run(
        [sys.executable, '-c', PREDICT, 'tools/predict.py', picture, '--model', 'mini', '--parts',
         'cat: head', '--out', tmp_path], cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert (tmp_path / 'camera_overlay.png').is_file()
    assert done.stdout.splitlines()[-1] == 'ran:'


@pytest.fixture
def package(tmp_path, monkeypatch):
    """A package ``gathers`` with three modules, and a module that needs one class and one function late."""
    folder = tmp_path / 'gathers'
    folder.mkdir()
    (folder / '__init__.py').write_text(
        "from .first import one\nfrom .second import second\nfrom .starred import *\n"
        "if True:\n    from .third import three\nfour = 4\n__all__ = ['one', 'four']\n")
    for name, text in dict(first='one = 1', second='def second():\n    return 2',
                           third='three = 3', starred='star = 5',
                           late='class Late:\n    kind = "late"\n\n\ndef twice(x):\n    return 2 * x\n\n\n'
                                'size = 6').items():
        (folder / f'{name}.py').write_text(f'{text}\n')
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.setattr(gathering, 'GATHERING', gathering.GATHERING | {'gathers'})
    monkeypatch.setattr(later, 'LATER', {**later.LATER, 'gathers.late': ('gathers.late', )})
    yield lambda: {name.removeprefix('gathers.') for name in sys.modules
                   if name.startswith('gathers.') and name not in later.waiting}
    here = next(each for each in sys.meta_path if isinstance(each, finder.Finder))
    for name in [name for name in sys.modules if name.split('.')[0] == 'gathers']:
        del sys.modules[name]
        here.begun.discard(name)
        gathering.waiting.pop(name, None)
        later.waiting.discard(name)
    for cached in (gathering.gathered, later.defined, later.later_class):
        cached.cache_clear()


def test_a_name_comes_from_its_module_alone(package):
    import gathers
    assert package() == set()
    assert gathers.one == 1 and package() == {'first'}
    assert gathers.third.three == 3 and package() == {'first', 'third'}


def test_a_module_does_not_hide_the_function_of_its_name(package):
    import gathers.second
    assert gathers.second() == 2
    assert gathers.one == 1


@pytest.mark.parametrize('name, value', [('three', 3), ('four', 4), ('star', 5)])
def test_other_names_run_the_package(package, name, value):
    import gathers
    assert getattr(gathers, name) == value
    assert type(gathers) is types.ModuleType
    assert package() == {'first', 'second', 'starred', 'third'}


def test_all_names_and_none(package):
    import gathers
    assert not hasattr(gathers, '__wrapped__') and {'one', 'second'} < set(dir(gathers))
    assert package() == set()
    names = {}
    exec('from gathers import *', names)
    assert {key for key in names if not key.startswith('_')} == {'one', 'four'}
    with pytest.raises(AttributeError, match="module 'gathers' has no attribute 'five'"):
        gathers.five  # noqa: B018


def test_a_package_that_fails_fails_again(package, tmp_path):
    (tmp_path / 'gathers' / 'third.py').write_text('raise ImportError("no third")\n')
    import gathers
    for _ in range(2):
        with pytest.raises(ImportError, match='no third'):
            gathers.four  # noqa: B018
    assert gathers.one == 1


def test_a_class_and_a_function_run_their_module_when_they_are_used(package):
    from gathers.late import Late, twice
    assert not isinstance(3, Late) and not issubclass(int, Late) and package() == set()
    assert twice(4) == 8 and package() == {'late'}
    real = sys.modules['gathers.late'].Late
    assert type(Late()) is real and isinstance(real(), Late) and issubclass(real, Late)
    assert Late.kind == 'late'


def test_a_value_and_a_subclass_run_the_module(package):
    from gathers import late
    assert late.size == 6 and package() == {'late'}


def test_a_subclass_is_one_of_the_real_class(package):
    from gathers.late import Late

    class Later(Late):
        more = 1
    assert Later.__mro__[1] is sys.modules['gathers.late'].Late and Later().kind == 'late'


def test_after(package):
    called = []
    after('gathers.third', lambda: called.append(sys.modules['gathers.third'].three))
    assert not called
    import gathers.third  # noqa: F401
    assert called == [3]
    after('gathers.third', lambda: called.append('at once'))
    assert called == [3, 'at once']


def same_as_gathered():
    """In a process of its own: each name of each package is what its ``__init__`` gives."""
    found = {}
    for package in sorted(gathering.GATHERING):
        module = __import__(package, fromlist=['_'])
        found[package] = {name: getattr(module, name) for name in gathering.gathered(package)}
    for package, names in found.items():
        gathering.complete(package)
        for name, value in names.items():
            given = vars(sys.modules[package])[name]
            real = value.real() if isinstance(value, later.LaterClass) else value
            assert given is value or given is real or isinstance(value, types.LambdaType), (package, name)


def test_packages_give_what_they_gather():
    assert in_child(same_as_gathered) == [0]


def test_registries_know_ours_theirs_and_what_there_is_not():
    assert MODELS.get('PartCLIPSegHead').__name__ == 'PartCLIPSegHead'
    assert TRANSFORMS.get('RandomRotate').__module__ == 'mmseg.datasets.transforms.transforms'
    assert TRANSFORMS.get('RandomFlip').__module__ == 'mmseg.datasets.transforms.transforms'  # not mmcv's
    assert HOOKS.get('EMAHook').__module__ == 'mmengine.hooks.ema_hook'  # of the parent
    assert DATASETS.get('mmseg.PascalVOCDataset').__name__ == 'PascalVOCDataset'
    assert MODELS.get('NoSuchModel') is None and 'NoSuchModel' not in MODELS


def test_registries_know_where_ours_are():
    """Each component outside of the pre-training is in a package that its registry looks into."""
    count = 0
    for path in (ROOT / 'mmpartseg').rglob('*.py'):
        module = '.'.join(path.relative_to(ROOT).with_suffix('').parts)
        for name, component in re.findall(r'@([A-Z_]+)\.register_module\(.*\)\n(?:class|def) (\w+)',
                                          path.read_text()):
            if not module.startswith('mmpartseg.pretraining.'):
                owner = getattr(registry, name)
                assert module.startswith(tuple(registries.ours(owner))), module
                assert component in {each.__name__ for each in owner.module_dict.values()}
                count += 1
    assert count > 50


def test_a_registry_of_others_imports_its_folder(package):
    other = Registry('of the test', scope='test', locations=['gathers.first'])
    assert other.get('one') is None
    assert package() == {'first'}


def test_one_tokenizer_for_all():
    made, expected = simple_tokenizer(64), open_clip.SimpleTokenizer(context_length=64)
    assert made.encoder is open_clip.tokenizer._tokenizer.encoder
    made.cache = expected.cache  # grows with the words that were asked for
    assert vars(made) == vars(expected)
    assert open_clip.tokenizer._tokenizer.context_length == 77
    assert simple_tokenizer(64, clean='canonicalize').clean_fn is not expected.clean_fn
