"""ZSSeg+ part by part: prompts, the focal loss, regions and their scores, against loops and by hand."""
import pytest
import torch
import torch.nn.functional as F
from mmengine.structures import InstanceData
from mmseg.registry import MODELS, TASK_UTILS

from mmpartseg.models.layers.regions import cell_presence, grown_box, region_means
from mmpartseg.models.losses import mask_focal_loss
from mmpartseg.models.segmentors.region_scores import ensemble, pixel_scores, region_scores
from tests.tiny import TINY_CLIP
from tests.zsseg_small import TEST, TEXT


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


class TestMaskFocalCost:
    MASKS = (torch.rand(3, 6, 5, generator=torch.Generator().manual_seed(1)) > 0.6).long()

    def cost(self, logits):
        cost = TASK_UTILS.build(dict(type='mmseg.MaskFocalCost', weight=20.0))
        return cost(InstanceData(masks=logits), InstanceData(masks=self.MASKS))

    @pytest.mark.parametrize('scale', [1., 8., 30.])
    def test_mean_of_the_loss_against_a_loop(self, scale):
        logits = scale * torch.randn(4, 6, 5, generator=torch.Generator().manual_seed(0))
        expected = [[20 * mask_focal_loss(x.double(), y).mean() for y in self.MASKS] for x in logits]
        torch.testing.assert_close(self.cost(logits), torch.tensor(expected).float())

    def test_as_mmdet_where_its_own_is_exact(self):
        assigners = pytest.importorskip('mmdet.models.task_modules.assigners')
        logits = torch.randn(4, 6, 5, generator=torch.Generator().manual_seed(0))
        theirs = assigners.FocalLossCost(weight=20.0, binary_input=True)
        expected = theirs(InstanceData(masks=logits), InstanceData(masks=self.MASKS))
        torch.testing.assert_close(self.cost(logits), expected)

    def test_sure_proposals_are_told_apart(self):
        logits = torch.stack([torch.full((6, 5), x) for x in (20., 25., 40.)])
        costs = self.cost(logits)
        assert (costs[1:] > 1.2 * costs[:-1]).all()


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
