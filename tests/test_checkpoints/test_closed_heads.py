"""A closed head predicts only with its own weights, for its own classes."""
import pytest
import torch
from mmengine.runner import Runner

from mmpartseg.apis import PartSegInferencer
from tests.mixed import run, small_config, unformatted  # noqa: F401

NAME = 'upernet/upernet_r50_pascal_part'


def config(archive, folder):
    cfg = small_config(NAME, folder, archive.root)
    cfg.default_hooks.checkpoint.save_best = None
    return cfg


@pytest.fixture
def trained(pascal_archive, tmp_path):
    """The config, and the checkpoint of its training."""
    run(config(pascal_archive, tmp_path / 'run'))
    path = tmp_path / 'run' / 'iter_2.pth'
    return pascal_archive, path, torch.load(path, weights_only=True)


def without(prefix, state):
    return {name: value for name, value in state.items() if not name.startswith(prefix)}


def predictors(archive, path, folder):
    """Testing and inference, both of a fresh model."""
    cfg = config(archive, folder)
    cfg.load_from = str(path)
    return [lambda: Runner.from_cfg(cfg).test(), lambda: PartSegInferencer(config(archive, folder), path)]


def test_what_must_be_there(trained, tmp_path):
    archive, path, checkpoint = trained
    state = checkpoint['state_dict']
    fitting = without('auxiliary_head.', {f'module.{name}': value for name, value in state.items()})
    reshaped = dict(state, **{'decode_head.conv_seg.weight': torch.zeros(150, 16, 1, 1)})
    wrong = {
        'lacks .* of .* weights that the model predicts with.*decode_head': without('decode_head.', state),
        r"or has them in another shape: \['decode_head.conv_seg.weight'\]": reshaped,
        'backbone': without('backbone.', state)}
    torch.save(dict(checkpoint, state_dict=fitting), path)
    for predict in predictors(archive, path, tmp_path / 'good'):
        predict()
    for message, weights in wrong.items():
        torch.save(dict(checkpoint, state_dict=weights), path)
        for predict in predictors(archive, path, tmp_path / 'bad'):
            with pytest.raises(ValueError, match=message):
                predict()


def test_classes_in_another_order(trained, tmp_path):
    archive, path, checkpoint = trained
    classes = checkpoint['meta']['dataset_meta']['classes']
    checkpoint['meta']['dataset_meta']['classes'] = (classes[1], classes[0], *classes[2:])
    torch.save(checkpoint, path)
    for predict in predictors(archive, path, tmp_path / 'test'):
        with pytest.raises(ValueError, match='was trained on 116 classes, the model has 116; they first '
                           'differ at class 0.*Set model.taxonomy'):
            predict()


def test_training_begins_from_a_backbone(trained, tmp_path):
    archive, path, checkpoint = trained
    torch.save(dict(state_dict={name: value for name, value in checkpoint['state_dict'].items()
                                if name.startswith('backbone.')}), path)
    cfg = config(archive, tmp_path / 'more')
    cfg.load_from = str(path)
    run(cfg)
