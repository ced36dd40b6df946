"""The released evaluation of CATSeg and PartCATSeg on the toy images."""
import torch
import torch.nn.functional as F
from mmengine.structures import PixelData
from mmseg.structures import SegDataSample

from mmpartseg.datasets.transforms.geometry import ResizePartSeg
from mmpartseg.evaluation import OpenVocabPartIoU, load_counts
from mmpartseg.released_labels import EVALUATORS, resized_and_back, working_size
from tests.catseg_reference import close, normalised

IGNORE = 255


def test_folders(arrays):
    images = sorted({int(k[len(arrays.prefix):].split('/')[1]) for k in arrays.file.files
                     if k.startswith(f'{arrays.prefix}test/')})
    assert images
    return [f'test/{i}' for i in images]


def object_map_of(arrays, stored, taxonomy, names):
    """A stored object map in the taxonomy's indices; other values mean none."""
    table = torch.full((256,), IGNORE)
    for i, name in enumerate(arrays.names(names)):
        table[i] = taxonomy.objects.index(name) if name in taxonomy.objects else IGNORE
    return table[stored.long()]


def clear(scores, classes):
    """(H, W) where the best of some classes is not nearly met by another."""
    best = scores[classes].topk(min(2, len(classes)), dim=0).values
    return best[0] - best[-1] >= 1e-5 if len(best) > 1 else torch.ones_like(best[0], dtype=torch.bool)


def toy_evaluator(arrays):
    """The sides to which the toy images were resized, in place of 640 and 768."""
    sizes = [tuple(arrays[f'{folder}/resized_image'].shape[1:]) for folder in test_folders(arrays)]
    return EVALUATORS['catseg']._replace(short=max(map(min, sizes)), long=max(map(max, sizes)))


def check_test_images(arrays, model, give_guidance, tmp_path, monkeypatch):
    """Resizing, logits, scores, label maps of both protocols, and confusion matrices."""
    taxonomy, unlabelled = model.taxonomy, 0
    evaluator = toy_evaluator(arrays)
    monkeypatch.setitem(EVALUATORS, 'catseg', evaluator)
    metric = OpenVocabPartIoU(taxonomy, released_ground_truth='catseg', out_file=str(tmp_path / 'counts'))
    for folder in test_folders(arrays):
        resized = arrays[f'{folder}/resized_image']
        raw = arrays[f'{folder}/image'].numpy()
        assert working_size(raw.shape[:2], evaluator) == tuple(resized.shape[1:])
        transform = ResizePartSeg(scale=(evaluator.long, evaluator.short), keep_ratio=True, backend='pillow',
                                  interpolation='bilinear')
        assert (transform(dict(img=raw))['img'] == resized.permute(1, 2, 0).numpy()).all()
        give_guidance(model, arrays, folder)
        with torch.no_grad():
            features = model.backbone(normalised(resized[None]))
            close(features[-1].flatten(2).mT, arrays[f'{folder}/clip_features'][:, 1:])
            logits = model.decode_head.predict(features)
            close(logits, arrays[f'{folder}/logits'])
            if f'{folder}/part_object_logits' in arrays:  # PartCATSeg's first stack, of the test vocabulary
                output = model.decode_head.decode(features, model.decode_head.test_index, training=True)
                close(torch.cat([output.part, output.object], 1), arrays[f'{folder}/part_object_logits'])
            scores = model.encode_decode(normalised(resized[None]), [{}])
        objects = object_map_of(
            arrays, arrays[f'{folder}/object_map'], taxonomy, 'names/test_objects')
        sample = decided(model, scores, objects, False)
        full = F.interpolate(scores, tuple(objects.shape), mode='bilinear')[0]
        close(full[:, ::4, ::4], arrays[f'{folder}/scores'])
        check_label_maps(arrays, folder, sample, full, objects, taxonomy)
        unlabelled += count(metric, arrays, folder, model, scores, objects)
    check_confusion(arrays, metric, unlabelled, tmp_path)


def decided(model, scores, objects, released_ground_truth):
    """A sample with an object map, and the label maps decided from scores."""
    sample = SegDataSample(gt_object_seg=PixelData(data=objects[None]),
                           metainfo=dict(ori_shape=tuple(objects.shape), stored_objects=False))
    model.released_ground_truth = released_ground_truth
    model.postprocess(scores, [sample])
    model.released_ground_truth = False
    return sample


def check_label_maps(arrays, folder, sample, full, objects, taxonomy):
    sure = clear(full, list(range(len(full))))
    theirs = arrays[f'{folder}/pred_all_label_map'].long()
    assert sure.float().mean() > 0.95
    assert torch.equal(sample.pred_sem_seg.data[0][sure], theirs[sure])
    stored = arrays.names('names/test_objects')
    maps = arrays.under(f'{folder}/oracle_label_map')
    assert maps
    for number, theirs in maps.items():
        obj = taxonomy.objects.index(stored[int(number)])
        classes = [i for i, o in enumerate(taxonomy.object_of) if o == obj]
        inside = (objects == obj) & clear(full, classes)
        assert inside.any()
        assert torch.equal(sample.pred_oracle_sem_seg.data[0][inside], theirs.long()[inside])


def count(metric, arrays, folder, model, scores, objects):
    """Count an image as the loader, the segmentor and the metric of a config do.

    Returns the pixels that count for nothing: the released code runs once for each object, and in each run
    unlabelled pixels, and those of other objects, count as background that was found.
    """
    parts = arrays[f'{folder}/part_map'].long()
    labelled, num_classes = parts < len(model.taxonomy), len(model.taxonomy)
    owner = torch.tensor(model.taxonomy.object_of)
    objects = torch.where(labelled, owner[parts.clamp(max=num_classes - 1)], objects)
    sample = decided(model, scores, objects, 'catseg')
    sample.gt_sem_seg = PixelData(data=parts.masked_fill(~labelled, IGNORE)[None])
    metric.process({}, [sample.to_dict()])
    truth = resized_and_back(parts, EVALUATORS['catseg'])
    runs = len(arrays.under(f'{folder}/oracle_label_map'))
    return runs * truth.numel() - (truth < num_classes).sum()


def check_confusion(arrays, metric, unlabelled, folder):
    metric.evaluate(len(test_folders(arrays)))
    counts, _ = load_counts(folder / 'counts')
    for name in ('pred_all', 'oracle_obj'):
        expected = arrays[f'metric/confusion/{name}']
        assert (counts[f'{name}/confusion'] == expected[:, :-1].numpy()).all(), name
        assert expected[-1, -1] == unlabelled and not expected[:-1, -1].any(), name
