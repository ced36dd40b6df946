"""The classes of an evaluation."""
import pytest

from mmpartseg.evaluation.vocabulary import check_same_classes, dataset_taxonomy
from mmpartseg.taxonomy import PartTaxonomy

CLASSES = ["cat's head", "dog's head"]


def test_unseen_objects_come_from_the_named_vocabulary():
    whole = PartTaxonomy.named('pascal_part_116')
    meta = {'classes': whole.object_parts, 'taxonomy': 'pascal_part_116'}
    assert dataset_taxonomy(meta) == whole
    seen = {'classes': whole.seen().object_parts, 'taxonomy': 'pascal_part_116:seen'}
    assert dataset_taxonomy(seen) == whole.seen()


def test_a_subset_keeps_its_order_and_its_unseen_objects():
    taxonomy = dataset_taxonomy({'classes': ["dog's tail", "cat's head"],
                                 'taxonomy': 'pascal_part_116'})
    assert taxonomy.object_parts == ("dog's tail", "cat's head")
    assert taxonomy.unseen_objects == ('dog',)


def test_taxonomy_as_a_dict_or_absent():
    described = {'object_parts': CLASSES, 'unseen_objects': ['dog']}
    assert dataset_taxonomy({'classes': CLASSES, 'taxonomy': described}).is_seen == (True, False)
    assert dataset_taxonomy({'classes': CLASSES}).is_seen == (True, True)


@pytest.mark.parametrize('meta', [None, {}, {'palette': []}])
def test_metainfo_without_classes(meta):
    with pytest.raises(ValueError, match="metainfo has no 'classes'"):
        dataset_taxonomy(meta)


def test_the_first_difference_is_named():
    taxonomy = PartTaxonomy(CLASSES)
    check_same_classes('it', CLASSES, taxonomy)
    with pytest.raises(ValueError, match='it has 2 classes and the metric 2; the first difference '
                                         'is id 1: "cow\'s head" and "dog\'s head"'):
        check_same_classes('it', ["cat's head", "cow's head"], taxonomy)
    with pytest.raises(ValueError, match='has 1 class and .* id 1: "nothing" and "dog\'s head"'):
        check_same_classes('it', CLASSES[:1], taxonomy)
