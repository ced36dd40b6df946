"""What a checkpoint has seen of a vocabulary."""
import numpy as np
import pytest

from mmpartseg import PartTaxonomy
from mmpartseg.apis import read_vocabulary
from mmpartseg.apis.known_words import check_english, unseen_classes, unseen_flags, unseen_words


def test_unseen_words():
    trained = PartTaxonomy(["cat's head", "dog's tail"])
    asked = read_vocabulary('Cat: Head, tail, paw; head: cat')
    assert unseen_words(asked, trained) == {'objects': ['head'], 'parts': ['cat', 'paw']}
    assert unseen_classes(asked, trained) == [False, True, True, True]


def test_other_alphabets_are_refused_unless_trained():
    asked = read_vocabulary('\u732b: \u5934, tail; jalape\u00f1o: stem')
    with pytest.raises(ValueError, match="reads English, and .*'jalape\u00f1o', '\u732b', '\u5934'"):
        check_english(asked, PartTaxonomy(["cat's head"]))
    check_english(asked, asked)


def test_flags():
    trained = PartTaxonomy(["cat's head", "dog's tail"])
    flags = unseen_flags(read_vocabulary('cat: head, paw; cow: head'), trained)
    assert [level.tolist() for level in flags] == [
        [False, True], [False, True], [False, True, True]]
    flags = unseen_flags(trained, trained)
    assert [level.dtype for level in flags] == [bool] * 3 and not np.concatenate(flags).any()
