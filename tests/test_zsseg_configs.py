"""Every config of ZSSeg+: it builds at a small size, trains a step and predicts, and means what it says."""
import pytest
import torch
from mmengine.config import Config
from mmengine.optim import build_optim_wrapper
from mmengine.structures import PixelData
from mmseg.registry import MODELS, TRANSFORMS
from mmseg.structures import SegDataSample

from tests.mixed import ROOT, distinct_models
from tests.tiny import TINY_CLIP

pytest.importorskip('mmdet')
from tests.zsseg import shrink  # noqa: E402

CONFIGS = sorted(path.stem for path in (ROOT / 'configs/zsseg').glob('*.py'))
STAGE_1 = [name for name in CONFIGS if name.endswith('_prompts')]
SIZE = 64


def load(name):
    cfg = Config.fromfile(ROOT / f'configs/zsseg/{name}.py')
    shrink(cfg.model, TINY_CLIP, channels=32, layers=2, crop=32, dropout=0.1)
    return cfg


def samples(taxonomy, obj=0, num=2):
    parts = torch.full((SIZE, SIZE), 255)
    first, last = (i for i in (taxonomy.object_of.index(obj), len(taxonomy) - 1 -
                               taxonomy.object_of[::-1].index(obj)))
    parts[8:30, 8:40], parts[30:50, 8:40] = first, last
    objects = torch.full((SIZE, SIZE), len(taxonomy.objects))
    objects[4:54, 4:44] = obj
    meta = dict(img_shape=(SIZE, SIZE), taxonomy=taxonomy)
    return [SegDataSample(metainfo=meta, gt_sem_seg=PixelData(data=parts[None]),
                          gt_object_seg=PixelData(data=objects[None])) for _ in range(num)]


def images(num=2):
    return [torch.randint(0, 256, (3, SIZE, SIZE), dtype=torch.uint8) for _ in range(num)]


def batch_norms(model):
    return {f'{name}.{kind}' for name, module in model.named_modules() for kind in ('weight', 'bias')
            if isinstance(module, torch.nn.BatchNorm2d)}


@pytest.mark.parametrize('name', [
    path.stem for path in distinct_models([ROOT / f'configs/zsseg/{name}.py' for name in CONFIGS])])
def test_trains_a_step_and_predicts(name):
    torch.manual_seed(0)
    cfg = load(name)
    cfg.model.pop('object_segmentor', None)
    model = MODELS.build(cfg.model)
    model.decode_head.init_weights()
    cfg.optim_wrapper.optimizer.weight_decay = 0.  # gradients alone move what moves
    optimizer = build_optim_wrapper(model, cfg.optim_wrapper)
    for key in cfg.optim_wrapper.get('paramwise_cfg', {}).get('custom_keys', {}):
        assert any(key in n for n, _ in model.named_parameters()), key
    before = {n: p.detach().clone() for n, p in model.named_parameters()}
    log = model.train_step(dict(inputs=images(), data_samples=samples(model.decode_head.train_taxonomies[0])),
                           optimizer)
    assert torch.isfinite(log['loss'])
    moved = {n for n, p in model.named_parameters() if not torch.equal(p, before[n])}
    if name in STAGE_1:
        assert moved == {'decode_head.text_encoder.prefix_prompt', 'decode_head.text_encoder.connect_prompt',
                         'decode_head.regions.fuse_weight'}
        return
    frozen = ('decode_head.text_encoder.', 'decode_head.regions.',
              *(['backbone.'] if cfg.model.backbone.get('frozen') else []))  # CLIP's tower, in miniature
    # queries start at 0, so the first attention among them is about nothing
    first = 'decode_head.proposals.transformer_decoder.layers.0.'
    nothing = {first + name for name in (
        'self_attn.attn.in_proj_weight', 'self_attn.attn.out_proj.weight', 'norms.0.weight')}
    trainable = {n for n, p in model.named_parameters() if p.requires_grad}
    assert moved == trainable - nothing
    kept = batch_norms(model) if cfg.model.backbone.get('norm_eval') else set()
    assert trainable == {n for n in before if not n.startswith(frozen)} - kept
    test = SegDataSample(metainfo=dict(ori_shape=(40, 50)), gt_object_seg=PixelData(
        data=torch.arange(2).repeat_interleave(1000).view(1, 40, 50)))
    model.eval()
    with torch.no_grad():
        result, = model.test_step(dict(inputs=images(1), data_samples=[test]))
    taxonomy = model.taxonomy
    oracle = result.pred_oracle_sem_seg.data[0]
    for obj in range(2):
        assert {taxonomy.object_of[i] for i in oracle[test.gt_object_seg.data[0] == obj].unique()} == {obj}
    assert result.pred_sem_seg.data.shape == (1, 40, 50)
    assert result.pred_sem_seg.data.max() < len(taxonomy)  # no pixel is background


def test_released_slips_are_on_in_released_configs_alone():
    for name in CONFIGS:
        cfg = Config.fromfile(ROOT / f'configs/zsseg/{name}.py')
        head, released = cfg.model.decode_head, name.startswith('released_')
        if name in STAGE_1:
            continue
        assert head.get('released_substring_match', False) == released, name
        assert head.proposals.get('released_key_bias', False) == released, name
        dataset = cfg.train_dataloader.dataset
        while 'pipeline' not in dataset:
            dataset = dataset.get('dataset') or dataset.datasets[0]
        keep = next(t for t in dataset.pipeline if t.type == 'KeepObject')
        assert TRANSFORMS.build(keep).released_object_table == (name == 'released_pascal_part'), name


def test_recipe_of_stage_2():
    cfg = Config.fromfile(ROOT / 'configs/zsseg/pascal_part.py')
    optimizer = cfg.optim_wrapper.optimizer
    assert (optimizer.type, optimizer.lr, optimizer.weight_decay) == ('AdamW', 1e-4, 1e-4)
    assert cfg.optim_wrapper.clip_grad.max_norm == 0.01 and cfg.effective_batch_size == 8
    assert cfg.train_cfg.max_iters == 20000 and cfg.train_cfg.val_interval == 5000
    shrunk = load('pascal_part')
    model = MODELS.build(shrunk.model)
    groups = build_optim_wrapper(model, shrunk.optim_wrapper).optimizer.param_groups
    settings = {id(g['params'][0]): (g['lr'], g['weight_decay']) for g in groups}
    norms = {f'{name}.{kind}' for name, module in model.named_modules() for kind in ('weight', 'bias')
             if isinstance(module, (torch.nn.GroupNorm, torch.nn.LayerNorm))}
    for name, parameter in model.named_parameters():
        if parameter.requires_grad:
            rate, decay = settings[id(parameter)]
            assert rate == pytest.approx(1e-5 if name.startswith('backbone.') else 1e-4), name
            free = name in norms or name.endswith('query_embed.weight')
            assert decay == (0 if free else 1e-4), name


def test_recipe_of_stage_1():
    cfg = Config.fromfile(ROOT / 'configs/zsseg/pascal_part_prompts.py')
    optimizer = cfg.optim_wrapper.optimizer
    assert (optimizer.type, optimizer.lr, optimizer.weight_decay) == ('SGD', 0.02, 5e-4)
    warm_up, cosine = cfg.param_scheduler
    assert (warm_up.factor, warm_up.end, cosine.end, cfg.train_cfg.max_iters) == (0.005, 100, 3200, 3200)
    assert cfg.effective_batch_size == 32
    assert cfg.train_dataloader.dataset.dataset.shots == 128
    assert cfg.val_cfg is None and cfg.val_dataloader is None


def test_the_miniature_is_no_smaller_than_its_proposals_need():
    """Masks have the paper's stride 4; queries look at 12×12 places of a picture of 96, not at 3×3."""
    cfg = Config.fromfile(ROOT / 'configs/zsseg/part_shapes.py')
    for towers in (cfg.model.backbone, cfg.model.decode_head.text_encoder, cfg.model.decode_head.regions):
        towers.init_cfg = None
    model = MODELS.build(cfg.model).eval()
    mask_features, memory = model.decode_head.proposals.pixel_decoder(
        model.extract_feat(torch.zeros(1, 3, 96, 96)), None)
    assert mask_features.shape[2:] == (24, 24) and memory.shape[2:] == (12, 12)
    assert cfg.load_from.endswith(f'/iter_{prompts_cfg().train_cfg.max_iters}.pth')
    assert prompts_cfg().model.decode_head.own_classes_only


def prompts_cfg():
    return Config.fromfile(ROOT / 'configs/zsseg/part_shapes_prompts.py')


def test_resnet_101():
    cfg = load('pascal_part_r101')
    cfg.model.backbone.depth = 101
    backbone = MODELS.build(cfg.model.backbone)
    assert [block.conv2.dilation[0] for block in backbone.layer4] == [1, 2, 4]
    assert len(backbone.layer3) == 23 and len(backbone.stem) == 9
    last = backbone.layer4[0]
    assert last.conv2.stride == (2, 2) and last.conv1.stride == (1, 1)


def test_proposals_of_another_backbone():
    model = load('pascal_part').model
    model.backbone = dict(
        type='MixVisionTransformer', embed_dims=8, num_layers=[1] * 4, num_heads=[1, 2, 4, 8])
    model.decode_head.proposals.in_channels = [8, 16, 32, 64]
    model = MODELS.build(model)
    losses = model.loss(torch.stack(images()).float(), samples(model.decode_head.train_taxonomy))
    sum(losses.values()).backward()
    assert all(p.grad is not None for p in model.backbone.parameters())


def test_predicted_objects_are_loaded_in_testing_alone():
    cfg = Config.fromfile(ROOT / 'configs/zsseg/pascal_part_pred_obj.py')
    steps = [step.type for step in cfg.test_dataloader.dataset.pipeline]
    assert steps[-2:] == ['LoadObjectPrediction', 'PackPartSegInputs']
    assert steps.index('ResizePartSeg') < steps.index('LoadObjectPrediction')  # at the image's own size
    assert 'LoadObjectPrediction' not in str(cfg.val_dataloader)


def test_object_segmentor_takes_the_weights_of_partclipseg():
    """What decides names and shapes of weights, and the size of the picture, is as trained."""
    trained = Config.fromfile(ROOT / 'configs/partclipseg/pascal_part.py').model
    ours = Config.fromfile(ROOT / 'configs/zsseg/pascal_part_pred_all.py').model.object_segmentor
    assert ours.type == trained.type and ours.backbone == trained.backbone
    for key in ('size', 'mean', 'std', 'bgr_to_rgb'):
        assert ours.data_preprocessor[key] == trained.data_preprocessor[key]
    theirs = {k: v for k, v in trained.decode_head.items() if not k.startswith('loss_')}
    assert dict(theirs, text_encoder=dict(theirs['text_encoder'], pretrained=None)) == dict(
        ours.decode_head, text_encoder=dict(ours.decode_head.text_encoder, pretrained=None))
    assert ours.init_cfg.type == 'Pretrained'
