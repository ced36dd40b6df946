"""The arrays of the released ZSSeg+, and how near ours are."""
import pytest
import torch

from tests.keyed_weights import reference_files

pytest.importorskip('mmdet')
from tests.zsseg import Reference  # noqa: E402


@pytest.fixture(name='reference', scope='module', params=reference_files('zsseg_*.npz'),
                ids=lambda path: path.stem)
def reference_fixture(request):
    with torch.no_grad():
        return Reference(request.param)


def close(actual, expected, scale=1e-4, name=''):
    """Within a share of the largest magnitude."""
    bound = scale * expected.abs().max().item()
    torch.testing.assert_close(actual, expected, atol=bound, rtol=0, msg=lambda text: f'{name}: {text}')


def passes(reference):
    """Every recorded test pass: its folder, that of its picture, and λ."""
    own = 0.5
    for number in reference.numbers('test'):
        yield f'test/{number}', f'test/{number}', own
    for number in reference.numbers('predicted_object'):
        yield f'predicted_object/{number}', f'predicted_object/{number}', own
    weighted = sorted({k.split('/')[0] for k in reference.arrays.files if k.startswith('weight_')}
                      - {'weight_rows'})
    assert weighted
    for folder in weighted:
        for number in reference.numbers(folder):
            yield f'{folder}/{number}', f'test/{number}', float(folder.removeprefix('weight_'))
