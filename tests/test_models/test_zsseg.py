"""ZSSeg+ part by part, against loops and by hand; what the released arrays do not show."""
import pytest
import torch
import torch.nn.functional as F
from mmengine.logging import MMLogger
from mmengine.structures import PixelData
from mmseg.registry import MODELS
from mmseg.structures import SegDataSample

from mmpartseg.models.segmentors.batch_scores import FullScores
from tests.tiny import TINY_CLIP, head_config
from tests.zsseg_small import TEST, TRAIN, batch, build, halves


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

    def test_pred_all_with_an_object_segmentor(self, tmp_path, caplog):
        MMLogger.get_current_instance().addHandler(caplog.handler)
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
        # not a line for each parameter
        assert not any(f'PretrainedInit: load from {weights}' in line for line in caplog.messages)
        MMLogger.get_current_instance().removeHandler(caplog.handler)
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

    def test_an_object_segmentor_without_weights(self):
        config = dict(type='PartSegmentor', backbone=dict(type='Pixels'), test_cfg=dict(mode='whole'),
                      decode_head=head_config())
        with pytest.raises(ValueError, match='object_segmentor has no weights; give it init_cfg='):
            build(config)

    @pytest.mark.parametrize('option', [
        dict(mode='slide'), dict(oracle_objects='image'), dict(return_logits=True),
        dict(background_logit=0.)])
    def test_options_that_would_change_nothing(self, option):
        with pytest.raises(ValueError, match='would change nothing: ZSSegSegmentor scores the parts of'):
            build(test_cfg=option)
        build(test_cfg=dict(oracle_objects='pixel', piece_bytes=2**20))

    @pytest.mark.parametrize('weight', [-0.1, 1.5, float('nan'), None])
    def test_a_weight_of_two_scores_that_is_none(self, weight):
        with pytest.raises(ValueError, match=f'ensemble_weight={weight}: expected a number from 0 to 1'):
            build(ensemble_weight=weight)
        assert [build(ensemble_weight=end).decode_head.ensemble_weight for end in (0, 1.)] == [0, 1]

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

    def test_objects_of_another_size_than_the_image(self):
        with pytest.raises(ValueError, match='gt_object_seg of .* is 20x20, the image 40x50 .* at the size'):
            build().test_step(batch(halves(0, 1, (20, 20))))

    @pytest.mark.parametrize('direction', ['horizontal', 'vertical'])
    def test_a_mirrored_picture(self, direction):
        data = batch(halves(0, 1))
        data['data_samples'][0].set_metainfo(dict(flip=True, flip_direction=direction))
        with pytest.raises(ValueError, match='this one is mirrored: leave RandomFlip out of the test pipe'):
            build().test_step(data)

    def test_no_windows(self):
        model = build()
        with pytest.raises(NotImplementedError, match='one object at a time.*Leave test_cfg'):
            model.inference(torch.zeros(1, 3, 32, 32), [dict(ori_shape=(32, 32))])
        sample = SegDataSample(metainfo=dict(ori_shape=(32, 32), picture=None))
        with pytest.raises(ValueError, match='looks at each object by itself: leave out zoom and snap'):
            model.predict(torch.zeros(1, 3, 32, 32), [sample])
