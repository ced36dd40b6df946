"""Three archives in miniature, and the joint config on them."""
import pytest
from mmengine.config import Config

from tests.miniatures import write_ade20k_part_234, write_part_imagenet, write_pascal_part_116
from tests.mixed import ROOT, finished, small_pipeline
from tests.tiny import TEXT_ENCODER, TINY_CLIP
from tests.tiny_model import load_tool

CONFIG = 'configs/partclipseg/joint_pascal_part_imagenet_ade20k.py'


def convert(name, root):
    """Run a dataset converter."""
    load_tool(f'dataset_converters/{name}').convert(root, workers=1, overwrite=False)


@pytest.fixture(name='archives', scope='module')
def archives_fixture(tmp_path_factory):
    """The three archives in miniature, converted."""
    root = tmp_path_factory.mktemp('archives')
    for folder, write in (('PascalPart116', write_pascal_part_116),
                          ('PartImageNet', write_part_imagenet),
                          ('ADE20KPart234', write_ade20k_part_234)):
        (root / folder).mkdir()
        write(root / folder)
    convert('part_imagenet', root / 'PartImageNet')
    convert('ade20k_part', root / 'ADE20KPart234')
    return root


def leaves(dataset):
    if 'datasets' not in dataset:
        return [dataset]
    return [leaf for each in dataset.datasets for leaf in leaves(each)]


@pytest.fixture(name='cfg')
def cfg_fixture(archives, tmp_path):
    cfg = Config.fromfile(ROOT / CONFIG)
    for loader in (cfg.train_dataloader, cfg.val_dataloader, cfg.test_dataloader):
        loader.update(num_workers=0, persistent_workers=False)
        for dataset in leaves(loader.dataset):
            dataset.data_root = str(archives / dataset.data_root.split('/')[-1])
            small_pipeline(dataset.pipeline, 32)
    cfg.model.data_preprocessor.size = (32, 32)
    cfg.model.backbone.update(arch=TINY_CLIP, out_indices=(0, 2))
    cfg.model.decode_head.update(
        text_encoder=dict(TEXT_ENCODER, trainable='embeddings'), in_channels=(32, 32), channels=16,
        num_heads=2, ffn_channels=32, mask_strides=(2, 1), adapter_channels=None, with_cp=False)
    return finished(cfg, tmp_path / 'run', iters=2)
