"""ZSSeg+ against arrays of the released implementation, stage by stage."""
import pytest
import torch
import torch.nn.functional as F
from mmengine.structures import InstanceData

from mmpartseg.checkpoints.zsseg import _rename
from mmpartseg.datasets.transforms.geometry import ResizePartSeg
from mmpartseg.evaluation.counting import confusion_matrix
from mmpartseg.evaluation.scores import class_iou, mean_scores
from mmpartseg.models.layers.regions import cell_presence, grown_box
from mmpartseg.models.segmentors.object_scores import object_scores, resized_mask
from mmpartseg.models.segmentors.region_scores import pixel_scores
from tests.keyed_weights import reference_files

pytest.importorskip('mmdet')
from tests.zsseg import Reference  # noqa: E402


@pytest.fixture(scope='module', params=reference_files('zsseg_*.npz'), ids=lambda path: path.stem)
def reference(request):
    with torch.no_grad():
        return Reference(request.param)


def close(actual, expected, scale=1e-4, name=''):
    """Within a share of the largest magnitude."""
    bound = scale * expected.abs().max().item()
    torch.testing.assert_close(actual, expected, atol=bound, rtol=0, msg=lambda text: f'{name}: {text}')


def training(reference):
    numbers = reference.numbers('train')
    images = torch.stack([reference.image(f'train/{i}/image') for i in numbers])
    masks = torch.cat([reference[f'train/{i}/object_mask'] for i in numbers])
    model, head = reference.model.train(), reference.model.decode_head
    features = model.backbone(images)
    objects = torch.where(masks, 0, len(head.train_taxonomy.objects))
    text = head.condition(head.prompts(head.train_taxonomy))
    return features, masks, text, head.decode([*features, objects], head.train_index, True, text)


def test_training_stages(reference):
    features, masks, text, output = training(reference)
    for i, feature in enumerate(features):
        close(feature, reference[f'train/features/res{i + 2}'], 1e-5, f'res{i + 2}')
    close(text, reference['train/text_features'], 1e-6, 'text')
    proposals = reference.model.decode_head.proposals
    mask_features, memory = proposals.pixel_decoder(features, None)
    close(mask_features[:, ::8], reference['train/mask_features'], 1e-5, 'mask features')
    mask = masks[:, None].float()
    close(proposals.object_feature(mask_features, mask), reference['train/object_feature'], 1e-5, 'object')
    close(proposals.decode_queries(memory, mask), reference['train/decoder_output'], 1e-5, 'queries')
    close(output.mask_logits, reference['train/mask_logits'], 1e-5, 'masks')
    close(output.class_logits, reference['train/class_logits'], 1e-5, 'classes')


def label_maps(reference):
    maps = []
    for i in reference.numbers('train'):
        masks, labels = reference[f'train/{i}/part_masks'], reference[f'train/{i}/part_labels']
        labels = torch.cat([labels, torch.tensor([255])])
        maps.append(labels[torch.cat([masks, ~masks.any(0, keepdim=True)]).int().argmax(0)])
    return torch.stack(maps)


def test_losses_and_gradients(reference):
    head = reference.model.decode_head
    reference.model.zero_grad()
    *_, output = training(reference)
    losses = head.loss_by_feat(output, label_maps(reference), None, head.train_index)
    last = reference.layers - 1
    for layer in range(reference.layers):
        for ours, theirs in (('loss_cls', 'loss_ce'), ('loss_mask', 'loss_mask'), ('loss_dice', 'loss_dice')):
            ours = ours if layer == last else f'd{layer}.{ours}'
            theirs = theirs if layer == last else f'{theirs}_{layer}'
            expected = reference[f'train/loss/{theirs}'].item()
            assert losses.pop(ours).item() == pytest.approx(expected, abs=1e-6, rel=1e-6), ours
    assert not losses
    losses = head.loss_by_feat(output, label_maps(reference), None, head.train_index)
    total = sum(losses.values())
    assert total.item() == pytest.approx(reference['train/loss_total'].item(), rel=1e-5)
    total.backward()
    parameters = dict(reference.model.named_parameters())
    for name, expected in reference.entries('grad').items():
        close(parameters[_rename(name)].grad, expected, 1e-4, name)
    norms = reference.meta['gradient_norms']
    assert len(norms) == reference.meta['trainable_parameters']
    assert {_rename(name) for name in norms} == {n for n, p in parameters.items() if p.requires_grad}
    for name, norm in norms.items():
        assert parameters[_rename(name)].grad.norm().item() == pytest.approx(norm, rel=1e-4, abs=1e-6), name


def test_matching(reference):
    """Which query each layer gives to which part."""
    proposals = reference.model.decode_head.proposals
    with torch.no_grad():
        *_, output = training(reference)
    reference.model.decode_head.loss_by_feat(output, label_maps(reference), None,
                                             reference.model.decode_head.train_index)  # sets the classes
    for layer in range(reference.layers):
        for i in reference.numbers('train'):
            labels = reference[f'train/{i}/part_labels']
            target = InstanceData(labels=labels, masks=reference[f'train/{i}/part_masks'].long())
            logits = (each[layer, int(i)] for each in (output.class_logits, output.mask_logits))
            found, *_ = proposals._get_targets_single(*logits, target, {})
            queries, parts = reference[f'train/match/layer{layer}/{i}']
            expected = torch.full_like(found, proposals.num_classes).scatter(0, queries, labels[parts])
            assert torch.equal(found, expected), (layer, i)


def passes(reference):
    """Every recorded test pass: its folder, that of its picture, and λ."""
    own = 0.5
    for number in reference.numbers('test'):
        yield f'test/{number}', f'test/{number}', own
    for number in reference.numbers('predicted_object'):
        yield f'predicted_object/{number}', f'predicted_object/{number}', own
    weighted = sorted({k.split('/')[0] for k in reference.arrays.files if k.startswith('weight_')}
                      - {'weight_rows'})
    assert weighted
    for folder in weighted:
        for number in reference.numbers(folder):
            yield f'{folder}/{number}', f'test/{number}', float(folder.removeprefix('weight_'))


@torch.no_grad()
def test_proposals_of_one_object(reference):
    model, head = reference.model.eval(), reference.model.decode_head
    for folder, _, _ in passes(reference):
        if f'{folder}/mask_logits' not in reference:
            continue
        picture = reference.picture(folder)
        close(picture.text, reference['test/text_features'], 1e-6, 'text')
        close(picture.features[-1], reference[f'{folder}/features/res5'], 1e-5, 'res5')
        none = len(model.taxonomy.objects)
        mask = reference[f'{folder}/object_mask'][0]
        padding = (0, picture.padded[1] - mask.shape[1], 0, picture.padded[0] - mask.shape[0])
        objects = F.pad(torch.where(mask, 0, none), padding, value=none)
        mask_features, _ = head.proposals.pixel_decoder(picture.features, None)
        feature = head.proposals.object_feature(mask_features, (objects != none)[None, None].float())
        close(feature[0], reference[f'{folder}/object_feature'], 1e-5, 'object')
        output = head.decode([*picture.features, objects[None]], model.index, text=picture.text)
        assert len(output.mask_logits) == 1
        close(output.mask_logits[0, 0], reference[f'{folder}/mask_logits'], 1e-5, 'masks')
        close(output.class_logits[0, 0], reference[f'{folder}/class_logits'], 1e-5, 'classes')
        proposals, _ = pixel_scores(output.class_logits[0, 0], output.mask_logits[0, 0], picture.padded,
                                    tuple(mask.shape), torch.tensor([0]))
        wrong = (proposals != reference[f'{folder}/proposal_map']).sum()
        assert wrong <= 2, folder  # near ties


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
    for number in reference.numbers('test'):
        folder = f'test/{number}'
        image = reference[f'{folder}/image']
        resize = ResizePartSeg(scale=(10**6, min(image.shape[1:])), keep_ratio=True, backend='pillow')
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


def test_stage_1(reference):
    head = reference.model.train().decode_head
    head.requires_grad_(False)
    learned = {'fuse_weight': head.regions.fuse_weight, 'prefix_prompt': head.text_encoder.prefix_prompt,
               'connect_prompt': head.text_encoder.connect_prompt}
    for parameter in learned.values():
        parameter.requires_grad_(True)
    head.text_encoder.is_trainable = True
    text = head.condition(head.prompts(head.train_taxonomy))
    total, num = 0, len(head.train_taxonomy)
    for number, source in zip(reference.numbers('stage1'), ('test/0', 'test/2')):
        labels = reference[f'stage1/{number}/labels']
        image, mask = reference[f'{source}/image'].float(), reference[f'{source}/object_mask'][0]
        regions = torch.full(mask.shape, num)
        for part, label in zip(reference[f'{source}/gt_part_masks'], labels):
            regions[part] = label
        logits = head.region_logits([image], [mask], [regions], num, text)[0, labels]
        close(logits, reference[f'stage1/{number}/logits'], 1e-5, 'logits')
        loss = F.cross_entropy(logits[:, :-1], labels)
        assert loss.item() == pytest.approx(reference[f'stage1/{number}/cross_entropy'].item(), rel=1e-5)
        total = total + loss
    total.backward()
    for name, parameter in learned.items():
        close(parameter.grad, reference[f'stage1/grad/{name}'], 1e-4, name)
