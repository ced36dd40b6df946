"""The whole chain by its one command, in short: two steps of each training."""
import os
import subprocess
import sys
from pathlib import Path

import torch
from safetensors.torch import load_file

ROOT = Path(__file__).parents[2]
SHORT = ('train_cfg.max_iters=2', 'train_dataloader.batch_size=4', 'train_dataloader.num_workers=0',
         'train_dataloader.persistent_workers=False')


def checkout(folder):
    """A folder like a clone, whose environment is that of the tests."""
    (folder / 'tools').mkdir()
    for path in (ROOT / 'configs', ROOT / 'data', *(ROOT / 'tools').iterdir()):
        if path.name not in ('data', 'environment.sh', 'pretraining'):
            (folder / path.relative_to(ROOT)).symlink_to(path)
    (folder / 'tools' / 'environment.sh').write_text('step() { echo "==> $*"; }\n')
    (folder / 'tools' / 'pretraining').mkdir()
    for path in (ROOT / 'tools' / 'pretraining').iterdir():
        (folder / path.relative_to(ROOT)).symlink_to(path)
    (folder / 'data').mkdir()


def test_from_nothing_to_scores(tmp_path):
    checkout(tmp_path)
    environment = dict(
        os.environ, PYTHONPATH=str(ROOT), SCENES='40', HELD_OUT='2', OUT=str(tmp_path / 'made'),
        PATH=f'{Path(sys.executable).parent}:{os.environ["PATH"]}')
    run = subprocess.run(['bash', 'tools/pretraining/pretrain.sh', *SHORT], cwd=tmp_path, env=environment,
                         capture_output=True, text=True, check=False)
    assert run.returncode == 0, run.stderr[-3000:]
    assert '"mask_iou_of_unseen"' in run.stdout
    work = tmp_path / 'work_dirs' / 'pretraining'
    ended = [(work / name / 'last_checkpoint').read_text() for name in (
        'clip', 'clipseg_run', 'clipseg_large', 'clip_end', 'clip_tokens', 'catseg_run')]
    assert [Path(path).name for path in ended] == ['iter_2.pth'] * 6
    assert {'model.safetensors', 'config.json', 'vocab.json', 'merges.txt'} <= {
        path.name for path in (tmp_path / 'made').iterdir()}
    catseg = load_file(work / 'catseg.safetensors')
    moved = torch.load(work / 'catseg_run' / 'iter_2.pth', weights_only=False)['state_dict']
    weight = catseg['sem_seg_head.predictor.clip_model.visual.conv1.weight']
    assert torch.equal(weight, moved['backbone.clip.visual.conv1.weight'].half())
    made = load_file(tmp_path / 'made' / 'model.safetensors')  # its CLIP is the one that was just made
    assert torch.equal(weight, made['clip.vision_model.embeddings.patch_embedding.weight'])
