"""ZSSeg+ from files to scores: both stages by the Runner, then pictures, photos, mixed precision."""
import math

import numpy as np
import pytest
import torch
from mmengine.config import Config
from mmengine.optim import OptimWrapper
from mmseg.registry import MODELS

from mmpartseg.apis import PartSegInferencer
from mmpartseg.apis.export import FixedVocabulary
from tests.mixed import ROOT, finished, run, unformatted  # noqa: F401
from tests.tiny import TINY_CLIP

pytest.importorskip('mmdet')
from tests.zsseg import shrink  # noqa: E402


def small(name, folder, data_root, iters=2):
    cfg = Config.fromfile(ROOT / f'configs/zsseg/{name}.py')
    shrink(cfg.model, TINY_CLIP, channels=32, layers=2, crop=32)
    train, inner = cfg.train_dataloader, cfg.train_dataloader.dataset.dataset
    inner = inner.get('dataset', inner)
    loaders = [(train, inner)] + [(cfg[key], cfg[key].dataset)
                                  for key in ('val_dataloader', 'test_dataloader') if cfg[key]]
    for loader, dataset in loaders:
        loader.update(num_workers=0, persistent_workers=False)
        dataset.data_root = str(data_root)
        for step in dataset.pipeline:
            if step.type == 'RandomChoiceResize':
                step.scales = [(96, 48), (96, 64)]
            elif step.type == 'ResizePartSeg':
                step.scale = (96, 64)
            elif step.type == 'RandomCrop':
                step.crop_size = (64, 64)
            elif step.type == 'PadPartSeg':
                step.size = (64, 64)
    train.batch_size = 2
    return finished(cfg, folder, iters)


@pytest.fixture
def trained(pascal_archive, tmp_path):
    """Both stages, two iterations each: the Runner of the second, its log, its folder."""
    first = small('pascal_part_prompts', tmp_path / 'prompts', pascal_archive.root)
    runner, log = run(first)
    assert 0 <= log['decode.acc_region'].max() <= 100
    cfg = small('pascal_part', tmp_path / 'proposals', pascal_archive.root)
    cfg.load_from = f'zsseg://{tmp_path}/prompts/iter_2.pth'
    prompts = runner.model.decode_head.state_dict()
    runner, log = run(cfg)
    for name in ('text_encoder.prefix_prompt', 'text_encoder.connect_prompt', 'regions.fuse_weight'):
        assert torch.equal(runner.model.decode_head.state_dict()[name], prompts[name]), name
    return runner, log, tmp_path / 'proposals'


def test_both_stages_and_a_photo(trained):
    runner, log, folder = trained
    assert all(math.isfinite(value.max()) for name, value in log.items() if 'loss' in name)
    for setting in ('pred_all', 'oracle_obj'):
        assert 0 <= log[f'{setting}/mIoU'][-1] <= 100
    checkpoint, = folder.glob('best_oracle_obj_harmonic_iter_2.pth')
    inferencer = PartSegInferencer(runner.cfg, checkpoint, parts='zebra: head, tail', device='cpu')
    photo = np.random.default_rng(0).integers(0, 256, (30, 40, 3), dtype=np.uint8)
    sample, = inferencer(photo, object='zebra')
    assert sample.pred_sem_seg.data.shape == (1, 30, 40)
    assert sample.pred_oracle_sem_seg.data.max() < 2  # every pixel is a part of the zebra
    plain = inferencer(photo, object='zebra', return_datasamples=False)['predictions'][0]
    assert {part['name'] for part in plain['parts']} <= {"zebra's head", "zebra's tail"}
    with pytest.raises(ValueError, match='a ZSSegHead cannot be exported'):
        FixedVocabulary(inferencer.model, (64, 64))


def test_bf16():
    cfg = Config.fromfile(ROOT / 'configs/zsseg/pascal_part.py').model
    torch.manual_seed(0)
    model = MODELS.build(shrink(cfg, TINY_CLIP, channels=32, layers=2, crop=32))
    from tests.test_zsseg_configs import images, samples
    optimizer = OptimWrapper(torch.optim.SGD(model.parameters(), 0.01))
    with torch.autocast('cpu', torch.bfloat16):
        log = model.train_step(dict(inputs=images(), data_samples=samples(model.decode_head.train_taxonomy)),
                               optimizer)
        assert all(torch.isfinite(value) for value in log.values())
        sample = samples(model.taxonomy, num=1)[0]
        sample.set_metainfo(dict(ori_shape=(64, 64)))
        result, = model.eval().test_step(dict(inputs=images(1), data_samples=[sample]))
    owner = torch.tensor(model.taxonomy.object_of)[result.pred_oracle_sem_seg.data[0, 10, 10]]
    assert owner == 0
