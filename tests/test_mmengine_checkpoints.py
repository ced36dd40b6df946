"""mmengine's checkpoints are read under ``weights_only=True``; what else names code is refused."""
import pickle

import pytest
import torch
from mmengine.logging import HistoryBuffer
from mmengine.optim import OneCycleLR


def reload(content, path):
    torch.save(content, path)
    return torch.load(path, weights_only=True)


def test_log_history(tmp_path):
    buffer = HistoryBuffer([1., 2., 6.], [1, 1, 1])
    read = reload(dict(loss=buffer), tmp_path / 'log.pth')['loss']
    assert read.statistics('mean') == 3 and read.statistics('min') == 1 and read.current() == 6


def test_one_cycle_schedule_goes_on(tmp_path):
    def scheduler():
        optimizer = torch.optim.SGD([torch.zeros(1, requires_grad=True)], lr=0.1)
        optimizer.step()
        return OneCycleLR(optimizer, eta_max=0.1, total_steps=10, by_epoch=False)
    first, resumed = scheduler(), scheduler()
    for _ in range(4):
        first.step()
    resumed.load_state_dict(reload(first.state_dict(), tmp_path / 'schedule.pth'))
    first.step()
    resumed.step()
    assert resumed.get_last_value() == first.get_last_value()


class Named:
    """Pickles as ``getattr(owner, name)``."""

    def __init__(self, owner, name):
        self.args = owner, name

    def __reduce__(self):
        return getattr, self.args


@pytest.mark.parametrize('owner, name', [(HistoryBuffer, '__init__'), (torch.Size, 'count')])
def test_other_names_are_refused(owner, name, tmp_path):
    with pytest.raises(pickle.UnpicklingError, match=f"may not name '{name}'"):
        reload(Named(owner, name), tmp_path / 'evil.pth')
