"""The inferencer gives what the model gives, for every kind of picture and vocabulary."""
import numpy as np
import pytest
import torch
from mmengine.config import Config
from mmengine.infer import BaseInferencer
from mmseg.structures import SegDataSample
from PIL import Image

from mmpartseg import PartTaxonomy
from mmpartseg.apis import PartSegInferencer, masks_by_name
from mmpartseg.datasets import PartSegDataset
from tests.given_pictures import RGB, maps, picture_fixture  # noqa: F401


def test_same_as_dataset_and_model(inferencer, picture, model_files, tmp_path):
    labels = np.zeros((24, 40), np.uint8)
    labels[:, 20:] = 2
    (tmp_path / 'labels').mkdir()
    Image.fromarray(labels).save(tmp_path / 'labels' / 'a.png')
    dataset = PartSegDataset(
        taxonomy=inferencer.taxonomy, pipeline=Config.fromfile(model_files[0]).test_pipeline,
        img_suffix='.png', test_mode=True, data_root=str(tmp_path),
        data_prefix={'img_path': 'images', 'seg_map_path': 'labels'})
    data = dataset[0]
    data = {'inputs': [data['inputs']], 'data_samples': [data['data_samples']]}
    with torch.no_grad():
        expected, = inferencer.model.test_step(data)
    objects = np.where(labels == 2, 1, 2)  # bus is the first, cat the second object
    found, = inferencer(picture, object_masks=[objects])
    assert isinstance(inferencer, BaseInferencer) and isinstance(found, SegDataSample)
    assert torch.equal(found.pred_sem_seg.data, expected.pred_sem_seg.data)
    assert torch.equal(found.pred_oracle_sem_seg.data, expected.pred_oracle_sem_seg.data)
    assert len(found.pred_sem_seg.data.unique()) > 2


def test_oracle(inferencer):
    sample, = inferencer(RGB, object='cat')
    assert set(sample.pred_oracle_sem_seg.data.unique().tolist()) <= {0, 1}
    mask = np.zeros((24, 40), bool)
    mask[:10] = True
    masked, = inferencer(RGB, object='cat', object_masks=[mask])
    oracle = masked.pred_oracle_sem_seg.data[0]
    assert torch.equal(oracle[:10], sample.pred_oracle_sem_seg.data[0, :10])
    assert (oracle[10:] == 4).all()
    assert set(masks_by_name(masked)) == set(inferencer.taxonomy.object_parts)
    with pytest.raises(ValueError, match='2 pictures and 1 object mask: expected one mask for each'):
        inferencer([RGB, RGB], object_masks=[mask])
    with pytest.raises(ValueError, match="object 'cow' is not in the vocabulary"):
        inferencer(RGB, object='cow')


def test_plain_values(inferencer):
    found = inferencer([RGB, RGB], return_datasamples=False, return_vis=True, shapes='rle')
    first, second = found['predictions']
    assert first == second and first['width'] == 40
    assert sum(p['pixels'] for p in first['parts']) + first['background_pixels'] == 24 * 40
    assert all('rle' in part and 0 <= part['score'] <= 1 for part in first['parts'])
    assert [v.shape[2] for v in found['visualization']] == [3, 3]
    assert inferencer(RGB, return_datasamples=False)['visualization'] is None


def test_scores_are_means_of_the_upsampled_sigmoid(inferencer):
    inferencer.model.test_cfg.return_logits = True
    sample, = inferencer(RGB)
    logits, labels = sample.seg_logits.data, sample.pred_sem_seg.data[0]
    for i, score in enumerate(sample.part_scores):
        won = labels == i
        expected = logits[i][won].sigmoid().mean()
        assert torch.isclose(score, expected, atol=1e-5) or (torch.isnan(score) and not won.any())
    assert not sample.part_scores.isnan().all()


def test_set_taxonomy_encodes_new_names_only(inferencer, monkeypatch):
    encoder = inferencer.model.decode_head.text_encoder
    encoded = []
    original = encoder._encode
    monkeypatch.setattr(encoder, '_encode', lambda names: encoded.extend(names) or original(names))
    inferencer.set_taxonomy('cat: head, paw; dog: head')
    assert sorted(encoded) == ['cat', 'dog', 'head', 'paw']
    inferencer.set_taxonomy('dog: head; cow: paw')
    assert encoded[4:] == ['cow']
    sample, = inferencer(RGB)
    assert encoded[5:] == []
    assert sample.metainfo['classes'] == ("dog's head", "cow's paw")
    assert sample.pred_sem_seg.data.max() <= 2


def test_vocabulary_given_at_the_start(model_files):
    inferencer = PartSegInferencer(*model_files, parts='cat: head, paw; cow: head')
    assert inferencer.taxonomy.object_parts == ("cat's head", "cat's paw", "cow's head")
    assert inferencer.unseen_words == {'objects': ['cow'], 'parts': ['paw']}
    assert inferencer.unseen.tolist() == [False, True, True]
    assert inferencer.palette.shape == (3, 3)


@pytest.mark.parametrize('parts, message', [
    ('\u732b: head', "CLIP's text encoder reads English"),
    ('cat: ' + 'very ' * 80 + 'long tail', 'longer than the 77 tokens'),
    ('', 'the vocabulary is'),
])
def test_a_refused_vocabulary_changes_nothing(inferencer, parts, message):
    before = inferencer.taxonomy
    with pytest.raises(ValueError, match=message):
        inferencer.set_taxonomy(parts)
    assert inferencer.taxonomy is before is inferencer.model.taxonomy
    inferencer(RGB)


def test_errors(model_files, tmp_path, inferencer):
    with pytest.raises(FileNotFoundError, match=r"no config '.*gone.py'"):
        PartSegInferencer(tmp_path / 'gone.py')
    with pytest.raises(FileNotFoundError, match=r'checkpoint .*gone.pth not found'):
        PartSegInferencer(model_files[0], tmp_path / 'gone.pth')
    with pytest.raises(FileNotFoundError, match='there is no image .*gone.png'):
        inferencer(str(tmp_path / 'gone.png'))
    (tmp_path / 'v.mp4').touch()
    with pytest.raises(ValueError, match=r"v.mp4' is no picture; tools/predict.py takes videos"):
        inferencer(tmp_path / 'v.mp4')
    with pytest.raises(TypeError, match='unexpected keyword'):
        inferencer(RGB, colour='red')


def test_config_as_object_or_dict(model_files, picture):
    cfg = Config.fromfile(model_files[0])
    expected = maps(PartSegInferencer(*model_files)(picture))[0]
    for config in (cfg, cfg.to_dict()):
        assert torch.equal(maps(PartSegInferencer(config, model_files[1])(picture))[0], expected)


def test_never_seen_is_what_the_weights_have_not_seen(model_files, tmp_path):
    config, checkpoint = model_files
    state = torch.load(checkpoint, weights_only=True)
    torch.save({**state, 'meta': {'train_dataset_meta': {'classes': ["cow's horn"]}}}, tmp_path / 'cow.pth')
    words = PartSegInferencer(config, tmp_path / 'cow.pth', 'cow: horn; cat: head', device='cpu').unseen_words
    assert words == {'objects': ['cat'], 'parts': ['head']}
    torch.save({**state, 'meta': {'train_dataset_meta': {'classes': ()}}}, tmp_path / 'none.pth')
    inferencer = PartSegInferencer(config, tmp_path / 'none.pth', 'cow: horn; cat: head', device='cpu')
    assert inferencer.unseen_words == {'objects': ['cat', 'cow'], 'parts': ['head', 'horn']}
    assert inferencer.unseen.all()
    assert PartSegInferencer(config, checkpoint, 'cow: horn; cat: head', device='cpu').unseen_words == {
        'objects': ['cow'], 'parts': ['horn']}


def test_named(tmp_path):
    inferencer = PartSegInferencer.named(device='cpu')
    assert inferencer.words.trained == PartTaxonomy.named('part_shapes:seen')


def test_zoom_is_of_a_call_and_keeps_no_picture(inferencer, monkeypatch):
    calls, look = [], inferencer.model.extract_feat
    monkeypatch.setattr(type(inferencer.model), 'extract_feat',
                        lambda self, inputs: calls.append(len(inputs)) or look(inputs))
    mask = np.zeros((24, 40), bool)
    mask[4:10, 6:12] = True
    for zoom in (True, False):
        inferencer.model.recent_pictures.clear()
        calls.clear()
        found, = inferencer(RGB, object='cat', object_masks=[mask], refine=['zoom'] * zoom)
        assert (len(calls) >= 2) == zoom and 'picture' not in found.metainfo
        assert found.scores.keys() == set(found.found)
