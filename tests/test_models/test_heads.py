"""PartCLIPSegHead and CLIPSegHead: equations in loops, features of any kind, what is trained."""
import pytest
import torch
import torch.nn.functional as F

from mmpartseg import PartTaxonomy
from tests.heads import IGNORE, build
from tests.tiny import ALL, SEEN, features


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
