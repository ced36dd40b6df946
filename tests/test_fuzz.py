"""Random settings of --cfg-options; damaged files are in `tests/robustness`."""
from hypothesis import given, settings
from hypothesis import strategies as st
from mmengine.config import Config

from tests.runs import ROOT

VALUES = st.one_of(st.integers(), st.booleans(), st.floats(allow_nan=False), st.none(), st.text(),
                   st.lists(st.integers(), max_size=3))
CONFIG = Config.fromfile(ROOT / 'configs/partclipseg/part_shapes.py')


def flat(node, path=()):
    """Dotted key -> value of everything below a node of a config that is no dictionary."""
    if not isinstance(node, dict):
        return {'.'.join(path): node}
    return {key: value for name in node for key, value in flat(node[name], (*path, name)).items()}


@settings(max_examples=50, deadline=None)
@given(st.dictionaries(st.sampled_from(sorted(flat(CONFIG._cfg_dict.to_dict()))), VALUES, max_size=4))
def test_overrides_change_what_they_name_and_nothing_else(overrides):
    """As --cfg-options passes them on."""
    before = CONFIG._cfg_dict.to_dict()
    changed = Config(before)
    changed.merge_from_dict(overrides)
    assert flat(changed._cfg_dict.to_dict()) == {**flat(before), **overrides}
