"""Packages that give names one module at a time, and modules that run later."""
import sys
import types

import pytest
from mmengine.registry import Registry

from mmpartseg.on_demand import after, finder, gathering, later


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


def test_a_registry_of_others_imports_its_folder(package):
    other = Registry('of the test', scope='test', locations=['gathers.first'])
    assert other.get('one') is None
    assert package() == {'first'}
