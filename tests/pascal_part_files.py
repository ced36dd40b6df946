"""The original files of Pascal-Part in miniature."""
import pytest
from miniatures import write_voc_2010


@pytest.fixture(name='paths')
def paths_fixture(tmp_path):
    write_voc_2010(tmp_path / 'VOC2010', tmp_path / 'Annotations_Part')
    return {'voc': tmp_path / 'VOC2010', 'annotations': tmp_path / 'Annotations_Part',
            'out': tmp_path / 'PascalPart116', 'workers': 1, 'overwrite': False}
