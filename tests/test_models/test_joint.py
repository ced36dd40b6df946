"""Joint training: each image of a mixed batch in its own vocabulary."""
import pytest
import torch
from mmengine.structures import PixelData
from mmseg.registry import MODELS
from mmseg.structures import SegDataSample

from mmpartseg import PartTaxonomy
from mmpartseg.models.decode_heads import joint
from mmpartseg.models.decode_heads.joint import batch_rows, rows_of
from tests.tiny import features, head_config

CATS = ["cat's head", "cat's tail", "bus's wheel"]
DOGS = ["dog's head", "dog's leg"]


def sample(classes, seed=0):
    """Labels of every class, ignored pixels, and two pixels of no object."""
    generator = torch.Generator().manual_seed(seed)
    parts = torch.randint(0, len(classes), (1, 32, 32), generator=generator)
    objects = torch.tensor(PartTaxonomy(classes).object_of)[parts]
    parts[:, :4] = 255
    objects[:, :2] = 255
    return SegDataSample(metainfo=dict(taxonomy=dict(object_parts=classes), img_path='x.jpg'),
                         gt_sem_seg=PixelData(data=parts), gt_object_seg=PixelData(data=objects))


def build(train, type='PartCLIPSegHead', like=None, **options):
    torch.manual_seed(0)
    head = MODELS.build(head_config(train=train, type=type, **options)).train()
    if like is not None:
        head.load_state_dict(like.state_dict())
    return head


BATCH = [sample(CATS, 0), sample(DOGS, 1), sample(CATS, 2)]


@pytest.mark.parametrize('type', ['PartCLIPSegHead', 'CLIPSegHead'])
def test_mixed_batch_is_the_weighted_sum_of_separate_losses(type):
    """Each term: two thirds of that of the cats' images alone, one third of the dogs' image."""
    head, inputs = build(dict(joint=[CATS, DOGS]), type), features(3)
    losses = head.loss(inputs, BATCH)
    expected, gradients = {}, []
    for classes, rows, share in ((CATS, [0, 2], 2 / 3), (DOGS, [1], 1 / 3)):
        alone = build(classes, type, like=head)
        terms = alone.loss(rows_of(inputs, rows), [BATCH[i] for i in rows])
        for name, value in terms.items():
            expected[name] = expected.get(name, 0) + share * value
        (share * sum(terms.values())).backward()
        gradients.append({n: p.grad for n, p in alone.named_parameters()})
    assert losses.keys() == expected.keys() and len(losses) == (6 if type == 'PartCLIPSegHead' else 1)
    for name, value in losses.items():
        torch.testing.assert_close(value, expected[name], rtol=1e-5, atol=1e-6)
    sum(losses.values()).backward()
    for name, parameter in head.named_parameters():
        parts = [g[name] for g in gradients]
        if parameter.requires_grad:
            torch.testing.assert_close(parameter.grad, sum(parts), rtol=1e-4, atol=1e-6, msg=name)


def test_mmseg_losses_and_shared_text():
    """Other losses are weighted alike, and a name of two vocabularies is encoded once."""
    other = [*DOGS, "dog's tail"]  # shares 'tail' and 'head' with the cats
    options = dict(loss_object_part=[dict(type='PartMaskLoss'), dict(type='CrossEntropyLoss')],
                   text_encoder=dict(head_config()['text_encoder'], trainable='all'))
    head, inputs = build(dict(joint=[CATS, other]), **options), features(2)
    encoded = []
    head.text_encoder.register_forward_pre_hook(lambda _, names: encoded.extend(names[0]))
    batch = [sample(CATS, 0), sample(other, 1)]
    losses = head.loss(inputs, batch)
    assert sorted(encoded) == sorted({'head', 'tail', 'wheel', 'leg', 'cat', 'bus', 'dog'})
    terms = [build(c, like=head, **options).loss(rows_of(inputs, [i]), [batch[i]])
             for i, c in enumerate((CATS, other))]
    assert 'loss_object_part_ce' in losses
    for name, value in losses.items():
        torch.testing.assert_close(value, (terms[0][name] + terms[1][name]) / 2, rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize('type', ['PartCLIPSegHead', 'CLIPSegHead'])
def test_a_process_without_images_of_a_vocabulary(type, monkeypatch):
    """It takes part in the collective means with zeros: same names, same order, every gradient."""
    head, inputs, batch = build(dict(joint=[CATS, DOGS]), type), features(2), [BATCH[0], BATCH[2]]
    plain = head.loss(inputs, batch)
    monkeypatch.setattr(joint, 'get_world_size', lambda: 2)
    losses = head.loss(inputs, batch)
    assert list(losses) == list(plain)
    for name in plain:
        torch.testing.assert_close(losses[name], plain[name])
    sum(losses.values()).backward()
    assert all(torch.isfinite(p.grad).all() for p in head.parameters() if p.requires_grad)


def test_rows_of_a_batch():
    taxonomies = [PartTaxonomy(DOGS), PartTaxonomy(CATS), PartTaxonomy(["sheep's head"])]
    assert batch_rows(BATCH, taxonomies) == [[1], [0, 2], []]
    assert batch_rows([SegDataSample(), SegDataSample()], taxonomies[:1]) == [[0, 1]]
    named = SegDataSample(metainfo=dict(taxonomy='pascal_part_116:seen'))
    assert batch_rows([named], [*taxonomies, PartTaxonomy.named('pascal_part_116:seen')])[3] == [0]


def test_sample_of_another_vocabulary():
    head = build(dict(joint=[CATS, DOGS]))
    stranger = sample(CATS[:2])
    with pytest.raises(ValueError, match=r"'x.jpg' is labelled in the vocabulary PartTaxonomy\(2 classes"):
        head.loss(features(1), [stranger])
    stranger.set_metainfo(dict(taxonomy='pascal_part_116'))
    with pytest.raises(ValueError, match="'pascal_part_116', none of the 2 of train_taxonomy"):
        head.loss(features(1), [stranger])
    with pytest.raises(ValueError, match="does not say its vocabulary.*'taxonomy' among the meta_keys"):
        head.loss(features(1), [SegDataSample(gt_sem_seg=stranger.gt_sem_seg)])


def test_train_taxonomy_of_joint_training():
    head = build(dict(joint=[CATS, ["cat's head", "dog's leg"]]))
    assert head.train_taxonomy.object_parts == (*CATS, "dog's leg")
    assert [len(t) for t in head.train_taxonomies] == [3, 2]
    assert not any('train_ind' in name for name in head.state_dict())


@pytest.mark.parametrize('value, message', [
    (dict(joint=[]), 'joint training takes'), (dict(joint='pascal_part_116'), 'joint training takes'),
    (dict(joint=[CATS], unseen_objects=['cat']), 'joint training takes'),
    (dict(joint=[CATS, list(CATS)]), 'two of the vocabularies to join have the same classes')])
def test_malformed_joint_taxonomy(value, message):
    with pytest.raises(ValueError, match=message):
        PartTaxonomy.build_joint(value)


def test_unknown_vocabulary_in_joint_taxonomy():
    with pytest.raises(KeyError, match="unknown vocabulary 'pascal'"):
        build(dict(joint=['pascal', CATS]))


def spread(rank, folder):
    """One of two processes: each takes two of four images, and only one of them sees a dog."""
    torch.distributed.init_process_group('gloo', init_method=f'file://{folder}/meet', rank=rank, world_size=2)
    rows = [[0, 2], [1, 3]][rank]
    head = build(dict(joint=[CATS, DOGS]))
    total = sum(head.loss(rows_of(features(4), rows), [FOUR[i] for i in rows]).values())
    total.backward()
    torch.save({n: p.grad for n, p in head.named_parameters() if p.requires_grad}, folder / f'{rank}.pt')


FOUR = [*BATCH, sample(CATS, 3)]


def test_two_processes_give_the_gradient_of_one(tmp_path):
    """The mean of their gradients, as DDP takes it; one has no image of the dogs' vocabulary."""
    torch.multiprocessing.start_processes(spread, (tmp_path, ), nprocs=2, start_method='fork')
    head = build(dict(joint=[CATS, DOGS]))
    sum(head.loss(features(4), FOUR).values()).backward()
    first, second = (torch.load(tmp_path / f'{rank}.pt') for rank in range(2))
    for name, parameter in head.named_parameters():
        if parameter.requires_grad:
            mean = (first[name] + second[name]) / 2
            torch.testing.assert_close(mean, parameter.grad, rtol=1e-4, atol=1e-6, msg=name)
