"""ZSSeg+ against arrays of the released implementation, stage by stage."""
import pytest
import torch
import torch.nn.functional as F
from mmengine.structures import InstanceData

from mmpartseg.checkpoints.zsseg import _rename
from mmpartseg.models.segmentors.region_scores import pixel_scores
from tests.zsseg_reference import close, passes, reference_fixture  # noqa: F401


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
            assert losses.pop(ours).item() == pytest.approx(expected, abs=1e-6, rel=1e-5), ours
    assert not losses
    losses = head.loss_by_feat(output, label_maps(reference), None, head.train_index)
    total = sum(losses.values())
    assert total.item() == pytest.approx(reference['train/loss_total'].item(), rel=1e-5)
    total.backward()
    parameters = dict(reference.model.named_parameters())
    norms = reference.meta['gradient_norms']
    # the first self-attention sees equal values: what its queries and keys have is rounding
    nothing = 1e-6 * max(norms.values())
    for name, expected in reference.entries('grad').items():
        if norms[name] > nothing:
            close(parameters[_rename(name)].grad, expected, 1e-4, name)
    assert len(norms) == reference.meta['trainable_parameters']
    assert {_rename(name) for name in norms} == {n for n, p in parameters.items() if p.requires_grad}
    for name, norm in norms.items():
        found = parameters[_rename(name)].grad.norm().item()
        assert found == pytest.approx(norm, rel=1e-4, abs=nothing), name


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
        expected = reference[f'stage1/{number}/cross_entropy'].item()  # of logits of up to 100
        assert loss.item() == pytest.approx(expected, rel=1e-5, abs=2e-5)
        total = total + loss
    total.backward()
    for name, parameter in learned.items():
        close(parameter.grad, reference[f'stage1/grad/{name}'], 1e-4, name)
