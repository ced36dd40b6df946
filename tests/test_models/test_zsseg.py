"""ZSSeg+ part by part, against loops and by hand; what the released arrays do not show."""
import importlib
import socket

import pytest
import torch
import torch.nn.functional as F
from mmengine.config import Config
from mmengine.structures import PixelData
from mmseg.registry import MODELS
from mmseg.structures import SegDataSample

from mmpartseg import compat
from mmpartseg.models.layers.regions import cell_presence, grown_box, region_means
from mmpartseg.models.losses import mask_focal_loss
from mmpartseg.models.segmentors.batch_scores import FullScores
from mmpartseg.models.segmentors.region_scores import ensemble, pixel_scores, region_scores
from tests.mixed import ROOT
from tests.runs import in_child
from tests.tiny import TINY_CLIP, head_config

TRAIN = ["cat's head", "cat's tail", "chair's leg"]
TEST = [*TRAIN, "armchair's leg", "dog's head"]
TEXT = dict(type='CompositePromptEncoder', arch=TINY_CLIP, lengths=(2, 3))


def build(object_segmentor=None, seed=0, **head):
    pytest.importorskip('mmdet')
    from tests.zsseg import shrink
    model = Config.fromfile(ROOT / 'configs/_base_/models/zsseg_r50.py').model
    shrink(model, TINY_CLIP, channels=32, layers=2, crop=32)
    model.decode_head.update(dict(train_taxonomy=TRAIN, test_taxonomy=TEST), **head)
    torch.manual_seed(seed)
    model = MODELS.build(dict(model, object_segmentor=object_segmentor)).eval()
    model.decode_head.init_weights()
    torch.nn.init.normal_(model.decode_head.text_encoder.prefix_prompt)
    return model


def batch(objects=None, size=(64, 50), ori=(40, 50), seed=0):
    generator = torch.Generator().manual_seed(seed)
    image = torch.randint(0, 256, (3, *size), dtype=torch.uint8, generator=generator)
    sample = SegDataSample(metainfo=dict(ori_shape=ori, img_shape=size))
    if objects is not None:
        sample.gt_object_seg = PixelData(data=objects[None])
    return dict(inputs=[image], data_samples=[sample])


def halves(left, right, size=(40, 50)):
    objects = torch.full(size, left)
    objects[:, size[1] // 2:] = right
    return objects


class TestPrompts:
    def test_tokens(self):
        encoder = MODELS.build(TEXT)
        tokens, = encoder.tokenize(["polar bear's license plate"]).tolist()
        words = encoder.tokenizer.encode
        expected = [49406, -1, -2, *words('polar bear'), -3, -4, -5, *words('license plate'), *words('.'),
                    49407]
        assert tokens == expected + [0] * (77 - len(expected))

    def test_learned_vectors_stand_at_their_places(self):
        encoder = MODELS.build(TEXT)
        x = encoder._embed_tokens(encoder.tokenize(["cat's head"]))[0]
        assert torch.equal(x[1:3], encoder.prefix_prompt)
        assert torch.equal(x[4:7], encoder.connect_prompt)
        assert torch.equal(x[3], encoder.tower.token_embedding.weight[encoder.tokenizer.encode('cat')[0]])

    def test_what_is_learned(self):
        for learned in (False, True):
            encoder = MODELS.build(dict(TEXT, train_prompts=learned))
            names = {name for name, p in encoder.named_parameters() if p.requires_grad}
            assert names == ({'prefix_prompt', 'connect_prompt'} if learned else set())
            assert encoder(TEST).requires_grad == learned

    def test_kept_embeddings_follow_the_prompts(self):
        encoder = MODELS.build(TEXT).eval()
        before = encoder(TEST)
        assert encoder(TEST) is before
        with torch.no_grad():
            encoder.connect_prompt.add_(1)
        assert not torch.allclose(encoder(TEST), before)

    def test_a_text_tower_that_reads_on(self):
        arch = dict(TINY_CLIP, text_cfg=dict(TINY_CLIP['text_cfg'], no_causal_mask=True))
        with pytest.raises(ValueError, match='learned prompts need a causal text tower'):
            MODELS.build(dict(TEXT, arch=arch))

    def test_a_name_that_is_too_long(self):
        with pytest.raises(ValueError, match='takes .* tokens with the learned vectors; .* reads 77'):
            MODELS.build(TEXT)([f"{'very ' * 70}big cat's head"])


class TestMaskFocalLoss:
    def test_by_hand(self):
        logits, target = torch.tensor([0., 0., 2.]), torch.tensor([1., 0., 1.])
        sure = torch.sigmoid(torch.tensor(2.))
        expected = [0.25 * 0.25 * torch.log(torch.tensor(2.)), 0.75 * 0.25 * torch.log(torch.tensor(2.)),
                    -0.25 * (1 - sure)**2 * sure.log()]
        torch.testing.assert_close(mask_focal_loss(logits, target), torch.stack(expected))

    def test_as_mmdet_calls_it(self):
        mmdet = pytest.importorskip('mmdet')  # noqa: F841
        from mmdet.models.losses import FocalLoss
        generator = torch.Generator().manual_seed(0)
        logits = torch.randn(50, 1, generator=generator)
        target = (torch.rand(50, generator=generator) > 0.7).long()
        ours, theirs = MODELS.build(dict(type='MaskFocalLoss', loss_weight=20.0)), FocalLoss(loss_weight=20.0)
        torch.testing.assert_close(ours(logits, target, 7.0), theirs(logits, target, avg_factor=7.0))


class TestRegions:
    def test_grown_box(self):
        mask = torch.zeros(20, 30, dtype=torch.bool)
        mask[4:9, 10:20] = True  # 5 high, 10 wide
        assert grown_box(mask, 1.0) == (10, 4, 20, 9)
        assert grown_box(mask, 1.2) == (9, 3, 21, 9)
        assert grown_box(mask, 5.0) == (-10, -6, 40, 19)
        with pytest.raises(ValueError, match='an object without a pixel has no box'):
            grown_box(torch.zeros(3, 3, dtype=torch.bool), 1.2)

    def test_presence_and_means_against_a_loop(self):
        generator = torch.Generator().manual_seed(0)
        labels = torch.randint(0, 4, (2, 8, 12), generator=generator)  # 3 means none
        tokens = torch.randn(2, 6, 5, generator=generator)
        presence = cell_presence(labels, 4, 3)
        means = region_means(tokens, presence)
        for m in range(2):
            for region in range(3):
                mask = F.max_pool2d((labels[m] == region)[None, None].float(), 4).flatten()
                assert torch.equal(presence[m, region].float(), mask)
                expected = (tokens[m] * mask[:, None]).sum(0) / (mask.sum() + 1e-6)
                torch.testing.assert_close(means[m, region], expected)

    @pytest.mark.parametrize('weight', [0., 0.25, 0.5, 1.])
    def test_ensemble(self, weight):
        s, c = torch.tensor([[0.2], [0.3]]), torch.tensor([[0.4], [0.]])
        seen, unseen = ensemble(s, c, torch.tensor([True, False]), weight)
        if weight == 0:
            assert torch.equal(torch.stack([seen, unseen]), c)
        else:
            torch.testing.assert_close(seen, s[0]**weight * c[0]**(1 - weight))
            torch.testing.assert_close(unseen, s[1]**(1 - weight) * c[1]**weight)

    @pytest.mark.parametrize('piece_bytes', [1, 3000, 2**24])
    def test_pixel_scores_in_pieces(self, piece_bytes):
        generator = torch.Generator().manual_seed(1)
        logits, masks = torch.randn(4, 6, generator=generator), torch.randn(4, 8, 10, generator=generator)
        classes = torch.tensor([1, 4])
        proposals, scores = pixel_scores(logits, masks, (32, 40), (30, 37), classes, piece_bytes)
        full = F.interpolate(masks[None], (32, 40), mode='bilinear')[0, :, :30, :37].sigmoid()
        every = sum(logits[q].softmax(0)[:-1, None, None] * full[q] for q in range(4))
        assert torch.equal(proposals, every.argmax(0))
        torch.testing.assert_close(scores, every[classes])

    def test_region_scores(self):
        proposals = torch.tensor([[0, 1], [1, 2]])
        inside = torch.tensor([[True, True], [False, False]])
        distribution = torch.tensor([[0.1], [0.2], [0.3]])
        assert torch.equal(region_scores(proposals, inside, distribution),
                           torch.tensor([[[0.1, 0.2], [0.2, 0.0]]]))


class TestObjectPrompt:
    def features(self, model):
        return model.backbone(torch.randn(1, 3, 64, 64, generator=torch.Generator().manual_seed(0)))

    def test_keys_outside_the_object_count_nothing(self):
        """As meant; the released bias leaves them in."""
        for released in (False, True):
            model = build()
            proposals = model.decode_head.proposals
            proposals.released_key_bias = released
            _, memory = proposals.pixel_decoder(self.features(model), None)
            mask = torch.zeros(1, 1, 64, 64)
            mask[..., :30] = 1  # the left one of two columns
            other = memory.clone()
            other[..., 1] += 1
            with torch.no_grad():
                same = torch.allclose(proposals.decode_queries(memory, mask),
                                      proposals.decode_queries(other, mask), atol=1e-6)
            assert same != released

    def test_an_object_that_is_nowhere(self):
        model = build()
        with torch.no_grad():
            text = model.decode_head.condition(TRAIN)
            output = model.decode_head.proposals(self.features(model), torch.zeros(2, 64, 64) > 0, text)
        assert all(torch.isfinite(x).all() for x in output)

    def test_several_objects_as_one_by_one(self):
        model, masks = build(), torch.zeros(2, 64, 64, dtype=torch.bool)
        masks[0, :30], masks[1, 20:, 5:] = True, True
        with torch.no_grad():
            features, text = self.features(model), model.decode_head.condition(TRAIN)
            together = model.decode_head.proposals(features, masks, text)
            for i in range(2):
                alone = model.decode_head.proposals(features, masks[i:i + 1], text, every_layer=False)
                for both, one in zip(together, alone):
                    torch.testing.assert_close(both[-1:, i:i + 1], one, atol=1e-4, rtol=1e-4)


class TestSettings:
    def test_oracle_and_predicted_objects(self):
        model = build()
        taxonomy = model.taxonomy
        cat, dog = taxonomy.objects.index('cat'), taxonomy.objects.index('dog')
        data = batch(halves(cat, len(taxonomy.objects)))
        data['data_samples'][0].pred_object_seg = PixelData(data=halves(255, dog)[None])
        result, = model.test_step(data)
        oracle, predicted = result.pred_oracle_sem_seg.data[0], result.pred_obj_sem_seg.data[0]
        assert {*oracle[:, :25].unique().tolist()} <= {0, 1} and (oracle[:, 25:] == len(TEST)).all()
        assert (predicted[:, 25:] == TEST.index("dog's head")).all()
        assert (predicted[:, :25] == len(TEST)).all()

    def test_pred_all_without_objects_has_no_background(self):
        model = build()
        model.test_cfg = dict(return_part_scores=True)
        result, = model.test_step(batch())
        assert 'pred_oracle_sem_seg' not in result
        labels = result.pred_sem_seg.data[0]
        assert labels.shape == (40, 50) and labels.max() < len(TEST)
        won = torch.zeros(len(TEST), dtype=torch.bool)
        won[labels.unique()] = True
        assert torch.equal(~result.part_scores.isnan(), won)

    def test_pred_all_with_an_object_segmentor(self, tmp_path):
        weights = tmp_path / 'objects.pth'
        config = dict(
            type='PartSegmentor', test_cfg=dict(mode='whole'), train_cfg=dict(),
            data_preprocessor=dict(type='PartSegDataPreProcessor', mean=[0.] * 3, std=[255.] * 3,
                                   bgr_to_rgb=True, size=(32, 32)),
            backbone=dict(type='OpenCLIPViT', arch=TINY_CLIP, out_indices=(0, 2), with_cls_token=True),
            decode_head=head_config())
        objects = MODELS.build(config)
        torch.save(dict(state_dict=objects.state_dict()), weights)
        model = build(dict(config, init_cfg=dict(type='Pretrained', checkpoint=str(weights))))
        for name, value in model.object_segmentor.state_dict().items():
            assert torch.equal(value, objects.state_dict()[name]), name
        assert not any(name.startswith('object_segmentor') for name in model.state_dict())
        assert not any(p.requires_grad for p in model.object_segmentor.parameters())
        assert model.object_segmentor.taxonomy == model.taxonomy
        cat, nothing = model.taxonomy.objects.index('cat'), len(model.taxonomy.objects)
        scores = torch.full((1, len(TEST) + 1 + nothing + 1, 2, 2), -5.)
        scores[0, len(TEST) + 1 + cat, :, 0] = 5  # a cat on the left, nothing on the right
        scores[0, -1, :, 1] = 5
        seen = []
        model.object_segmentor.scores_of = lambda inputs, metas: seen.append(inputs) or FullScores(
            scores, len(TEST) + 1, metas)
        data = batch()
        result, = model.test_step(data)
        labels = result.pred_sem_seg.data[0]
        assert set(labels[:, :25].unique().tolist()) <= {0, 1} and (labels[:, 25:] == len(TEST)).all()
        # the picture as its own preprocessor gives it, from that of ZSSeg+
        image = F.interpolate(data['inputs'][0][[2, 1, 0]][None].float(), (32, 32), mode='bilinear') / 255
        torch.testing.assert_close(seen[0], image, atol=1e-5, rtol=0)
        model.set_taxonomy(["fox's tail"])
        assert model.object_segmentor.taxonomy.objects == ('fox', )

    def test_an_object_segmentor_without_object_scores(self):
        config = dict(type='PartSegmentor', backbone=dict(type='Pixels'), test_cfg=dict(mode='whole'),
                      decode_head=head_config(type='CLIPSegHead'))
        with pytest.raises(ValueError, match='has a CLIPSegHead, which scores no objects'):
            build(config)

    def test_released_substring_match(self):
        head = build().decode_head
        objects = head.test_taxonomy.objects
        chair = objects.index('chair')
        assert head.classes_of(chair).tolist() == [False, False, True, False, False]
        head.released_substring_match = True
        assert head.classes_of(chair).tolist() == [False, False, True, True, False]
        assert head.classes_of(objects.index('armchair')).tolist() == [False, False, False, True, False]

    def test_vocabulary_changes(self):
        model = build()
        model.set_taxonomy(["fox's tail", "cat's tail"])
        assert model.decode_head.is_seen.tolist() == [False, True]
        result, = model.test_step(batch(halves(0, 1)))
        assert (result.pred_oracle_sem_seg.data[0, :, :25] == 1).all()  # the cat has one part now
        assert (result.pred_oracle_sem_seg.data[0, :, 25:] == 0).all()

    def test_an_object_of_one_pixel(self):
        model = build()
        objects = torch.full((300, 400), 255)
        objects[151, 203] = model.taxonomy.objects.index('dog')
        labels = model.test_step(batch(objects, ori=(300, 400)))[0].pred_oracle_sem_seg.data[0]
        assert (labels != len(TEST)).nonzero().tolist() == [[151, 203]]

    def test_no_windows(self):
        model = build()
        with pytest.raises(NotImplementedError, match='one object at a time.*Leave test_cfg'):
            model.inference(torch.zeros(1, 3, 32, 32), [dict(ori_shape=(32, 32))])
        sample = SegDataSample(metainfo=dict(ori_shape=(32, 32), picture=None))
        with pytest.raises(ValueError, match='looks at each object by itself: leave out zoom and snap'):
            model.predict(torch.zeros(1, 3, 32, 32), [sample])


class TestTraining:
    def samples(self, taxonomies):
        parts = torch.full((2, 64, 64), 255)
        parts[:, 5:30, 5:50] = 0
        return [SegDataSample(
            metainfo=dict(taxonomy=taxonomy), gt_sem_seg=PixelData(data=labels[None]),
            gt_object_seg=PixelData(data=torch.where(labels == 0, 0, 9)[None]))
            for labels, taxonomy in zip(parts, taxonomies)]

    def test_joint_training(self):
        """Each image's loss in its own vocabulary, by its share of the batch."""
        other = ["fox's tail", "fox's paw"]
        model, images = build(train_taxonomy=dict(joint=[TRAIN, other])), torch.randn(2, 3, 64, 64)
        model.decode_head.proposals.train()
        together = model.loss(images, self.samples([TRAIN, other]))
        alone = [model.loss(images[i:i + 1], self.samples([TRAIN, other])[i:i + 1]) for i in range(2)]
        terms = ('loss_cls', 'loss_mask', 'loss_dice')
        assert set(together) == {f'decode.{layer}{term}' for layer in ('', 'd0.') for term in terms}
        for name, value in together.items():
            expected = (alone[0][name] + alone[1][name]) / 2
            torch.testing.assert_close(value, expected, atol=1e-5, rtol=1e-4)

    def test_joint_training_over_processes(self, tmp_path):
        """Two processes, each with images of one vocabulary: their mean is what one process gives."""
        other = ["fox's tail", "fox's paw"]
        images = torch.randn(4, 3, 64, 64, generator=torch.Generator().manual_seed(0))
        batch = [*self.samples([TRAIN, TRAIN]), *self.samples([other, other])]

        def terms(rows):
            model = build(train_taxonomy=dict(joint=[TRAIN, other])).train()
            losses = model.loss(images[rows], [batch[i] for i in rows])
            return {name: value.detach() for name, value in losses.items()}

        def in_process():
            torch.distributed.init_process_group('gloo')
            rank = torch.distributed.get_rank()
            torch.save(terms([[0, 1], [2, 3]][rank]), tmp_path / f'{rank}.pth')

        two = [dict(RANK=str(r), WORLD_SIZE='2', MASTER_ADDR='127.0.0.1', MASTER_PORT=free_port())
               for r in range(2)]
        two[1]['MASTER_PORT'] = two[0]['MASTER_PORT']
        assert in_child(in_process, environments=two) == [0, 0]
        found = [torch.load(tmp_path / f'{rank}.pth') for rank in range(2)]
        for name, expected in terms([0, 1, 2, 3]).items():
            torch.testing.assert_close((found[0][name] + found[1][name]) / 2, expected, rtol=1e-4, atol=1e-5)

    def test_a_vocabulary_without_an_image(self):
        """As in joint training on several processes: the same terms, and a gradient of 0."""
        model = build()
        head, index = model.decode_head, model.decode_head.train_index
        features = [x[:0] for x in model.backbone(torch.randn(1, 3, 64, 64))]
        output = head.decode([*features, torch.zeros(0, 64, 64, dtype=torch.long)], index, training=True)
        terms = head.loss_by_feat(output, torch.zeros(0, 64, 64, dtype=torch.long), None, index)
        names = ('cls', 'mask', 'dice')
        assert set(terms) == {f'{layer}loss_{name}' for layer in ('', 'd0.') for name in names}
        sum(terms.values()).backward()
        assert all(value == 0 for value in terms.values())
        assert head.proposals.query_embed.weight.grad.abs().sum() == 0

    def test_samples_without_objects(self):
        model, samples = build(), self.samples([TRAIN, TRAIN])
        del samples[1].gt_object_seg
        with pytest.raises(ValueError, match='a sample has no object map: take a PerObjectDataset'):
            model.loss(torch.zeros(2, 3, 64, 64), samples)

    def test_every_convolution_of_the_pixel_decoder_is_initialised(self):
        decoder = build().decode_head.proposals.pixel_decoder
        for convs in (decoder.lateral_convs, decoder.output_convs):
            for conv in convs:
                weight = conv.conv.weight
                bound = (3 / (weight.shape[1] * weight.shape[2] * weight.shape[3]))**0.5  # Caffe2's Xavier
                assert 0.8 * bound < weight.abs().max() <= bound

    def test_stage_1_predicts_nothing(self):
        cfg = Config.fromfile(ROOT / 'configs/_base_/models/zsseg_prompts.py').model
        from tests.zsseg import shrink
        model = MODELS.build(shrink(cfg, TINY_CLIP)).eval()
        with pytest.raises(NotImplementedError, match="start stage 2 from its checkpoint: load_from='zsseg"):
            model.test_step(batch())


def free_port():
    with socket.socket() as connection:
        connection.bind(('127.0.0.1', 0))
        return str(connection.getsockname()[1])


def without_mmdet(monkeypatch):
    find = importlib.util.find_spec
    monkeypatch.setattr(compat.importlib.util, 'find_spec',
                        lambda name: None if name == 'mmdet' else find(name))


@pytest.mark.parametrize('head', ['MaskFormerProposals', 'MaskFormerHead', 'Mask2FormerHead'])
def test_without_mmdet(head, monkeypatch):
    """One line that says what to install, for ZSSeg+ and for the heads of mmseg."""
    without_mmdet(monkeypatch)
    cfg = dict(type=head, in_channels=[8], feat_channels=8, out_channels=8)
    if head == 'MaskFormerProposals':
        cfg = dict(cfg, embed_dims=8)
    else:
        cfg = dict(type='PartSegmentor', taxonomy=TRAIN, backbone=dict(type='Pixels'), decode_head=cfg)
    expected = f"{head} needs mmdet, which is not installed: pip install 'mmdet>=3.3.0'"
    with pytest.raises(ImportError) as error:
        MODELS.build(cfg)
    assert expected in str(error.value).splitlines()[-1]


def test_another_mmdet(monkeypatch):
    mmdet = pytest.importorskip('mmdet')
    monkeypatch.setattr(mmdet, '__version__', '3.2.0')
    with pytest.raises(ImportError, match="needs mmdet >=3.3.0, but 3.2.0 is installed: pip install"):
        compat.require_mmdet('ZSSegHead')
