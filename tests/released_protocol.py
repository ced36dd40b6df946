"""The released evaluation of CATSeg and PartCATSeg on the toy images."""
import torch
import torch.nn.functional as F
from mmengine.structures import PixelData
from mmseg.structures import SegDataSample

from mmpartseg.datasets.transforms.geometry import ResizePartSeg
from mmpartseg.models.segmentors.decide import decide_known
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


def there_and_back(label_map, size):
    """Labels resized by nearest neighbour to the network's input and back, as released ground truth is."""
    small = F.interpolate(label_map[None, None].double(), tuple(size), mode='nearest')
    return F.interpolate(small, tuple(label_map.shape), mode='nearest')[0, 0].long()


def clear(scores, classes):
    """(H, W) where the best of some classes is not nearly met by another."""
    best = scores[classes].topk(min(2, len(classes)), dim=0).values
    return best[0] - best[-1] >= 1e-5 if len(best) > 1 else torch.ones_like(best[0], dtype=torch.bool)


def check_test_images(arrays, model, give_guidance):
    """Resizing, logits, scores, label maps of both protocols, and confusion matrices."""
    taxonomy = model.taxonomy
    num_classes = len(taxonomy)
    confusion = {name: torch.zeros(num_classes + 1, num_classes + 1, dtype=torch.long)
                 for name in ('pred_all', 'oracle_obj')}
    for folder in test_folders(arrays):
        resized = arrays[f'{folder}/resized_image']
        raw = arrays[f'{folder}/image'].numpy()
        transform = ResizePartSeg(scale=(10**6, min(resized.shape[1:])), keep_ratio=True, backend='pillow',
                                  interpolation='bilinear')
        assert (transform(dict(img=raw))['img'] == resized.permute(1, 2, 0).numpy()).all()
        give_guidance(model, arrays, folder)
        with torch.no_grad():
            logits = model.decode_head.predict(model.backbone(normalised(resized[None])))
            close(logits, arrays[f'{folder}/logits'])
            objects = object_map_of(
                arrays, arrays[f'{folder}/object_map'], taxonomy, 'names/test_objects')
            sample = SegDataSample(gt_object_seg=PixelData(data=objects[None]),
                                   metainfo=dict(ori_shape=tuple(objects.shape)))
            scores = model.encode_decode(normalised(resized[None]), [{}])
            model.postprocess(scores, [sample])
        full = F.interpolate(scores, tuple(objects.shape), mode='bilinear')[0]
        close(full[:, ::4, ::4], arrays[f'{folder}/scores'])
        check_label_maps(arrays, folder, sample, full, objects, taxonomy)
        count(confusion, arrays, folder, sample, scores[0], taxonomy, resized.shape[1:])
    for name, matrix in confusion.items():
        assert torch.equal(matrix, arrays[f'metric/confusion/{name}']), name


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


def count(confusion, arrays, folder, sample, scores, taxonomy, size):
    """Both protocols' counts of one image, run once for each object: unlabelled pixels, and those of other
    objects, count as background that was found."""
    truth = there_and_back(arrays[f'{folder}/part_map'].long(), size)
    labelled, background = truth < len(taxonomy), len(taxonomy)
    runs = len(arrays.under(f'{folder}/oracle_label_map'))
    # the object of a label that has moved across a border is known, too
    owner = torch.tensor([*taxonomy.object_of, len(taxonomy.objects)])
    known = owner[truth.clamp(max=len(taxonomy))]
    oracle = decide_known(scores[:len(taxonomy)], tuple(truth.shape), owner[:-1], known)
    for name, prediction in (('pred_all', sample.pred_sem_seg.data[0]), ('oracle_obj', oracle)):
        index = (prediction[labelled], truth[labelled])
        confusion[name].index_put_(index, torch.ones((), dtype=torch.long), accumulate=True)
        confusion[name][background, background] += runs * truth.numel() - labelled.sum()
