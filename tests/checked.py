"""An archive to check, and how."""
import check
import pytest
from miniatures import write_pascal_part_116 as write_pascal

CONFIG = """
train_dataloader = dict(dataset=dict(
    type='PascalPart116Dataset', data_root='{root}', split='seen', pipeline=[]))
val_dataloader = dict(dataset=dict(
    type='PascalPart116Dataset', data_root='{root}', pipeline=[dict(type='LoadImageFromFile')],
    data_prefix=dict(img_path='images/val', seg_map_path='annotations_detectron2_part/val',
                     object_map_path='annotations_detectron2_obj/val')))
test_dataloader = val_dataloader
"""


@pytest.fixture(name='config')
def config_fixture(tmp_path):
    write_pascal(tmp_path / 'PascalPart116')
    path = tmp_path / 'config.py'
    path.write_text(CONFIG.format(root=tmp_path / 'PascalPart116'))
    return path


@pytest.fixture(name='root')
def root_fixture(config):
    return config.parent / 'PascalPart116'


def run(config, *options):
    return check.main([str(config), '--workers', '2', '--subset', *options])
