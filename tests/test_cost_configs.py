"""configs/catseg and configs/partcatseg are the released recipes."""
import pytest
from mmengine.optim import build_optim_wrapper
from mmseg.registry import MODELS

from tests.shipped_configs import load, shrink
from tests.tiny import TEXT_ENCODER


@pytest.mark.parametrize('name, iterations, batch, slow', [
    ('catseg/pascal_part', 80000, 8, {'backbone'}),
    ('catseg/pascal_part_cvpr24', 80000, 4, {'backbone', 'text_encoder'}),
    ('partcatseg/pascal_part', 20000, 4, {'backbone'})])
def test_schedule(name, iterations, batch, slow):
    cfg = load(f'configs/{name}.py')
    optimizer = cfg.optim_wrapper.optimizer
    assert (optimizer.type, optimizer.lr, optimizer.weight_decay) == ('AdamW', 2e-4, 1e-4)
    assert cfg.optim_wrapper.clip_grad.max_norm == 0.01
    schedule, = cfg.param_scheduler
    assert (schedule.type, schedule.T_max) == ('CosineAnnealingLR', iterations)
    assert (cfg.train_cfg.max_iters, cfg.effective_batch_size) == (iterations, batch)
    keys = cfg.optim_wrapper.paramwise_cfg.custom_keys
    assert {value.lr_mult for value in keys.values()} == {0.01}
    assert {key.split('.')[0] for key in keys} - {'guidance'} == slow  # the latter: norms, below


@pytest.mark.parametrize('name', ['catseg/pascal_part', 'catseg/pascal_part_cvpr24',
                                  'partcatseg/pascal_part'])
def test_norms_do_not_decay_and_the_rest_does(name):
    cfg = shrink(load(f'configs/{name}.py'))
    model = MODELS.build(cfg.model)
    norms = {id(p) for m in model.modules() if 'Norm' in type(m).__name__ for p in m.parameters()}
    trained = 0
    for group in build_optim_wrapper(model, cfg.optim_wrapper).optimizer.param_groups:
        parameter, = group['params']
        if parameter.requires_grad:
            assert group['weight_decay'] == (0 if id(parameter) in norms else 1e-4)
            trained += id(parameter) in norms
    assert trained > 10


@pytest.mark.parametrize('name', ['catseg/pascal_part', 'catseg/pascal_part_cvpr24',
                                  'partcatseg/ade20k_part'])
def test_pictures(name):
    cfg = load(f'configs/{name}.py')
    steps = {step.type: step for step in cfg.train_pipeline}
    assert list(steps) == ['LoadPartImage', 'LoadPartAnnotations', 'ResizePartSeg', 'RandomCrop',
                           'PhotoMetricDistortion', 'RandomFlip', 'PackPartSegInputs']
    assert steps['RandomCrop'].crop_size == (384, 384) and steps['RandomFlip'].prob == 0.5
    for pipeline, scale in ((cfg.train_pipeline, (768, 384)), (cfg.test_pipeline, (768, 640))):
        resize, = (step for step in pipeline if step.type == 'ResizePartSeg')
        assert (resize.scale, resize.backend, resize.interpolation) == (scale, 'pillow', 'bilinear')
        assert resize.keep_ratio
    assert cfg.model.data_preprocessor.mean == [122.7709383, 116.7460125, 104.09373615]
    assert cfg.train_cfg.val_interval == 1000 and cfg.randomness.seed == 12345678


@pytest.mark.parametrize('name, trained', [
    ('catseg/pascal_part', {'embedding', 'stack', 'guidance', 'text_projection', 'decoder'}),
    ('partcatseg/pascal_part', {'embedding', 'stack', 'guidance', 'text_projection', 'decoder',
                                'class_embedding', 'class_stack', 'object_aware_cost'})])
def test_everything_but_clip_is_trained(name, trained):
    model = MODELS.build(shrink(load(f'configs/{name}.py')).model)
    names = {n for n, p in model.named_parameters() if p.requires_grad}
    assert {n.split('.')[1] for n in names if n.startswith('decode_head.')} == trained
    assert {n.split('.')[1] for n in names if n.startswith('backbone.')} == {'guidance'}
def test_what_the_variants_are():
    ovparts, cvpr24, part = (load(f'configs/{name}.py').model for name in (
        'catseg/pascal_part', 'catseg/pascal_part_cvpr24', 'partcatseg/pascal_part'))
    assert ovparts.backbone.clip.frozen and ovparts.backbone.clip.dense == 'token'
    assert ovparts.backbone.guidance.type == 'ResNet' and ovparts.backbone.guidance.depth == 101
    assert (cvpr24.backbone.clip.trainable, cvpr24.backbone.clip.dense) == ('query_value', 'cls')
    assert cvpr24.backbone.get('guidance') is None and cvpr24.decode_head.padded_classes == 256
    assert part.backbone.guidance.type == 'DINOv2' and part.backbone.guidance_size == (448, 448)
    assert part.decode_head.class_attention == 'query'
    text = MODELS.build(shrink_text(ovparts.decode_head.text_encoder))
    assert len(text.templates) == 80 and text.templates[0] == 'a bad photo of a {}.'


def shrink_text(text_encoder):
    return dict(TEXT_ENCODER, templates=text_encoder.templates, averaged=text_encoder.averaged)
