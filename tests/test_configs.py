"""Every shipped config: it builds, trains a step and predicts, and means what it says."""
import pytest
import torch
from mmengine.optim import build_optim_wrapper
from mmengine.structures import PixelData
from mmseg.registry import MODELS, TRANSFORMS
from mmseg.structures import SegDataSample

from mmpartseg import PartTaxonomy
from tests.mixed import distinct_models
from tests.shipped_configs import (
    CONFIGS,
    ROOT,
    TOWERS,
    as_shipped,
    datasets_of,
    load,
    open_vocabulary,
    shrink,
)


@pytest.mark.parametrize('name', distinct_models(
    [n for n in CONFIGS if open_vocabulary(as_shipped(n)) and 'zsseg/' not in n  # tested elsewhere
     and as_shipped(n).model.backbone.type in TOWERS]))
def test_trains_a_step_and_predicts(name):
    cfg = shrink(load(name))
    model = MODELS.build(cfg.model)
    optimizer = build_optim_wrapper(model, cfg.optim_wrapper)
    taxonomy = model.decode_head.train_taxonomies[0]
    parts = torch.full((32, 32), 255)
    parts[:16], parts[:8, :8] = 0, len(taxonomy) - 1
    sample = SegDataSample(metainfo=dict(taxonomy=taxonomy), gt_sem_seg=PixelData(data=parts[None]))
    log = model.train_step(dict(inputs=[torch.randint(0, 256, (3, 32, 32), dtype=torch.uint8)],
                                data_samples=[sample]), optimizer)
    assert torch.isfinite(log['loss'])
    test = SegDataSample(metainfo=dict(ori_shape=(20, 25)), gt_object_seg=PixelData(
        data=torch.zeros(1, 20, 25, dtype=torch.long)))
    model.eval()
    result = model.test_step(dict(inputs=[torch.randint(0, 256, (3, 32, 32), dtype=torch.uint8)],
                                  data_samples=[test]))[0]
    for field in ('pred_sem_seg', 'pred_oracle_sem_seg'):
        assert result.get(field).data.shape == (1, 20, 25)
        assert result.get(field).data.max() <= len(model.taxonomy)


@pytest.mark.parametrize('name', CONFIGS)
def test_builds_its_data_and_hooks(name):
    cfg = load(name)
    assert cfg.custom_imports.imports == ['mmpartseg'] and cfg.default_scope == 'mmseg'
    validated = [cfg.val_dataloader] if cfg.val_cfg else []  # not where there is nothing to predict
    for loader in (cfg.train_dataloader, *validated, cfg.test_dataloader):
        assert datasets_of(loader)
    for hook in cfg.default_hooks.values():
        assert hook.type
    evaluators = cfg.test_evaluator if isinstance(cfg.test_evaluator, list) else [cfg.test_evaluator]
    assert all(evaluator.type == 'OpenVocabPartIoU' for evaluator in evaluators)


@pytest.mark.parametrize('name', [n for n in CONFIGS if open_vocabulary(as_shipped(n))])
def test_model_and_data_have_the_same_classes(name):
    cfg = load(name)
    train = PartTaxonomy.build_joint(cfg.model.decode_head.train_taxonomy)
    test = [PartTaxonomy.build(cfg.model.decode_head.test_taxonomy)]
    if cfg.test_cfg.type == 'JointTestLoop':  # sets each data set's own
        test = [PartTaxonomy.named(evaluator.prefix) for evaluator in cfg.test_evaluator]
    for loader, taxonomies in ((cfg.train_dataloader, train), (cfg.test_dataloader, test)):
        found = {tuple(dataset.metainfo['classes']) for dataset in datasets_of(loader)}
        assert found == {taxonomy.object_parts for taxonomy in taxonomies}


@pytest.mark.parametrize('name', [n for n in CONFIGS if open_vocabulary(as_shipped(n))
                                  and 'zsseg/' not in n])  # they have tests of their own
def test_every_paramwise_key_matches_a_parameter(name):
    cfg = shrink(load(name))
    names = list(dict(MODELS.build(cfg.model).named_parameters()))
    for key in cfg.optim_wrapper.paramwise_cfg.get('custom_keys', {}):
        assert any(key in n for n in names), key


def test_leaf_configs_are_short():
    for name in CONFIGS:
        assert len((ROOT / name).read_text().splitlines()) < 25, name


class TestPascalPart:
    """configs/partclipseg/pascal_part.py is the published recipe."""
    cfg = load('configs/partclipseg/pascal_part.py')

    def test_schedule(self):
        optimizer = self.cfg.optim_wrapper.optimizer
        assert (optimizer.type, optimizer.lr, optimizer.weight_decay) == ('AdamW', 1e-4, 1e-4)
        assert self.cfg.optim_wrapper.clip_grad.max_norm == 0.01
        schedule, = self.cfg.param_scheduler
        assert (schedule.type, schedule.power, schedule.end) == ('PolyLR', 0.9, 20000)
        assert self.cfg.train_cfg.max_iters == 20000 and self.cfg.train_cfg.val_interval == 1000
        assert self.cfg.effective_batch_size == 8 and self.cfg.randomness.seed == 12345678

    def test_no_decay_on_norms_and_embeddings(self):
        model = MODELS.build(shrink(load('configs/partclipseg/pascal_part.py')).model)
        groups = build_optim_wrapper(model, self.cfg.optim_wrapper).optimizer.param_groups
        decay = {id(g['params'][0]): g['weight_decay'] for g in groups}
        for name, parameter in model.named_parameters():
            if parameter.requires_grad:
                free = 'norm' in name or 'embedding' in name
                assert (decay[id(parameter)] == 0) == free, name

    def test_trainable_parameters(self):
        model = MODELS.build(shrink(load('configs/partclipseg/pascal_part.py')).model)
        trainable = {n for n, p in model.named_parameters() if p.requires_grad}
        head = {n for n in trainable if not n.startswith('decode_head.text_encoder.')}
        assert trainable - head == {'decode_head.text_encoder.tower.token_embedding.weight',
                                    'decode_head.text_encoder.tower.positional_embedding'}
        assert {n.split('.')[1] for n in head} == {
            'adapter', 'decoder', 'mask_branch', 'object_part_branch', 'object_part_film',
            'project_features', 'project_text', 'background_embedding'}

    def test_attention_weights(self):
        head = self.cfg.model.decode_head
        assert (head.loss_separation.loss_weight, head.loss_separation.threshold) == (0.1, 0.3)
        assert head.loss_enhance.loss_weight == 0.01

    def test_pipeline(self):
        resize = TRANSFORMS.build(self.cfg.train_pipeline[2])
        assert (resize.scale, resize.keep_ratio, resize.backend) == ((352, 352), False, 'pillow')


@pytest.mark.parametrize('name', [n for n in CONFIGS if not any(
    word in n for word in ('part_shapes', 'sample', 'pretraining', 'miniature', 'released_'))])
def test_trains_on_pretrained_weights(name):
    """All of CLIPSeg, or both the backbone and the text encoder, if there is one."""
    cfg = load(name)
    backbone = cfg.model.backbone.get('clip', cfg.model.backbone)
    tower = [] if backbone.type == 'Pixels' else [backbone]  # those have no weights
    parts = [*tower, *([cfg.model.decode_head.text_encoder] if open_vocabulary(cfg) else [])]
    fetched = [part.get('pretrained') or (part.get('init_cfg') or {}).get('type') == 'Pretrained'
               or (part is cfg.model.backbone and cfg.model.get('pretrained')) for part in parts]
    assert cfg.load_from or all(fetched)


@pytest.mark.parametrize('name', [n for n in CONFIGS if n.startswith('configs/clipseg/')])
def test_clipseg_is_the_released_baseline(name):
    """One mean with all that is unlabelled as background; parts of all objects in the picture compete."""
    cfg = load(name)
    head = cfg.model.decode_head
    assert head.loss_object_part == dict(type='PartMaskLoss', unlabelled_as_background=True)
    assert cfg.model.test_cfg.oracle_objects == 'image'
    without = {'configs/clipseg/pascal_part_no_adapter.py', 'configs/clipseg/zero_shot.py'}
    trained_tower = not cfg.model.backbone.frozen
    assert (head.get('adapter_channels') is None) == (name in without or trained_tower)


@pytest.mark.parametrize('name', CONFIGS)
def test_the_batch_is_stated_once(name):
    cfg = load(name)
    assert cfg.effective_batch_size and 'batch_size' not in cfg.train_dataloader
    assert {'type': 'EffectiveBatchHook'} in cfg.custom_hooks


def test_ablations_differ_in_one_line():
    full = load('configs/partclipseg/pascal_part.py').model.decode_head
    for name, off in (('no_enhance', {'loss_enhance'}),
                      ('no_attention', {'loss_enhance', 'loss_separation'})):
        head = load(f'configs/partclipseg/pascal_part_{name}.py').model.decode_head
        assert {k for k in full if full[k] != head[k]} == off
        assert all(head[k] is None for k in off)
