"""Label maps resized and back, as the released evaluator has them."""
import numpy as np
import pytest
import torch

from mmpartseg.released_labels import (
    EVALUATORS,
    released_evaluator,
    released_part_map,
    resized_and_back,
    working_size,
)


@pytest.mark.parametrize('size, working', [
    ((375, 500), (800, 1067)), ((500, 375), (1067, 800)), ((333, 2000), (222, 1333)),
    ((800, 800), (800, 800)), ((1, 1), (800, 800)), ((1, 5000), (1, 1333)), ((1600, 900), (1333, 750))])
def test_working_size(size, working):
    assert working_size(size) == working


@pytest.mark.parametrize('size, working', [
    ((375, 500), (576, 768)), ((500, 375), (768, 576)), ((500, 500), (640, 640)), ((500, 600), (640, 768)),
    ((333, 2000), (128, 768)), ((1, 5000), (1, 768))])
def test_working_size_of_catseg(size, working):
    """Shorter side 640, longer at most 768."""
    assert working_size(size, EVALUATORS['catseg']) == working


def sources(pixels, working):
    """Which pixel each of a side comes from: floor in float32, twice."""
    def index(source, target):
        scale = np.float32(source) / np.float32(target)
        return np.minimum(np.floor(np.arange(target, dtype=np.float32) * scale).astype(int), source - 1)
    return index(pixels, working)[index(working, pixels)]


@pytest.mark.parametrize('size', [(375, 500), (1, 1), (7, 900), (1, 5000), (2000, 300), (801, 799)])
@pytest.mark.parametrize('dtype, high', [(torch.uint8, 256), (torch.int32, 65536), (torch.int64, 65536)])
@pytest.mark.parametrize('evaluator', EVALUATORS.values(), ids=map(str, EVALUATORS))
def test_equals_indexing(size, dtype, high, evaluator):
    """Any size, also 16 bit."""
    labels = torch.randint(0, high, size, generator=torch.Generator().manual_seed(0)).to(dtype)
    working = working_size(size, evaluator)
    rows, columns = (sources(a, b) for a, b in zip(size, working))
    result = resized_and_back(labels, evaluator)
    assert result.dtype == dtype and torch.equal(result, labels[rows][:, columns])


def test_most_rows_move():
    moved = sources(375, 800) != np.arange(375)
    assert moved.mean() == pytest.approx(0.93, abs=0.005)
    labels = torch.arange(375)[:, None].expand(375, 500)
    assert (resized_and_back(labels)[:, 0] != labels[:, 0]).float().mean() == pytest.approx(moved.mean())


def test_a_pixel_counts_where_the_object_map_shows_an_object():
    """Whatever part it is labelled as: under the object map's object, or nowhere."""
    parts, objects = torch.full((800, 800), 3), torch.full((800, 800), 1)
    objects[:100], objects[100:200], parts[700:] = 255, 2, 255  # ignored; an object without parts
    truth = released_part_map(parts, objects, 2, 255)
    assert (truth[:200] == 255).all() and (truth[200:700] == 3).all() and (truth[700:] == 255).all()


def test_catsegs_goes_by_the_part_map():
    """Whatever the object map shows."""
    parts, objects = torch.full((640, 640), 3), torch.full((640, 640), 255)
    parts[600:] = 255
    assert torch.equal(released_part_map(parts, objects, 2, 255, EVALUATORS['catseg']), parts)


def test_evaluators():
    assert released_evaluator(False) is None
    assert released_evaluator(True).stored_objects and not released_evaluator('catseg').stored_objects
    with pytest.raises(ValueError, match="released_ground_truth is 'ours'; take .*'catseg' .*'zsseg'"):
        released_evaluator('ours')
