"""ZSSeg+ in training: joint, over processes, and what it needs."""
import socket

import pytest
import torch
import torch.nn.functional as F
from mmengine.config import Config
from mmengine.structures import PixelData
from mmseg.registry import MODELS
from mmseg.structures import SegDataSample

from mmpartseg.models.decode_heads.region_prompt_head import RegionPromptInput
from tests.mixed import ROOT
from tests.runs import in_child
from tests.tiny import TINY_CLIP
from tests.zsseg import shrink
from tests.zsseg_small import TRAIN, batch, build


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

    @pytest.mark.parametrize('labelled', [True, False])
    def test_terms_are_scalars(self, labelled):
        samples = self.samples([None, None])
        if not labelled:
            for sample in samples:
                sample.gt_sem_seg.data[:] = 255
        terms = build().train().loss(torch.randn(2, 3, 64, 64), samples)
        assert len(terms) == 6 and {term.shape for term in terms.values()} == {()}

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

    def test_prompts_of_the_classes_that_decide(self):
        """Stage 1 over an object's own classes, by hand; an object with a single class teaches nothing."""
        cfg = Config.fromfile(ROOT / 'configs/_base_/models/zsseg_prompts.py').model
        shrink(cfg, TINY_CLIP, crop=32)
        cfg.decode_head.update(train_taxonomy=TRAIN, test_taxonomy=TRAIN)
        logits = torch.tensor([[[1., 2., 9.], [0., 3., 9.], [7., 7., 7.]],
                               [[9., 9., 9.], [9., 9., 9.], [5., 1., 0.]]], requires_grad=True)
        parts = torch.tensor([[[0, 1, 1, 255]], [[2, 255, 255, 255]]])  # cat's head, tail; chair's leg
        objects = torch.tensor([[[0, 0, 0, 2]], [[1, 1, 2, 2]]])
        losses = {}
        for own in (False, True):
            head = MODELS.build(dict(cfg.decode_head, own_classes_only=own))
            head.region_logits = lambda *_: logits
            losses[own] = head.loss_by_feat(RegionPromptInput(torch.zeros(2, 3, 1, 4), None), parts, objects,
                                            head.train_index)
        rows = [([1., 2.], 0), ([0., 3.], 1), ([0.], 0)]
        expected = sum(F.cross_entropy(torch.tensor([row]), torch.tensor([label])) for row, label in rows) / 3
        torch.testing.assert_close(losses[True]['loss_region'], expected)
        assert losses[True]['acc_region'].item() == pytest.approx(200 / 3)
        assert losses[False]['acc_region'].item() == 0
        losses[True]['loss_region'].backward()
        assert logits.grad[..., 2].abs().sum() == 0 and logits.grad[1].abs().sum() == 0

    def test_prompts_of_images_without_a_part(self):
        """They are left out, whether they show an object or not; a batch of them moves nothing."""
        cfg = Config.fromfile(ROOT / 'configs/_base_/models/zsseg_prompts.py').model
        shrink(cfg, TINY_CLIP, crop=32)
        cfg.decode_head.update(train_taxonomy=TRAIN, test_taxonomy=TRAIN)
        torch.manual_seed(0)
        model, images = MODELS.build(cfg).train(), 255 * torch.rand(3, 3, 64, 64)
        samples = [*self.samples([TRAIN, TRAIN]), *self.samples([TRAIN, TRAIN])[:1]]
        for sample, obj in zip(samples[1:], (0, 9)):
            sample.gt_sem_seg.data.fill_(255)
            sample.gt_object_seg.data.fill_(obj)
        together, alone = model.loss(images, samples), model.loss(images[:1], samples[:1])
        assert alone['decode.loss_region'] > 0
        torch.testing.assert_close(together, alone)
        nothing = model.loss(images[1:], samples[1:])
        assert nothing['decode.loss_region'] == 0 and nothing['decode.acc_region'] == 0
        nothing['decode.loss_region'].backward()
        learned = [p for p in model.parameters() if p.requires_grad]
        assert len(learned) == 3 and all(p.grad.abs().sum() == 0 for p in learned)

    def test_samples_without_objects(self):
        model, samples = build(), self.samples([TRAIN, TRAIN])
        del samples[1].gt_object_seg
        with pytest.raises(ValueError, match='a sample has no object map: take a PerObjectDataset'):
            model.loss(torch.zeros(2, 3, 64, 64), samples)

    @pytest.mark.parametrize('stage', [1, 2])
    def test_samples_of_several_objects(self, stage):
        """Their union would be the prompt; values outside of the vocabulary are no object."""
        if stage == 1:
            cfg = Config.fromfile(ROOT / 'configs/_base_/models/zsseg_prompts.py').model
            shrink(cfg, TINY_CLIP, crop=32)
            cfg.decode_head.update(train_taxonomy=TRAIN, test_taxonomy=TRAIN)
            model = MODELS.build(cfg)
        else:
            model = build(train_taxonomy=dict(joint=[["fox's tail", "fox's paw"], TRAIN]))
        samples = self.samples([TRAIN, TRAIN])
        samples[1].gt_object_seg.data[..., :5, :] = 255
        images = 255 * torch.rand(2, 3, 64, 64)
        assert all(value.isfinite() for value in model.loss(images, samples).values())
        samples[1].gt_object_seg.data[..., 40:, :] = 1
        for path, named in (({}, 'without a path'), (dict(img_path='a/b.jpg'), 'a/b.jpg')):
            samples[1].set_metainfo(path)
            with pytest.raises(ValueError, match=f"sample '{named}' shows several objects, such as cat and "
                               'chair, .* take a PerObjectDataset, with KeepObject in its pipeline'):
                model.loss(images, samples)

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
