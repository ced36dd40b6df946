"""A model in another vocabulary shares its weights, and leaves the first as it is."""
import pytest
import torch
from mmseg.registry import MODELS

from mmpartseg.models.text_encoders import kept_text
from tests.tiny import ALL, segmentor
from tests.tiny_cost import TEXT

COWS = ["cow's horn", "cow's head"]


def test_a_view_is_the_model_in_another_vocabulary():
    model, other = segmentor(), segmentor()
    image = torch.rand(1, 3, 32, 32, generator=torch.Generator().manual_seed(1))
    before = model(image, mode='predict')[0].pred_sem_seg.data
    view = model.in_vocabulary(COWS)
    other.set_taxonomy(COWS)
    for found, expected in ((view, other), (model, segmentor())):
        with torch.no_grad():
            torch.testing.assert_close(found.encode_decode(image, [{}]), expected.encode_decode(image, [{}]))
        assert (found.out_channels, found.num_classes) == (expected.out_channels, expected.num_classes)
    assert model.taxonomy.object_parts == tuple(ALL) and view.taxonomy.object_parts == tuple(COWS)
    assert torch.equal(model(image, mode='predict')[0].pred_sem_seg.data, before)
    assert {id(p) for p in view.parameters()} == {id(p) for p in model.parameters()}
    with torch.no_grad():
        model.decode_head.background_embedding.add_(1)
    assert torch.equal(view.decode_head.background_embedding, model.decode_head.background_embedding)
    view.double()
    assert next(model.parameters()).dtype == torch.float64


def test_windows_go_over_the_classes_of_the_view():
    model = segmentor()
    model.test_cfg.update(mode='slide', crop_size=(32, 32), stride=(16, 16))
    image, metas = torch.rand(1, 3, 32, 48), [dict(ori_shape=(32, 48))]
    with torch.no_grad():
        assert model.in_vocabulary(COWS).inference(image, metas).shape[1] == 2 + 1 + 1 + 1
        assert model.inference(image, metas).shape[1] == 7 + 1 + 3 + 1


def test_embeddings_that_are_kept_have_a_bound(monkeypatch):
    monkeypatch.setattr(kept_text, 'MOST_NAMES', 20)
    monkeypatch.setattr(kept_text, 'MOST_VOCABULARIES', 3)
    encoder = segmentor().decode_head.text_encoder
    expected = encoder(['cat', 'tail'])
    for i in range(30):
        encoder([f'thing {i}', f'part {i}'])
        assert len(encoder.kept.rows) <= 20 and len(encoder.kept.vocabularies) <= 3
    torch.testing.assert_close(encoder(['cat', 'tail']), expected)


def test_embeddings_that_are_kept_have_a_bound_in_bytes():
    """With templates apart a name takes as much as many names; those asked for last are kept in any case."""
    encoder = MODELS.build(dict(TEXT, templates=['{}'] * 10, kept_bytes=2**14)).eval()
    assert MODELS.build(TEXT).kept.most_bytes == 256 * 2**20
    assert encoder(['cat']).nbytes == 10 * 4 * encoder.embed_dims
    expected, most = encoder(['cat', 'tail']), 0
    for i in range(30):
        encoder([f'thing {i}', f'part {i}', 'cat'])
        most = max(most, encoder.kept.nbytes)
        stored = {row.untyped_storage().data_ptr(): row.untyped_storage().nbytes()
                  for row in (*encoder.kept.rows.values(), *encoder.kept.vocabularies.values())}
        assert sum(stored.values()) <= 2**14
    assert 2**13 < most <= 2**14
    torch.testing.assert_close(encoder(['cat', 'tail']), expected)
    many = [f'word {i}' for i in range(20)]
    larger = encoder(many)
    assert larger.nbytes > 2**14 and encoder(many) is larger and len(encoder.kept.rows) == 20


def test_fixed_classes_have_no_views(monkeypatch):
    model = segmentor()
    monkeypatch.delattr(type(model.decode_head).__mro__[2], 'set_taxonomy')
    with pytest.raises(ValueError, match='PartCLIPSegHead has a fixed number of classes'):
        model.in_vocabulary(COWS)
