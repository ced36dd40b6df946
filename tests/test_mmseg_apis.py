"""mmseg's own inference functions on this package's configs and checkpoints."""
from pathlib import Path

import cv2
import numpy as np
import pytest
import torch
from mmengine.config import Config
from mmseg.apis import MMSegInferencer, inference_model, init_model, show_result_pyplot

from mmpartseg.palette import part_palette
from mmpartseg.taxonomy import PartTaxonomy, load_metainfo
from tests.mixed import run, small_config, unformatted  # noqa: F401

OPEN, CLOSED = 'partclipseg/pascal_part_r50', 'segformer/segformer_mit-b0_pascal_part'
META = load_metainfo('pascal_part_116')
PALETTE = part_palette(PartTaxonomy(META['object_part_classes'])).tolist()
SHEEP = META['object_part_classes'].index("sheep's head")  # not among the classes trained on


@pytest.fixture(params=[OPEN, CLOSED])
def trained(request, pascal_archive, tmp_path):
    """A config, and the checkpoint of its training."""
    cfg = small_config(request.param, tmp_path / 'run', pascal_archive.root)
    as_written = cfg.to_dict()  # a run fills in and takes out
    run(cfg)
    return Config(as_written), str(tmp_path / 'run' / 'iter_2.pth')


@pytest.fixture
def image(pascal_archive):
    return str(pascal_archive.path('images', 'val', 'bird'))


@pytest.fixture
def drawn(monkeypatch):
    """The names that mmseg writes into pictures."""
    texts, put = [], cv2.putText
    monkeypatch.setattr(cv2, 'putText', lambda *a, **k: texts.append(a[1]) or put(*a, **k))
    return texts


def test_names_of_a_model(trained, image, drawn, tmp_path):
    model = init_model(*trained, device='cpu')
    assert model.dataset_meta['classes'] == tuple(META['object_part_classes'])
    assert model.dataset_meta['palette'] == PALETTE
    pixels = cv2.imread(image)
    for source in (image, pixels):
        result = inference_model(model, source)
        assert result.pred_sem_seg.data.shape[1:] == pixels.shape[:2]
    result.pred_sem_seg.data[:] = SHEEP
    picture = show_result_pyplot(model, image, result, show=False, draw_gt=False, opacity=1.,
                                 out_file=str(tmp_path / 'drawn.png'))
    assert drawn == ["sheep's head"] and (tmp_path / 'drawn.png').is_file()
    assert np.array_equal(np.median(picture.reshape(-1, 3), 0), PALETTE[SHEEP])


def test_the_inferencer(trained, image, tmp_path, monkeypatch):
    inferencer = MMSegInferencer(*trained, device='cpu')
    forward = inferencer.forward

    def sheep(*args, **kwargs):
        results = forward(*args, **kwargs)
        results[0].pred_sem_seg.data = torch.full_like(results[0].pred_sem_seg.data, SHEEP)
        return results
    monkeypatch.setattr(inferencer, 'forward', sheep)
    found = inferencer(image, out_dir=str(tmp_path / 'out'))
    assert np.array_equal(found['predictions'], np.full(cv2.imread(image).shape[:2], SHEEP))
    assert inferencer.visualizer.dataset_meta['classes'] == tuple(META['object_part_classes'])
    assert (tmp_path / 'out' / 'vis' / Path(image).name).is_file()
