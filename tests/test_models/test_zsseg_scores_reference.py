"""ZSSeg+ against arrays of the released implementation: regions, pictures, scores, label maps."""
import pytest
import torch
import torch.nn.functional as F
from mmengine.structures import PixelData
from mmseg.structures import SegDataSample

from mmpartseg.datasets.transforms.geometry import ResizePartSeg
from mmpartseg.evaluation import OpenVocabPartIoU
from mmpartseg.evaluation.counting import confusion_matrix
from mmpartseg.evaluation.scores import class_iou, mean_scores
from mmpartseg.models.layers.regions import cell_presence, grown_box
from mmpartseg.models.segmentors.object_scores import object_scores, resized_mask
from mmpartseg.released_labels import EVALUATORS
from tests.zsseg_reference import close, passes, reference_fixture  # noqa: F401

IGNORE = 255

@torch.no_grad()
def test_region_classification(reference):
    regions = reference.model.decode_head.regions
    for folder, source, _ in passes(reference):
        image, mask = reference[f'{source}/image'].float(), reference[f'{source}/object_mask'][0]
        assert grown_box(mask, 1.2) == tuple(reference[f'{folder}/region_box'].tolist())
        classes = reference[f'{folder}/region_classes']
        proposals = reference[f'{folder}/proposal_map'].long()
        num = len(reference.model.taxonomy)
        assert torch.equal(proposals[mask].unique(), classes)
        if f'{folder}/region_image_every_16th' in reference:
            crop, labels = regions.crop(image, mask, torch.where(mask, proposals, num))
            close(crop[0, :, 8::16, 8::16], reference[f'{folder}/region_image_every_16th'], 1e-5, 'crop')
            presence = cell_presence(labels, 16, num)[0, classes]
            assert torch.equal(presence, reference[f'{folder}/region_part_masks'].flatten(1))
            if f'{folder}/clip_dense' in reference:
                close(regions.tokens(crop)[0], reference[f'{folder}/clip_dense'], 1e-5, 'CLIP')
        features = regions([image], [mask], [torch.where(mask, proposals, num)], num)[0, classes]
        expected = torch.lerp(reference[f'{folder}/region_object_feature'],
                              reference[f'{folder}/region_part_features'], regions.fuse_weight)
        close(features, expected, 1e-5, 'features')
        text = reference['test/text_features']
        logits = reference.model.decode_head.region_logits([image], [mask], [proposals], num, text)[0]
        close(logits[classes], reference[f'{folder}/region_logits'], 1e-5, 'logits')


def nearest(labels, size):
    return F.interpolate(labels[None, None].float(), tuple(size), mode='nearest')[0, 0].long()


def truth(reference, folder, size):
    """The part map that the released evaluator compares with, K where there is no part, and the object."""
    num = len(reference.model.taxonomy)
    mask = reference[f'{folder}/object_mask'][0]
    labels = torch.full(mask.shape, num)
    for part, label in zip(reference[f'{folder}/gt_part_masks'], reference[f'{folder}/gt_part_labels']):
        labels[part] = label
    return nearest(labels, size), nearest(mask, size) > 0


@torch.no_grad()
def test_pictures(reference):
    """Picture and object as the network takes them, from those of the files, with a config's pipeline."""
    options = reference.meta['config_overrides']
    long, short = (int(options[options.index(f'INPUT.{side}_SIZE_TEST') + 1]) for side in ('MAX', 'MIN'))
    resize = ResizePartSeg(scale=(long, short), keep_ratio=True, backend='pillow')
    for number in reference.numbers('test'):
        folder = f'test/{number}'
        image = reference[f'{folder}/image']
        resized = resize(dict(img=reference[f'{folder}/original_image'].numpy()))['img']
        assert (resized == image.permute(1, 2, 0).numpy()).all()
        name = reference.meta['objects'].index(
            reference.model.taxonomy.objects[reference.object_of(folder)])
        mask = resized_mask(reference[f'{folder}/original_object_map'] == name, image.shape[1:])
        assert torch.equal(mask, reference[f'{folder}/object_mask'][0])


@torch.no_grad()
def test_scores_label_maps_and_confusion(reference):
    model, head = reference.model.eval(), reference.model.decode_head
    total, num = 0, len(model.taxonomy)
    for folder, source, weight in passes(reference):
        head.ensemble_weight = weight
        picture, mask = reference.picture(source), reference[f'{source}/object_mask'][0]
        classes = head.classes_of(reference.object_of(source)).nonzero()[:, 0]
        scores, = object_scores(head, picture, [mask], [classes])
        stored = reference[f'{folder}/sem_seg']
        ours = torch.zeros_like(stored)
        ours[classes] = F.interpolate(scores[None], picture.size, mode='bilinear')[0]
        wrong = (ours - stored).abs().amax(0) > 1e-5 * stored.max()
        assert wrong.sum() <= 12, folder  # around two pixels of the proposal map that nearly tie
        if f'{folder}/confusion' not in reference:
            continue
        target, inside = truth(reference, folder, picture.size)
        won = F.pad(classes, (0, 1), value=num)[model.decide_object(scores, inside)]
        counts = confusion_matrix(won, target, num, num)
        assert torch.equal(counts, reference[f'{folder}/confusion'][:, :-1]), folder
        total = total + counts
    head.ensemble_weight = 0.5
    assert torch.equal(total, reference['metric/confusion'][:, :-1])
    scores = mean_scores(class_iou(total.numpy()), model.taxonomy.is_seen)
    for ours, theirs in (('seen', 'mIoU-base'), ('unseen', 'mIoU-unbase'), ('harmonic', 'h-IoU')):
        assert scores[ours] == pytest.approx(reference[f'metric/{theirs}'].item()), ours


@torch.no_grad()
def test_released_ground_truth(reference, monkeypatch):
    """The whole way, from label maps as they are in their files, gives the released counts."""
    model, taxonomy = reference.model.eval(), reference.model.taxonomy
    options = reference.meta['config_overrides']
    long, short = (int(options[options.index(f'INPUT.{side}_SIZE_TEST') + 1]) for side in ('MAX', 'MIN'))
    monkeypatch.setitem(EVALUATORS, 'zsseg', EVALUATORS['zsseg']._replace(short=short, long=long))
    monkeypatch.setattr(model, 'released_ground_truth', 'zsseg')
    total, moved = 0, 0
    for number in reference.numbers('test'):
        folder = f'test/{number}'
        parts = reference[f'{folder}/original_part_map'].long()
        obj = reference.object_of(folder)
        own = (reference[f'{folder}/original_object_map'] == reference.meta['objects'].index(
            taxonomy.objects[obj]))
        parts[~own | (parts >= len(taxonomy))] = IGNORE
        picture = reference.picture(folder)
        sample = SegDataSample(
            metainfo=dict(ori_shape=picture.size, stored_objects=False),
            gt_object_seg=PixelData(data=torch.where(own, obj, IGNORE)[None]),
            gt_sem_seg=PixelData(data=parts[None]))
        model.decide_picture(picture, sample)
        metric = OpenVocabPartIoU(taxonomy, released_ground_truth='zsseg')
        metric.process({}, [sample.to_dict()])
        monkeypatch.setattr(metric, 'compute_metrics', lambda results: results)
        counts = metric.evaluate(1)['oracle_obj/confusion']
        assert (counts == reference[f'{folder}/confusion'][:, :-1].numpy()).all(), folder
        total = total + counts
        moved += (truth(reference, folder, picture.size)[0] != parts.clamp(max=len(taxonomy))).sum()
    assert (total == reference['metric/confusion'][:, :-1].numpy()).all() and moved > 10


@torch.no_grad()
def test_label_maps_of_the_segmentor(reference):
    """Objects at the image's own size, several of an image at once, against the scores of each."""
    model = reference.model.eval()
    model.test_cfg = dict(mode='whole', return_part_scores=True)
    for number in reference.numbers('test'):
        folder = f'test/{number}'
        stored_objects = reference[f'{folder}/original_object_map']
        objects = torch.full(stored_objects.shape, len(model.taxonomy.objects))
        for i, name in enumerate(reference.meta['objects']):
            objects[stored_objects == i] = model.taxonomy.objects.index(name)
        labels, scores = model.label_objects(reference.picture(folder), objects)
        pixels = objects == reference.object_of(folder)
        stored = reference[f'{folder}/sem_seg']
        best = stored.topk(2, dim=0).values
        clear = best[0] - best[1] > 1e-5
        assert torch.equal(labels[pixels & clear], stored.argmax(0)[pixels & clear])
        assert torch.equal(labels == len(model.taxonomy), objects == len(model.taxonomy.objects))
        won = labels.unique()[:-1] if (labels == len(model.taxonomy)).any() else labels.unique()
        assert torch.equal((~scores.isnan()).nonzero()[:, 0], won)
        assert ((scores[won] > 0) & (scores[won] < 1)).all()
