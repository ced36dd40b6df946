"""PartCLIPSegHead and CLIPSegHead: equations in loops, features of any kind, what is trained."""
import pytest
import torch
import torch.nn.functional as F
from mmengine.structures import PixelData
from mmseg.registry import MODELS
from mmseg.structures import SegDataSample

from mmpartseg import PartTaxonomy
from tests.tiny import ALL, SEEN, features, head_config

IGNORE = 255


def build(seed=0, **options):
    torch.manual_seed(seed)
    return MODELS.build(head_config(**options))


def slow_decode(head, feats, condition):
    """One condition through the decoder (Eq. 2), written out."""
    tokens = [torch.cat([c[:, None], m.flatten(2).transpose(1, 2)], 1) for m, c in feats][::-1]
    film = head.decoder.film
    x = head.decoder.reduces[0](tokens[0])
    x = film.mul(condition) * x + film.add(condition)
    for i, layer in enumerate(head.decoder.layers):
        if i:
            x = x + head.decoder.reduces[i](tokens[i])
        attended = F.multi_head_attention_forward(
            *[x.transpose(0, 1)] * 3, x.shape[-1], layer.self_attn.num_heads,
            layer.self_attn.in_proj_weight, layer.self_attn.in_proj_bias, None, None, False, 0.,
            layer.self_attn.out_proj.weight, layer.self_attn.out_proj.bias)[0].transpose(0, 1)
        x = layer.norm1(x + attended)
        x = layer.norm2(x + layer.linear2(F.relu(layer.linear1(x))))
    return x[:, 1:]


def as_map(x):
    return x.transpose(1, 2).unflatten(2, (4, 4))


@pytest.mark.parametrize('slip', [False, True])
def test_equations_in_a_loop(slip):
    head = build(released_text_index=slip).eval()
    feats, taxonomy = features(), head.test_taxonomy
    with torch.no_grad():
        output = head(feats)
        part_text, object_text = head.text_encoder(taxonomy.parts), head.text_encoder(taxonomy.objects)
        parts = [slow_decode(head, feats, e) for e in part_text]
        objects = [slow_decode(head, feats, e) for e in object_text]
        background = slow_decode(head, feats, head.background_embedding[0])
        for o, decoded in enumerate(objects + [background]):
            torch.testing.assert_close(output.object[:, o], head.mask_branch(as_map(decoded))[:, 0])
        for k in range(len(taxonomy) + 1):
            if k == len(taxonomy):
                part, obj = background, background
                texts = [head.background_embedding[0]] * 2
            else:
                p, o = taxonomy.part_of[k], taxonomy.object_of[k]
                part, obj = parts[p], objects[o]
                prompts = torch.cat([part_text, object_text]) if slip else object_text
                texts = [prompts[o], part_text[p]]
            x = head.project_features(torch.cat([part, obj], -1))  # Eq. 3
            text = head.project_text(torch.cat(texts))
            x = head.object_part_film.mul(text) * x + head.object_part_film.add(text)  # Eq. 4
            torch.testing.assert_close(output.object_part[:, k],
                                       head.object_part_branch(as_map(x))[:, 0])


def test_projections_start_as_the_mean_if_asked():
    head = build(projection_init='mean')
    for layer in (head.project_features, head.project_text):
        first, second = torch.randn(2, 3, layer.out_features)
        torch.testing.assert_close(layer(torch.cat([first, second], 1)), (first + second) / 2)
    random = build()
    with torch.no_grad():
        assert not torch.allclose(random.project_text.weight, head.project_text.weight)
        assert torch.equal(random.mask_branch[0].weight, head.mask_branch[0].weight)
    with pytest.raises(ValueError, match="projection_init must be 'random' or 'mean', got 'zero'"):
        build(projection_init='zero')


@pytest.mark.parametrize('cls_token', [True, False])
@pytest.mark.parametrize('token_shares', ['area', 'nearest'])
def test_class_attention_in_a_loop(cls_token, token_shares):
    """Eq. 6 from the decoder's whole attention maps, with and without a CLS token before the grid."""
    head, first = build(token_shares=token_shares), int(cls_token)
    index = head.train_index
    output = head.decode(features(cls_token=cls_token), index, training=True)
    part_map = torch.randint(0, len(SEEN), (2, 12, 12), generator=torch.Generator().manual_seed(0))
    part_map[0] %= 2
    part_map[0, :5], part_map[1, 0] = IGNORE, len(SEEN)  # without a label; background
    attention = head.class_attention(output, part_map, index)
    for n, labels in enumerate(part_map):
        rows = head.decoder.attention(output.attention_input[n])[:, first:, first:]
        for k, (part, obj) in enumerate(zip(index.part_of, index.object_of)):
            weight = torch.zeros(4, 4)
            for y in range(12):
                for x in range(12):
                    sampled = token_shares == 'area' or (y % 3 == 0 and x % 3 == 0)
                    weight[y // 3, x // 3] += float(labels[y, x] == k and sampled)
            assert torch.equal(attention.masks[n, k], weight > 0)
            assert attention.present[n, k] == weight.any()
            if weight.any():
                both = rows[part] + rows[len(index.taxonomy.parts) + obj]
                expected = sum(w * row for w, row in zip(weight.flatten(), both)) / weight.sum()
                torch.testing.assert_close(attention.maps[n, k].flatten(), expected)
    assert attention.present.any() and not attention.present.all()


def test_small_parts_reach_the_attention_losses():
    """One pixel, away from the sampled ones: its part vanishes at the token resolution only if asked."""
    part_map = torch.full((1, 32, 32), IGNORE)
    part_map[0, :16], part_map[0, 29, 29] = 1, 2
    for way, present in (('area', [1, 2]), ('nearest', [1])):
        head = build(token_shares=way)
        output = head.decode(features(n=1), head.train_index, training=True)
        attention = head.class_attention(output, part_map, head.train_index)
        assert attention.present[0].nonzero()[:, 0].tolist() == present
    with pytest.raises(ValueError, match=r"token_shares must be one of \['area', 'nearest'\], got 'mean'"):
        build(token_shares='mean')


def test_slip_changes_the_scores():
    first, second = build(), build(released_text_index=True)
    assert not torch.allclose(first(features()).object_part, second(features()).object_part)


@pytest.mark.parametrize('type', ['PartCLIPSegHead', 'CLIPSegHead'])
@pytest.mark.parametrize('class_chunk', [1, 3, 1000, None])
def test_chunks_change_nothing(type, class_chunk):
    expected = build(type=type).eval()(features()).object_part
    actual = build(type=type, class_chunk=class_chunk).eval()(features()).object_part
    torch.testing.assert_close(actual, expected, atol=1e-5, rtol=1e-5)


@pytest.mark.parametrize('type', ['PartCLIPSegHead', 'CLIPSegHead'])
def test_features_of_any_kind(type):
    head = build(type=type, in_channels=(8, 24, 40), in_index=(0, 2, 3)).eval()
    maps = [torch.randn(1, c, *size) for c, size in
            ((8, (16, 12)), (3, (8, 6)), (24, (8, 6)), (40, (4, 3)))]
    assert head(maps).object_part.shape == (1, len(ALL) + 1, 4 * 8, 3 * 8)
    with pytest.raises(ValueError, match=r'needs one width.*\(8, 24, 40\)'):
        build(type=type, in_channels=(8, 24, 40), adapter_channels=4)


def sample(part_map, object_map=None):
    data = SegDataSample(gt_sem_seg=PixelData(data=part_map[None]))
    if object_map is not None:
        data.gt_object_seg = PixelData(data=object_map[None])
    return data


def batch(seed=0, size=(32, 32)):
    generator = torch.Generator().manual_seed(seed)
    maps = torch.randint(0, len(SEEN) + 1, (2, 4, 4), generator=generator)
    maps[maps == len(SEEN)] = IGNORE
    return [sample(F.interpolate(m[None, None].double(), size)[0, 0].long()) for m in maps]


@pytest.mark.parametrize('with_cp', [False, True])
def test_every_trainable_parameter_gets_a_gradient(with_cp):
    head = build(adapter_channels=8, with_cp=with_cp).train()
    losses = head.loss(features(), batch())
    assert set(losses) == {'loss_object_part', 'loss_object_part_background', 'loss_object',
                           'loss_part', 'loss_separation', 'loss_enhance'}
    sum(losses.values()).backward()
    trainable = {n for n, p in head.named_parameters() if p.requires_grad}
    assert {n.split('.')[0] for n in trainable} == {
        'adapter', 'decoder', 'mask_branch', 'object_part_branch', 'object_part_film',
        'project_features', 'project_text', 'background_embedding'}
    assert {n for n, p in head.named_parameters() if p.grad is not None and p.grad.any()} == trainable


def test_checkpointing_changes_no_gradient():
    heads = [build(with_cp=cp, class_chunk=chunk).train() for cp, chunk in ((False, None), (True, 2))]
    for head in heads:
        sum(head.loss(features(), batch()).values()).backward()
    for (name, p), q in zip(heads[0].named_parameters(), heads[1].parameters()):
        if p.requires_grad:
            torch.testing.assert_close(p.grad, q.grad, atol=1e-5, rtol=1e-4, msg=name)


@pytest.mark.parametrize('off, gone', [
    ('loss_object_part', {'loss_object_part', 'loss_object_part_background'}),
    ('loss_object', {'loss_object'}), ('loss_part', {'loss_part'}),
    ('loss_separation', {'loss_separation'}), ('loss_enhance', {'loss_enhance'})])
def test_none_switches_a_loss_off(off, gone):
    everything = set(build().train().loss(features(), batch()))
    assert everything - set(build(**{off: None}).train().loss(features(), batch())) == gone


def test_objects_follow_from_parts_where_there_is_no_object_map():
    head = build().train()
    taxonomy = PartTaxonomy(SEEN)
    derived = batch()
    given = []
    for s in derived:
        parts = s.gt_sem_seg.data[0]
        objects = torch.tensor(taxonomy.object_of)[parts.where(parts != IGNORE, 0)]
        given.append(sample(parts, objects.where(parts != IGNORE, IGNORE)))
    for (name, a), b in zip(head.loss(features(), derived).items(),
                            head.loss(features(), given).values()):
        torch.testing.assert_close(a, b, msg=name)


def test_object_pixels_without_a_part_are_no_background():
    head = build().train()
    part_map = torch.full((32, 32), IGNORE)
    part_map[:16] = 0
    nothing, body = torch.full((32, 32), IGNORE), torch.full((32, 32), IGNORE)
    nothing[:16] = body[:16] = 1
    body[16:24] = 1
    outside = torch.full((32, 32), len(PartTaxonomy(SEEN).objects)).where(body == IGNORE, body)
    losses = [head.loss(features(n=1), [sample(part_map, m)]) for m in (nothing, body, outside)]
    key = 'loss_object_part_background'
    assert losses[0][key] != losses[1][key]
    torch.testing.assert_close(losses[1][key], losses[2][key])  # an object without parts: background
    torch.testing.assert_close(losses[0]['loss_object_part'], losses[1]['loss_object_part'])


def test_for_the_baseline_they_are_background():
    """One term, whatever the object map says."""
    head = build(type='CLIPSegHead').train()
    part_map, body = torch.full((32, 32), IGNORE), torch.full((32, 32), IGNORE)
    part_map[:16], body[:24] = 0, 1
    losses = [head.loss(features(n=1), [sample(part_map, m)]) for m in (body, torch.full_like(body, IGNORE))]
    assert set(losses[0]) == {'loss_object_part'} and losses[0] == losses[1]


@pytest.mark.parametrize('labels', [IGNORE, 2])
@pytest.mark.parametrize('type', ['PartCLIPSegHead', 'CLIPSegHead'])
def test_no_part_and_no_background(labels, type):
    head = build(type=type).train()
    losses = head.loss(features(n=1), [sample(torch.full((32, 32), labels))])
    total = sum(losses.values())
    assert torch.isfinite(total)
    total.backward()


def test_one_class():
    head = build(train=["cat's head"], test=["cat's head"]).train()
    assert torch.isfinite(sum(head.loss(features(n=1), [sample(torch.zeros(32, 32).long())]).values()))
    assert head.eval()(features()).object_part.shape[1] == 2


def test_set_taxonomy():
    head = build().eval()
    everything = head(features()).object_part
    head.set_taxonomy(["dog's tail", "cat's head"])
    torch.testing.assert_close(
        head(features()).object_part, everything[:, [ALL.index("dog's tail"), 0, -1]],
        atol=1e-5, rtol=1e-5)
    assert head.out_channels == 3
    head.set_taxonomy('part_shapes')
    assert head.out_channels == len(PartTaxonomy.named('part_shapes')) + 1


def test_state_dict_does_not_depend_on_the_vocabulary():
    assert build().state_dict().keys() == build(test='pascal_part_116').state_dict().keys()


def test_clipseg_prompts():
    head = build(type='CLIPSegHead')
    assert head.prompts(head.train_taxonomy) == ['cat head', 'cat tail', 'bus wheel', 'bus door']


def test_an_unknown_option_fails():
    with pytest.raises(TypeError, match='no_such_option'):
        build(no_such_option=1)
