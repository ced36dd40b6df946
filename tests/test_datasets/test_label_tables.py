"""The lookups of label maps against slow loops."""
import numpy as np
import pytest

from mmpartseg.datasets.label_maps import IdTable, LabelTables
from mmpartseg.taxonomy import PartTaxonomy, load_metainfo

STORED = PartTaxonomy(["dog's head", "cat's head", "cat's tail", "cow's horn"], ['cow'])
OBJECTS = ('boat', 'cat', 'cow', 'dog')


def slow_lookup(stored, targets, ignore_index, first_id):
    out = np.empty(stored.shape, int)
    for place, value in np.ndenumerate(stored):
        ignored = value == np.iinfo(stored.dtype).max or value < first_id
        out[place] = ignore_index if ignored else targets[value - first_id]
    return out


@pytest.mark.parametrize('ignore_index', [255, 65535, 200])
@pytest.mark.parametrize('first_id', [0, 1])
@pytest.mark.parametrize('dtype', [np.uint8, np.uint16])
def test_lookup_against_a_loop(dtype, first_id, ignore_index):
    rng = np.random.default_rng(3)
    targets = rng.permutation(120).tolist()
    targets[5] = targets[80] = ignore_index
    stored = rng.integers(0, 120 + first_id, (23, 17)).astype(dtype)
    stored[rng.random(stored.shape) < 0.2] = np.iinfo(dtype).max
    ids = IdTable(targets, ignore_index, first_id)(stored, 'a.png')
    assert np.array_equal(ids, slow_lookup(stored, targets, ignore_index, first_id))
    assert ids.dtype == (np.uint16 if ignore_index > 255 else np.uint8)


def test_more_classes_than_8_bits():
    table = IdTable(range(300), 65535)
    stored = np.array([[255, 256, 299, 65535]], np.uint16)
    assert table(stored, 'a.png').tolist() == [[255, 256, 299, 65535]]
    assert table(np.array([[254, 255]], np.uint8), 'a.png').tolist() == [[254, 65535]]


@pytest.mark.parametrize(('dtype', 'outside'), [(np.uint8, 4), (np.uint8, 254), (np.uint16, 255)])
def test_id_outside_the_classes(dtype, outside):
    stored = np.array([[0, outside, 3]], dtype)
    with pytest.raises(ValueError, match=rf'x/a\.png holds id {outside}, outside the 4 classes '
                                         r'\(ids 0 to 3'):
        IdTable(range(4), 255)(stored, 'x/a.png')


def test_id_outside_counting_from_one():
    with pytest.raises(ValueError, match=r'holds id 5, outside.*ids 1 to 4'):
        IdTable(range(4), 255, first_id=1)(np.array([[0, 1, 4, 5]], np.uint8), 'a.png')


def test_mmseg_form():
    assert IdTable(range(3), 255).as_label_map() is None
    assert IdTable([0, 255, 1], 255).as_label_map() == {0: 0, 1: 255, 2: 1}


def test_tables_of_all_classes():
    tables = LabelTables(STORED, STORED, OBJECTS, ignore_index=255)
    parts = tables.parts(np.array([0, 1, 2, 3, 255], np.uint8), 'a.png')
    assert parts.tolist() == [0, 1, 2, 3, 255]
    # objects sorted: cat 0, cow 1, dog 2; the boat has no part: 3
    assert tables.objects(np.array([0, 1, 2, 3, 255], np.uint8), 'a.png').tolist() == [
        3, 0, 1, 2, 255]
    assert tables.object_of[parts].tolist() == [2, 0, 0, 1, 255]


def test_tables_of_seen_classes():
    tables = LabelTables(STORED, STORED.seen(), OBJECTS, ignore_index=255)
    parts = tables.parts(np.array([0, 1, 2, 3, 255], np.uint8), 'a.png')
    assert parts.tolist() == [0, 1, 2, 255, 255]
    # cat 0, dog 1; the cow is unseen: ignored; the boat: 2
    assert tables.objects(np.array([0, 1, 2, 3, 255], np.uint8), 'a.png').tolist() == [
        2, 0, 255, 1, 255]
    assert tables.object_of[parts].tolist() == [1, 0, 0, 255, 255]


@pytest.mark.parametrize('name', ['pascal_part_116', 'ade20k_part_234', 'part_imagenet'])
@pytest.mark.parametrize('seen', [False, True])
def test_shipped_tables_against_names(name, seen):
    """Every stored id goes to the id of its name, or to ignore when its object is unseen."""
    meta, stored = load_metainfo(name), PartTaxonomy.named(name)
    kept = stored.seen() if seen else stored
    tables = LabelTables(stored, kept, meta['object_classes'], ignore_index=255)
    dtype = np.uint8
    for i, part in enumerate(stored.object_parts):
        new = tables.parts(np.array([i], dtype), 'a.png')[0]
        obj = tables.object_of[new]
        if seen and not stored.is_seen[i]:
            assert (new, obj) == (255, 255)
        else:
            assert kept.object_parts[new] == part
            assert part.startswith(f"{kept.objects[obj]}'s ")
    for i, obj in enumerate(meta['object_classes']):
        new = tables.objects(np.array([i], dtype), 'a.png')[0]
        if seen and obj in stored.unseen_objects:
            assert new == 255
        elif obj in stored.objects:
            assert kept.objects[new] == obj
        else:
            assert new == len(kept.objects)


@pytest.mark.parametrize('ignore_index', [3, -1, 65536])
def test_ignore_index_out_of_range(ignore_index):
    with pytest.raises(ValueError, match=f'ignore_index={ignore_index} cannot mark .*4 classes'):
        LabelTables(STORED, STORED, OBJECTS, ignore_index)


@pytest.mark.parametrize(('classes', 'ignore_index', 'fits'), [
    (255, 255, True), (256, 255, False), (256, 65535, True)])
def test_number_of_classes_that_fit(classes, ignore_index, fits):
    taxonomy = PartTaxonomy([f"cat's part {i}" for i in range(classes)])
    if fits:
        LabelTables(taxonomy, taxonomy, ['cat'], ignore_index)
    else:
        with pytest.raises(ValueError, match='256 classes.*use ignore_index=65535'):
            LabelTables(taxonomy, taxonomy, ['cat'], ignore_index)


def test_objects_without_parts_need_an_id_of_their_own():
    """255 objects of one part each: id 255 would mean both "no parts" and "ignore"."""
    taxonomy = PartTaxonomy([f"thing {i}'s top" for i in range(255)])
    with pytest.raises(ValueError, match='use ignore_index=65535'):
        LabelTables(taxonomy, taxonomy, taxonomy.objects, 255)


def test_object_classes_must_cover_the_objects():
    with pytest.raises(ValueError, match=r"objects \['cow', 'dog'\] are of classes, but not among"):
        LabelTables(STORED, STORED, ['boat', 'cat'], 255)
