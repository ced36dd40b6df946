"""Parts of whatever object come from the branch of generalized parts."""
import pytest
import torch

from mmpartseg.apis.export import FixedVocabulary
from mmpartseg.models.decode_heads.general_parts import put_anything
from mmpartseg.models.decode_heads.taxonomy_index import TaxonomyIndex
from mmpartseg.models.layers.tiles import to_maps
from mmpartseg.taxonomy import PartTaxonomy, object_and_part, shown_name
from tests.tiny import features, segmentor

ALONE = ["anything's wheel", "anything's handle"]
MIXED = ["cat's head", "anything's wheel", "bus's wheel", "anything's handle"]


@pytest.mark.parametrize('names', [ALONE, MIXED])
def test_scores_are_those_of_the_generalized_parts(names):
    head = segmentor().decode_head
    index = TaxonomyIndex(PartTaxonomy(names))
    with torch.no_grad():
        found = head.decode(features(), index)
        branch = to_maps(head.decode(features(), index, training=True).part)
    parts = index.taxonomy.parts
    for name in ALONE:
        torch.testing.assert_close(found.object_part[:, names.index(name)], branch[:, parts.index(
            name.split("'s ")[1])])
    if names == ALONE:
        torch.testing.assert_close(found.object[:, 0], branch.amax(1))


def test_object_specific_classes_do_not_change():
    head = segmentor().decode_head
    with torch.no_grad():
        mixed = head.decode(features(), TaxonomyIndex(PartTaxonomy(MIXED)))
        alone = head.decode(features(), TaxonomyIndex(PartTaxonomy([MIXED[0], MIXED[2]])))
    torch.testing.assert_close(mixed.object_part[:, [0, 2, 4]], alone.object_part)
    torch.testing.assert_close(mixed.object[:, [1, 2, 3]], alone.object)  # bus, cat, background


def test_anything_is_where_no_object_is_and_a_part_is():
    part = torch.tensor([3., -1., 9., 5., 0.5]).view(1, 1, 1, 5)
    bus, background = torch.tensor([[-2., -2., 4., 1., 0.], [0., 0., 1., 2., 1.]])
    objects = torch.stack([torch.full((5, ), 99.), bus, background]).view(1, 3, 1, 5)
    put_anything(objects, part, 0)
    # the part; its score is below the background's; the bus; close to the bus; below again
    assert objects[0, :, 0].argmax(0).tolist() == [0, 2, 1, 0, 2]
    assert torch.equal(objects[0, 1:, 0], torch.stack([bus, background]))


def test_what_is_asked_for_is_what_there_is():
    model = segmentor().in_vocabulary(MIXED)
    with torch.no_grad():
        levels = model.decode_head.levels(features())
        whole = model.decode_head(features())
        for classes in ([0, 1, 2, 3], [3, 0], [1, 3], [2]):
            found = levels.class_maps(torch.tensor(classes))
            torch.testing.assert_close(found, whole.object_part[:, classes])
        torch.testing.assert_close(levels.object_maps(), whole.object)


def test_pred_all_and_the_exported_model():
    model = segmentor().in_vocabulary(MIXED)
    generator = torch.Generator().manual_seed(3)
    with torch.no_grad():
        for parameter in model.decode_head.parameters():
            torch.nn.init.normal_(parameter, std=0.3, generator=generator)
        image = 255 * torch.rand(1, 3, 32, 32, generator=generator)
        *_, exported = FixedVocabulary(model, (32, 32))(image)
        pixels = (image - model.data_preprocessor.mean) / model.data_preprocessor.std
        found, = model.predict(pixels)
    assert torch.equal(found.pred_sem_seg.data[0], exported[0])
    assert {1, 3} & set(exported.unique().tolist())


def test_names():
    assert shown_name("anything's handle") == 'handle' and shown_name("cat's head") == "cat's head"
    assert object_and_part('handle') == (None, 'handle') and object_and_part("cat's head") == ('cat', 'head')
    assert PartTaxonomy(MIXED).general_parts == ['wheel', 'handle']


def test_clipseg_asks_for_the_part_alone():
    head = segmentor(type='CLIPSegHead').decode_head
    assert head.prompts(PartTaxonomy(MIXED)) == ['cat head', 'wheel', 'bus wheel', 'handle']
