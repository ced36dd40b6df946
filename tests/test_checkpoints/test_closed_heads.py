"""A closed head predicts only with its own weights, for its own classes."""
from types import SimpleNamespace

import pytest
import torch
from mmengine.runner import Runner

from mmpartseg.apis import PartSegInferencer
from mmpartseg.checkpoints import check_closed_head, strict
from mmpartseg.taxonomy import PartTaxonomy
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


def test_what_older_checkpoints_say_of_their_classes():
    model = SimpleNamespace(taxonomy=PartTaxonomy(["cat's head", "cat's tail"]), state_dict=dict)
    swapped = model.taxonomy.object_parts[::-1]
    for meta in (dict(CLASSES=swapped), dict(dataset_meta=dict(classes=swapped))):
        with pytest.raises(ValueError, match='was trained on 2 classes, the model has 2; they first differ'):
            check_closed_head(model, dict(state_dict={}, meta=meta))
        check_closed_head(model, dict(state_dict={}, meta={key: dict(classes=swapped[::-1]) if isinstance(
            value, dict) else swapped[::-1] for key, value in meta.items()}))


def test_a_checkpoint_that_does_not_say_its_classes(monkeypatch):
    said = []
    monkeypatch.setattr(strict, 'print_log', lambda text, *args: said.append(text))
    model = SimpleNamespace(taxonomy=PartTaxonomy(["cat's head"]), state_dict=dict)
    check_closed_head(model, dict(state_dict={}), 'old.pth')
    assert 'old.pth does not say which classes it was trained on' in said.pop()


def test_training_on_other_classes_says_so(trained, tmp_path, monkeypatch):
    archive, path, checkpoint = trained
    classes = checkpoint['meta']['dataset_meta']['classes']
    checkpoint['meta']['dataset_meta']['classes'] = (classes[1], classes[0], *classes[2:])
    torch.save(checkpoint, path)
    cfg = config(archive, tmp_path / 'more')
    cfg.load_from = str(path)
    run(cfg)
    log = next((tmp_path / 'more').glob('*/*.log')).read_text()
    assert 'was trained on other classes, or on these in another order' in log


def test_training_begins_from_a_backbone(trained, tmp_path):
    archive, path, checkpoint = trained
    torch.save(dict(state_dict={name: value for name, value in checkpoint['state_dict'].items()
                                if name.startswith('backbone.')}), path)
    cfg = config(archive, tmp_path / 'more')
    cfg.load_from = str(path)
    run(cfg)
