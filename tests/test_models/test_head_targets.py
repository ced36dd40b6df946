"""Losses of PartCLIPSegHead and CLIPSegHead: gradients, and what follows where maps are missing."""
import pytest
import torch

from mmpartseg import PartTaxonomy
from tests.heads import IGNORE, batch, build, sample
from tests.tiny import SEEN, features


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
