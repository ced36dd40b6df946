"""PartCATSegHead and its guidance against arrays of the released implementation, stage by stage."""
import pytest
import torch
import torch.nn.functional as F
from mmseg.registry import MODELS

from mmpartseg.models.layers.cost import cost_volume
from mmpartseg.models.layers.cost.guidance import fitted
from mmpartseg.models.losses.composition_loss import object_probabilities
from tests.catseg_reference import (
    IMAGENET,
    Arrays,
    build,
    check_gradients,
    classes_first,
    close,
    give_guidance,
    normalised,
)
from tests.keyed_weights import reference_files
from tests.released_protocol import check_test_images, object_map_of

LOSS = dict(type='PartMaskLoss')
TERMS = dict(loss_object_part='specific_part/labelled', loss_object_part_background='specific_part/outside',
             loss_part='part', loss_object='object', loss_composition='jsd_loss')


@pytest.fixture(scope='module', params=reference_files('partcatseg_*.npz'), ids=lambda path: path.stem)
def reference(request):
    arrays = Arrays(request.param)
    channels = [arrays.spec[f'backbone.proj.res{i}.weight'][0] for i in (2, 3, 4)]
    return arrays, build(arrays, arrays.spec, dict(
        type='PartCATSegHead', train_taxonomy=arrays.names('names/train_classes'),
        test_taxonomy=arrays.names('names/test_classes'), in_channels=channels,
        class_attention='query', loss_object_part=LOSS, loss_object=LOSS, loss_part=LOSS,
        loss_composition=dict(type='CompositionLoss')))


def check_stack(stack, x, guidance, text_guidance, arrays, folder):
    for i, layer in enumerate(stack):
        x = layer.spatial(x, guidance.appearance)
        close(classes_first(x), arrays[f'{folder}/{i}/spatial'], name=f'{folder}/{i}/spatial')
        x = layer.classes(x, text_guidance)
        close(classes_first(x), arrays[f'{folder}/{i}/class'], name=f'{folder}/{i}/class')
    return x


def test_text(reference):
    arrays, model = reference
    head = model.decode_head
    for split in ('train', 'test'):
        names = arrays.names(f'names/{split}_parts') + arrays.names(f'names/{split}_objects_with_parts')
        with torch.no_grad():
            close(head.condition(names), arrays[f'text/{split}/part_obj'])
            close(head.condition(arrays.names(f'names/{split}_classes')),
                  arrays[f'text/{split}/specific_part'])
    taxonomy = head.train_taxonomy
    assert head.prompts(taxonomy) == taxonomy.parts + taxonomy.objects + taxonomy.object_parts


def test_stages(reference):
    arrays, model = reference
    head, index = model.decode_head, model.decode_head.train_index
    num_parts, num_objects = len(index.taxonomy.parts), len(index.taxonomy.objects)
    general, classes = arrays['text/train/part_obj'], arrays['text/train/specific_part']
    with torch.no_grad():
        give_guidance(model, arrays, 'train')
        features = model.backbone(normalised(arrays['train/input/image']))
        close(features[-1].flatten(2).mT, arrays['train/clip_features'][:, 1:])
        guidance, dense = head.guides(features)
        close(guidance.appearance.permute(0, 3, 1, 2), arrays['train/guidance/appearance'])
        for i, maps in enumerate(guidance.decoder):
            close(maps, arrays[f'train/guidance/decoder{i}'])
        for i, text in enumerate((general, classes)):
            expected = arrays[f'train/guidance/text/{i}']
            close(head.text_guidance(text).expand_as(expected), expected)
        cost = cost_volume(dense, general)
        close(cost.transpose(1, 2), arrays['train/cost'])
        x = head.embedding(cost)
        close(classes_first(x), arrays['train/embed'])
        x = check_stack(head.stack, x, guidance, head.text_guidance(general)[None], arrays, 'train/layers')
        close(head.decoder(x, guidance.decoder), arrays['train/logits/0'])

        part = F.pad(index.part_of, (0, 1), value=num_parts)
        obj = F.pad(index.object_of, (0, 1), value=num_objects)
        layer, background_last = head.object_aware_cost, torch.cat([x[:, :num_parts], x[:, -1:]], 1)
        both = torch.cat([background_last[:, part], x[:, num_parts:][:, obj]], -1)
        close(layer.project(both.flatten(0, 1).permute(0, 3, 1, 2)), arrays['train/specific/features'])
        cost = layer(layer.shared(x, num_parts), part, obj, classes).unflatten(3, x.shape[2:4])
        close(cost.transpose(1, 2), arrays['train/specific/cost'])
        x = head.class_embedding(cost)
        close(classes_first(x), arrays['train/specific/embed'])
        x = check_stack(head.class_stack, x, guidance, head.text_guidance(classes)[None], arrays,
                        'train/layers_specific_part')
        close(head.decoder(x, guidance.decoder), arrays['train/logits/1'])


def training_output(arrays, model):
    give_guidance(model, arrays, 'train')
    head = model.decode_head
    return head.decode(model.backbone(normalised(arrays['train/input/image'])), head.train_index, True)


def training_losses(arrays, model):
    head, index = model.decode_head, model.decode_head.train_index
    objects = object_map_of(arrays, arrays['train/input/sem_seg'], index.taxonomy, 'names/train_objects')
    return head.loss_by_feat(training_output(arrays, model),
                             arrays['train/input/obj_part_sem_seg'].long(), objects, index)


def test_losses_and_gradients(reference):
    arrays, model = reference
    index = model.decode_head.train_index
    output = training_output(arrays, model)
    close(torch.cat([output.part, output.object], 1), arrays['train/logits/0'])
    close(output.object_part, arrays['train/logits/1'])
    close(object_probabilities(output.class_cosines, index.object_of),
          arrays['train/composition/object_from_parts'])
    close(output.object_cosines.softmax(1), arrays['train/composition/object'])
    losses = training_losses(arrays, model)
    assert set(losses) == set(TERMS)
    for name, theirs in TERMS.items():
        close(losses[name], arrays[f'train/loss/{theirs}'], name=name)
    close(sum(losses.values()), arrays['train/loss/total'])
    check_gradients(model, lambda: training_losses(arrays, model)['loss_composition'],
                    arrays.under('grad_composition'))
    check_gradients(model, lambda: sum(training_losses(arrays, model).values()), arrays.under('grad'))
    sum(losses.values()).backward()
    for name, parameter in model.named_parameters():
        assert (parameter.grad is None) == name.startswith(('backbone.clip.', 'decode_head.text_encoder.'))
    model.zero_grad()


def test_test_images(reference, tmp_path, monkeypatch):
    arrays, model = reference
    check_test_images(arrays, model, give_guidance, tmp_path, monkeypatch)


def test_dinov2(reference):
    arrays, _ = reference
    weights = {k.removeprefix('backbone.dinov2.'): v for k, v in arrays.under('dino/weight').items()
               if not k.endswith('mask_token')}
    dims, depth = weights['cls_token'].shape[2], sum(k.endswith('ls1.gamma') for k in weights)
    side = round((weights['pos_embed'].shape[1] - 1)**0.5)
    small = dict(embed_dim=dims, depth=depth, num_heads=dims // 16, img_size=14 * side)
    backbone = MODELS.build(dict(
        type='GuidedCLIP', clip=dict(type='GivenMaps'), clip_size=(384, 384), padding_divisor=32,
        guidance=dict(type='DINOv2', options=small), guidance_size=(448, 448),
        mean=IMAGENET['guidance_mean'], std=IMAGENET['guidance_std'], **IMAGENET)).eval()
    backbone.guidance.model.load_state_dict(weights)
    with torch.no_grad():
        maps, = backbone(arrays['dino/image'])
    close(maps.flatten(2).mT[:, ::11], arrays['dino/tokens'])
    for name, size, step in (('res4', 24, 2), ('res3', 48, 4), ('res2', 96, 8)):
        close(fitted(maps, (size, size))[..., ::step, ::step], arrays[f'dino/{name}'])
