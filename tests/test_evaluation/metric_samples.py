"""Samples as mmengine's Evaluator hands them to a metric; two of them worked out by hand."""
import numpy as np
import torch

IGNORE = 200
CLASSES = ["cat's head", "cat's tail", "dog's head", "dog's tail"]
TAXONOMY = {'object_parts': CLASSES, 'unseen_objects': ['dog']}

# Two images of classes 0, 1 (cat, seen) and 2, 3 (dog, unseen); 4 is background.
TARGETS = [[[0, 0, 0, 1]], [[2, 2], [3, IGNORE]]]
PRED_ALL = [[[0, 0, 1, 1]], [[2, 0], [4, 2]]]
ORACLE = [[[0, 0, 1, 1]], [[2, 2], [2, 4]]]
EXPECTED = {
    # Pred-All: hits 2 1 1 0 of 3 1 2 1 annotated and 3 2 1 0 predicted
    'pred_all/seen': 50, 'pred_all/unseen': 25, 'pred_all/harmonic': 100 / 3,
    'pred_all/mIoU': 37.5, 'pred_all/recall_seen': 250 / 3, 'pred_all/recall_unseen': 25,
    'pred_all/recall_harmonic': 500 / 13, 'pred_all/recall_mean': 325 / 6,
    'pred_all/num_classes_seen': 2, 'pred_all/num_classes_unseen': 2,
    # Oracle-Obj: hits 2 1 2 0 of 3 1 2 1 annotated and 2 2 3 0 predicted
    'oracle_obj/seen': 175 / 3, 'oracle_obj/unseen': 100 / 3, 'oracle_obj/harmonic': 1400 / 33,
    'oracle_obj/mIoU': 275 / 6, 'oracle_obj/recall_seen': 250 / 3, 'oracle_obj/recall_unseen': 50,
    'oracle_obj/recall_harmonic': 62.5, 'oracle_obj/recall_mean': 200 / 3,
    'oracle_obj/num_classes_seen': 2, 'oracle_obj/num_classes_unseen': 2,
}


def sample(target, pred, oracle=None, path='a.jpg'):
    """One sample from nested lists or arrays of (H, W) ids."""
    maps = {'gt_sem_seg': target, 'pred_sem_seg': pred, 'pred_oracle_sem_seg': oracle}
    return {'img_path': path, **{key: {'data': torch.as_tensor(np.array(ids))[None]}
                                 for key, ids in maps.items() if ids is not None}}


def random_samples(number):
    """Samples of various sizes, all different."""
    rng = np.random.default_rng(0)
    num_classes = len(CLASSES)
    samples = []
    for index in range(number):
        size = tuple(rng.integers(5, 12, 2))
        target = rng.choice([*range(num_classes), IGNORE], size)
        preds = rng.integers(0, num_classes + 1, (2, *size))
        samples.append(sample(target, *preds, path=f'{index}.jpg'))
    return samples


def hand_samples(oracle=True):
    """The two images as samples, with or without an Oracle-Obj prediction."""
    return [sample(*maps[:2 + oracle]) for maps in zip(TARGETS, PRED_ALL, ORACLE)]
