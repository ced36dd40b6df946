"""OpenVocabPartIoU on the released evaluator's ground truth, against a run per (image, object) pair."""
from types import SimpleNamespace

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from mmengine.config import Config
from mmengine.structures import PixelData
from mmseg.structures import SegDataSample

from mmpartseg.datasets.transforms import LoadPartAnnotations
from mmpartseg.engine.hooks import ReleasedGroundTruthHook
from mmpartseg.evaluation import OpenVocabPartIoU, class_iou
from mmpartseg.released_labels import EVALUATORS, resized_and_back
from tests.tiny import ALL, segmentor

IGNORE, K = 255, len(ALL)
SIZES = [(37, 53), (60, 41)]


def images(model, disagreeing=True):
    """Scores, and part and object maps that, if asked for, disagree here and there."""
    generator = torch.Generator().manual_seed(0)
    owner, objects = torch.tensor(model.taxonomy.object_of), len(model.taxonomy.objects)
    for size in SIZES:
        coarse = torch.randint(0, K + 2, (6, 7), generator=generator)
        parts = F.interpolate(coarse[None, None].double(), size)[0, 0].long()
        parts[parts >= K] = IGNORE
        known = owner[parts.where(parts != IGNORE, 0)].where(parts != IGNORE, IGNORE)
        if disagreeing:
            known[:, :5] = torch.randint(0, objects + 1, (size[0], 5), generator=generator)
            known[5:9, 5:] = IGNORE
        yield torch.randn(K + 1 + objects + 1, 9, 8, generator=generator), parts, known


def pairs_in_a_loop(model, evaluator):
    """The released evaluator: the network's scores once for each object of each (resized) object map."""
    counts = np.zeros((K + 1, K), dtype=int)
    owner = torch.tensor(model.taxonomy.object_of)
    for scores, parts, known in images(model, evaluator.stored_objects):
        parts, known = resized_and_back(parts, evaluator), resized_and_back(known, evaluator)
        full = F.interpolate(scores[None], parts.shape, mode='bilinear', align_corners=False)[0].sigmoid()
        for obj in range(len(model.taxonomy.objects)):
            prediction = (full[:K] * (owner == obj)[:, None, None]).argmax(0)
            truth = parts.where(known == obj, IGNORE)
            for p, t in zip(prediction.flatten().tolist(), truth.flatten().tolist()):
                if t != IGNORE:
                    counts[p, t] += 1
    return counts


@pytest.fixture
def model():
    return segmentor()


def decided(model, stored_objects=True):
    samples = []
    for scores, parts, known in images(model, stored_objects):
        sample = SegDataSample(metainfo=dict(ori_shape=tuple(parts.shape), stored_objects=stored_objects),
                               gt_sem_seg=PixelData(data=parts[None]),
                               gt_object_seg=PixelData(data=known[None]))
        samples += model.postprocess(scores[None], [sample])
    return [sample.to_dict() for sample in samples]


@pytest.mark.parametrize('released, distance', [(True, 1), ('catseg', 0.1)])
def test_oracle_obj_counts_what_the_pairs_count(model, released, distance):
    evaluator = EVALUATORS[released]
    model.released_ground_truth = released
    metric = OpenVocabPartIoU(ALL, released_ground_truth=released)
    metric.process({}, decided(model, evaluator.stored_objects))
    scores = metric.evaluate(2)
    expected = class_iou(pairs_in_a_loop(model, evaluator))
    assert scores['oracle_obj/mIoU'] == pytest.approx(np.nanmean(expected), abs=0.05)
    plain = OpenVocabPartIoU(ALL)
    model.released_ground_truth = False
    plain.process({}, decided(model, evaluator.stored_objects))
    assert abs(plain.evaluate(2)['oracle_obj/mIoU'] - scores['oracle_obj/mIoU']) > distance


def test_a_perfect_prediction_is_not_100():
    """A line of one pixel moves by a pixel; pixels of no object do not count."""
    target = torch.full((375, 500), IGNORE)
    target[100:200, 100:200] = 0
    target[151] = 1  # 151 is no multiple of 15, so this row moves
    objects = torch.where(target == IGNORE, IGNORE, 0)
    sample = dict(gt_sem_seg=dict(data=target[None]), gt_object_seg=dict(data=objects[None]),
                  pred_sem_seg=dict(data=target[None].where(target[None] != IGNORE, 2)))
    values = {}
    for released in (False, 'catseg', True):
        metric = OpenVocabPartIoU(["cat's head", "cat's tail"], released_ground_truth=released)
        metric.process({}, [sample])
        values[released] = metric.evaluate(1)['pred_all/mIoU']
    assert values[False] == 100 and values[True] < 60 and values['catseg'] < 60
    del sample['gt_object_seg']  # then objects follow from parts
    metric.process({}, [sample])
    assert metric.evaluate(1)['pred_all/mIoU'] == values[True]


@pytest.mark.parametrize('metric, meta', [
    (True, dict(oracle_released_ground_truth=False)), (False, dict(oracle_released_ground_truth=True)),
    (True, dict(stored_objects=False)), ('catseg', dict(oracle_released_ground_truth=True)),
    ('catseg', dict(stored_objects=True))])
def test_the_other_ground_truth_is_an_error(metric, meta):
    one = torch.zeros(1, 4, 4, dtype=torch.long)
    sample = dict(meta, img_path='a.jpg', gt_sem_seg=dict(data=one), pred_sem_seg=dict(data=one))
    with pytest.raises(ValueError, match="'a.jpg': its objects were loaded or .*GroundTruthHook"):
        OpenVocabPartIoU(["cat's head"], released_ground_truth=metric).process({}, [sample])


def loop_of(metrics, loader):
    dataset = SimpleNamespace(pipeline=SimpleNamespace(transforms=[
        SimpleNamespace(subroutines=[SimpleNamespace(transforms=[loader])])]))
    return SimpleNamespace(evaluator=SimpleNamespace(metrics=metrics),
                           dataloader=SimpleNamespace(dataset=dataset))


@pytest.mark.parametrize('stage', ['val', 'test'])
def test_loader_and_model_follow_the_metric(model, stage):
    loader, hook = LoadPartAnnotations(), ReleasedGroundTruthHook()
    for value, stored in ((True, True), ('catseg', False), (True, True), (False, False)):
        loop = loop_of([OpenVocabPartIoU(ALL, released_ground_truth=value)], loader)
        getattr(hook, f'before_{stage}')(SimpleNamespace(model=model, **{f'{stage}_loop': loop}))
        assert model.released_ground_truth == value and loader.stored_objects is stored
    both = loop_of([OpenVocabPartIoU(ALL), OpenVocabPartIoU(ALL, released_ground_truth=True)], loader)
    with pytest.raises(ValueError, match='one evaluation cannot be on two ground truths'):
        hook.before_test(SimpleNamespace(model=model, test_loop=both))


def test_stored_objects_are_loaded_as_they_are():
    """Where part and object map disagree the part's object is taken only by default."""
    class Tables:
        ignore_index, object_of = IGNORE, np.array([0, 1] + [IGNORE] * 254)

        @staticmethod
        def parts(stored, path):
            return stored
        objects = parts

    results = dict(label_tables=Tables, seg_map_path='parts', object_map_path='objects')
    maps = dict(parts=np.array([[0, 1, IGNORE]]), objects=np.array([[1, IGNORE, 1]]))
    loaded = {}
    for stored in (False, True):
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr('mmpartseg.datasets.transforms.loading.read_map_of_image',
                          lambda path, results, backend_args: maps[path])
            loaded[stored] = LoadPartAnnotations(stored_objects=stored).transform(dict(results))
    assert loaded[False]['gt_object_map'].tolist() == [[0, 1, 1]]
    assert loaded[True]['gt_object_map'].tolist() == [[1, IGNORE, 1]] and loaded[True]['stored_objects']


@pytest.mark.parametrize('name, value', [
    ('partclipseg/released_pascal_part', True), ('partclipseg/released_ade20k_part', True),
    ('clipseg/released_pascal_part', True), ('clipseg/released_ade20k_part', True),
    ('catseg/released_pascal_part', 'catseg'), ('partcatseg/released_pascal_part', 'catseg'),
    ('catseg/released_ade20k_part', 'catseg'), ('partcatseg/released_ade20k_part', 'catseg'),
    ('zsseg/released_pascal_part', 'zsseg'), ('zsseg/released_ade20k_part', 'zsseg')])
def test_released_weights_are_scored_on_it(name, value):
    cfg = Config.fromfile(f'configs/{name}.py')
    assert cfg.test_evaluator.released_ground_truth == cfg.val_evaluator.released_ground_truth == value
    assert dict(type='ReleasedGroundTruthHook') in cfg.custom_hooks
