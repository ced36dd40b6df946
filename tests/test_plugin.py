"""As a plugin: `custom_imports` alone, beside another plugin, from a checkout and from a wheel."""
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.tiny import TINY_CLIP, head_config

ROOT = Path(__file__).parents[1]
OTHER_PLUGIN = '''
from mmengine.hooks import Hook
from mmseg.registry import HOOKS


@HOOKS.register_module()
class OtherHook(Hook):
    def after_train(self, runner):
        print('OTHER PLUGIN', runner.iter)
'''
CONFIG = f'''
_base_ = BASES
custom_imports = dict(imports=['mmpartseg', 'other_plugin'], allow_failed_imports=False)
custom_hooks = [dict(type='TaxonomyCheckHook'), dict(type='OtherHook')]
model = dict(
    data_preprocessor=dict(size=(32, 32)),
    backbone=dict(_delete_=True, type='OpenCLIPViT', arch={TINY_CLIP}, out_indices=(0, 2)),
    decode_head=dict(_delete_=True, **{head_config('pascal_part_116:seen', 'pascal_part_116')}))
pipeline = [dict(type='LoadPartImage'), dict(type='ResizePartSeg', scale=(32, 32), backend='pillow'),
            dict(type='LoadPartAnnotations'), dict(type='PackPartSegInputs')]
train_pipeline = [pipeline[0], pipeline[2], pipeline[1], pipeline[3]]
train_dataloader = dict(batch_size=1, num_workers=0, persistent_workers=False,
                        dataset=dict(data_root=DATA, pipeline=train_pipeline))
val_dataloader = dict(num_workers=0, persistent_workers=False,
                      dataset=dict(data_root=DATA, pipeline=pipeline))
train_cfg = dict(max_iters=1, val_interval=1)
load_from = None
work_dir = 'run'
'''
SCRIPT = '''
import sys
from mmengine.config import Config
from mmengine.runner import Runner
assert 'mmpartseg' not in sys.modules
runner = Runner.from_cfg(Config.fromfile('config.py'))
runner.train()
print('FROM', sys.modules['mmpartseg'].__file__)
'''


@pytest.fixture(scope='module')
def wheel_site(tmp_path_factory):
    """A folder with the installed wheel, built from a copy of what git would deliver."""
    folder = tmp_path_factory.mktemp('wheel')
    source, site = folder / 'source', folder / 'site'
    source.mkdir()
    for name in ('mmpartseg', 'configs', 'tools'):
        shutil.copytree(ROOT / name, source / name, ignore=shutil.ignore_patterns('__pycache__', '.mim'))
    for name in ('setup.py', 'setup.cfg', 'README.md', 'model-index.yml', 'dataset-index.yml'):
        shutil.copy(ROOT / name, source)
    (source / 'data' / 'miniature').mkdir(parents=True)
    for name in ('card.json', 'partclipseg.safetensors', 'catseg.safetensors'):
        shutil.copy(ROOT / 'data' / 'miniature' / name, source / 'data' / 'miniature')
    shutil.copytree(ROOT / 'data' / 'miniature' / 'clipseg', source / 'data' / 'miniature' / 'clipseg')
    pip = [sys.executable, '-m', 'pip', '-q', '--disable-pip-version-check']
    subprocess.run([*pip, 'wheel', str(source), '--no-deps', '--no-build-isolation', '-w', str(folder)],
                   check=True)
    wheel, = folder.glob('mmpartseg-*.whl')
    subprocess.run([*pip, 'install', '--no-deps', '--target', str(site), str(wheel)], check=True)
    return site


@pytest.mark.parametrize('installed', [False, True], ids=['checkout', 'wheel'])
def test_custom_imports_alone(installed, pascal_archive, tmp_path, request):
    """The runner of mmengine, another folder, another plugin; a wheel brings its configs along."""
    site = request.getfixturevalue('wheel_site') if installed else ROOT
    configs = site / 'mmpartseg' / '.mim' / 'configs' if installed else ROOT / 'configs'
    base = repr(str(configs / 'partclipseg' / 'pascal_part.py'))
    elsewhere = tmp_path / 'elsewhere'
    elsewhere.mkdir()
    (elsewhere / 'other_plugin.py').write_text(OTHER_PLUGIN)
    (elsewhere / 'config.py').write_text(
        CONFIG.replace('BASES', base).replace('DATA', repr(str(pascal_archive.root))))
    result = subprocess.run(
        [sys.executable, '-c', SCRIPT], cwd=elsewhere, text=True, stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT, timeout=600,
        env={**os.environ, 'PYTHONPATH': f'{site}{os.pathsep}{elsewhere}', 'OMP_NUM_THREADS': '1'})
    assert result.returncode == 0, result.stdout[-3000:]
    assert f'FROM {site}/mmpartseg/__init__.py' in result.stdout
    assert 'OTHER PLUGIN 1' in result.stdout and 'pred_all/harmonic' in result.stdout
    assert (elsewhere / 'run').is_dir()


def test_the_command_of_a_wheel(wheel_site, tmp_path):
    """Shipped weights and shipped config names, from a folder without any of them."""
    picture = ROOT / 'data' / 'sample_pascal_part' / 'images' / 'val' / 'chelsea_mirrored.jpg'
    shipped = wheel_site / 'mmpartseg' / '.mim' / 'data' / 'miniature' / 'partclipseg.safetensors'
    environment = {**os.environ, 'PYTHONPATH': str(wheel_site), 'OMP_NUM_THREADS': '1', 'HF_HUB_OFFLINE': '1'}
    for out, model in (('a', []), ('b', ['--config', 'part_shapes', '--checkpoint', shipped])):
        subprocess.run([sys.executable, wheel_site / 'bin' / 'mmpartseg', 'predict', picture, *model,
                        '--parts', 'cat: head', '--object', 'cat', '--out', out], cwd=tmp_path,
                       env=environment, check=True, stdout=subprocess.PIPE, timeout=600)
    assert (tmp_path / 'a' / 'chelsea_mirrored.json').read_text() == (
        tmp_path / 'b' / 'chelsea_mirrored.json').read_text()
