"""mmengine's ``compile`` of a config, which compiles the training step of its runner."""
import torch

from mmpartseg.engine import latest_checkpoint
from tests.runs import in_child, train, write_config


def weights(folder, **options):
    """Of a run of two steps."""
    folder.mkdir()
    path = write_config(folder, **{'train_cfg.max_iters': 2}, **options)
    assert in_child(train, path, folder / 'run') == [0]
    return torch.load(latest_checkpoint(folder / 'run'), weights_only=False)['state_dict']


def test_compile_of_a_config(tmp_path):
    """The same weights, through the compiler's front end and its gradients."""
    plain = weights(tmp_path / 'plain')
    compiled = weights(tmp_path / 'compiled', compile=dict(backend='aot_eager'))
    assert 'has been "compiled"' in ''.join(
        path.read_text() for path in (tmp_path / 'compiled').rglob('*.log'))
    assert compiled.keys() == plain.keys()
    for name, value in plain.items():
        torch.testing.assert_close(compiled[name], value, atol=1e-5, rtol=1e-4, msg=name)
