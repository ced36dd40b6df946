"""Parameters of configs: the numbers of the model itself, and no weights fetched."""
import parameters
import pytest
from mmengine.config import Config
from mmseg.registry import MODELS

from tests.mixed import ROOT


def test_counts_of_the_quickstart(capsys):
    path = str(ROOT / 'configs/partclipseg/part_shapes.py')
    model = MODELS.build(Config.fromfile(path).model)
    total = sum(p.numel() for p in model.parameters())
    trained = sum(p.numel() for p in model.parameters() if p.requires_grad)
    assert parameters.count(path) == (total, trained) and trained < total
    parameters.main([path])
    assert capsys.readouterr().out == (
        f'{path}: {total / 1e6:.4g} M parameters, {trained / 1e6:.4g} M train\n')


@pytest.mark.parametrize('name, trained', [('partcatseg', 26.8), ('zsseg', 42.0)])
def test_counts_of_published_models(name, trained):
    """How many the released codes train is known; nothing is downloaded on the way."""
    if name == 'zsseg':
        pytest.importorskip('mmdet')
    assert parameters.count(str(ROOT / f'configs/{name}/pascal_part.py'))[1] / 1e6 == pytest.approx(
        trained, abs=0.05)
