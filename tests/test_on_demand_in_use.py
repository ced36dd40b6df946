"""What a prediction imports, what registries know, and that nothing differs for it."""
import re
import subprocess
import sys
from pathlib import Path

import open_clip
from mmseg import registry
from mmseg.registry import DATASETS, HOOKS, MODELS, TRANSFORMS

from mmpartseg.models.text_encoders.tokenizing import simple_tokenizer
from mmpartseg.on_demand import registries

ROOT = Path(__file__).parents[1]
HEAVY = ['IPython', 'matplotlib', 'mmdet', 'mmengine.runner.runner', 'mmseg.datasets.transforms.transforms',
         'mmseg.models.decode_heads.fcn_head', 'open_clip.coca_model', 'open_clip.hf_model',
         'open_clip.timm_model', 'pandas', 'rich.console', 'scipy', 'sympy', 'timm', 'torch._dynamo',
         'torch.distributed.fsdp', 'torch.distributed.tensor', 'torchvision', 'transformers', 'triton',
         'wandb', 'yapf']
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

# each name of each package is what its __init__ gives
import importlib
from types import LambdaType
from mmpartseg.on_demand.gathering import GATHERING, complete, gathered
from mmpartseg.on_demand.later import LaterClass
found = {{package: {{name: getattr(importlib.import_module(package), name) for name in gathered(package)}}
         for package in sorted(GATHERING)}}
for package, names in found.items():
    complete(package)
    for name, value in names.items():
        real = value.real() if isinstance(value, LaterClass) else value
        given = vars(sys.modules[package])[name]
        assert given is value or given is real or isinstance(value, LambdaType), (package, name)
print('compared:', sum(map(len, found.values())))
"""


def test_a_prediction_imports_nothing_heavy_and_nothing_differs_for_it(tmp_path):
    picture = ROOT / 'data/sample_pascal_part/images/val/camera.jpg'
    done = subprocess.run(
        [sys.executable, '-c', PREDICT, 'tools/predict.py', picture, '--model', 'mini', '--parts',
         'cat: head', '--out', tmp_path], cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert (tmp_path / 'camera_overlay.png').is_file()
    lines = dict(line.split(':', 1) for line in done.stdout.splitlines() if ':' in line)  # others print, too
    assert lines['ran'].split() == []
    assert int(lines['compared']) > 500


OF_MMENGINE = """
import sys
from mmengine.registry import Registry, root
if sys.argv[1] == 'all':
    import mmengine.runner
    print('known:', {name: sorted(each.module_dict) for name, each in vars(root).items()
                     if isinstance(each, Registry)})
else:
    import mmpartseg
    from mmseg import registry
    for name, keys in eval(sys.argv[2]).items():
        for each in (getattr(root, name), getattr(registry, name, getattr(root, name))):
            print('known:', [key for key in keys if each.get(key) is None])
"""


def test_all_of_mmengine_is_known():
    """Mixed precision, averaged weights, sharded training: what a config names and nobody imports."""
    def run(*args):
        done = subprocess.run([sys.executable, '-c', OF_MMENGINE, *args], capture_output=True, text=True)
        assert done.returncode == 0, done.stderr
        lines = [line.partition(': ') for line in done.stdout.splitlines()]  # others print, too
        return [line for mark, _, line in lines if mark == 'known']
    known, = run('all')
    assert {'AmpOptimWrapper', 'OptimWrapper'} <= set(eval(known)['OPTIM_WRAPPERS'])
    assert set(run('on demand', known)) == {'[]'}


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
        module, text = '.'.join(path.relative_to(ROOT).with_suffix('').parts), path.read_text()
        for name, component in re.findall(r'@([A-Z_]+)\.register_module\(.*\)\n(?:class|def) (\w+)', text):
            of_mmseg = re.search(rf'from mmseg.registry import .*\b{name}\b', text)  # configs look there
            if of_mmseg and not module.startswith('mmpartseg.pretraining.'):
                owner = getattr(registry, name)
                assert module.startswith(tuple(registries.ours(owner))), module
                assert component in {each.__name__ for each in owner.module_dict.values()}
                count += 1
    assert count > 50


def test_one_tokenizer_for_all():
    made, expected = simple_tokenizer(64), open_clip.SimpleTokenizer(context_length=64)
    assert made.encoder is open_clip.tokenizer._tokenizer.encoder
    made.cache = expected.cache  # grows with the words that were asked for
    assert vars(made) == vars(expected)
    assert open_clip.tokenizer._tokenizer.context_length == 77
    assert simple_tokenizer(64, clean='canonicalize').clean_fn is not expected.clean_fn
