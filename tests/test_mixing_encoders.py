"""Every line of docs/mixing.md on encoders is tried: what it says goes, goes, and the rest is refused."""
import re

import pytest
import torch
from mmengine.config import Config
from mmseg.registry import MODELS

from tests.mixing import (
    CLIP,
    DINOV3,
    RESNET,
    ROOT,
    dense_of,
    images,
    segmentor,
    step_and_prediction,
    timm_clip,
)
from tests.tiny import ALL, SEEN, TEXT_ENCODER, TINY_CLIP, head_config
from tests.tiny_cost import TEXT, cost_config
from tests.tiny_text import text_folder, tokenizer_folder
from tests.tiny_towers import FAMILIES

PAGE = (ROOT / 'docs' / 'mixing.md').read_text()
IMAGE_SIDES = {
    '`OpenCLIPViT`': [dict(type='OpenCLIPViT', arch=TINY_CLIP, out_indices=(0, 1))],
    '`OpenCLIPImageTower`, a ViT of open_clip': [dict(CLIP, arch=TINY_CLIP)],
    '`OpenCLIPImageTower`, a ViT of timm (SigLIP, EVA-02, PE, MobileCLIP-B)': [
        timm_clip(family) for family in ('siglip', 'eva02', 'pe', 'mobileclip vit')],
    '`OpenCLIPImageTower`, stages (ConvNeXt, MobileCLIP-S, ResNet)': [
        timm_clip('convnext'), timm_clip('mobileclip hybrid'), dict(CLIP, arch=dict(
            TINY_CLIP, vision_cfg=dict(layers=[1] * 4, width=8, image_size=64)))],
    '`TimmImageTower` (DINOv2, DINOv3, any model of timm)': [
        DINOV3, *(dict(DINOV3, arch=FAMILIES[name].base, options=FAMILIES[name].options)
                  for name in ('dinov2', 'swin'))],
    'a backbone of mmseg, `in_channels` and `mask_strides` stated': [RESNET]}
STATED = dict(in_channels=(16, 32), mask_strides=(4, 4))  # of RESNET
OWN = TINY_CLIP['text_cfg']


def table(start):
    """Lines of a table by their first cell: what its columns say by their heads."""
    lines = PAGE[PAGE.index(f'| {start} |'):].split('\n\n')[0].splitlines()
    head, _, *rows = ([cell.strip() for cell in line.strip('|').split(' | ')] for line in lines)
    return {row[0]: dict(zip(head[1:], row[1:])) for row in rows}


def goes(what, says, action):
    """``says`` is yes: it runs; no: it is refused."""
    assert says in ('yes', 'no'), what
    if says == 'yes':
        return action()
    with pytest.raises((TypeError, ValueError, RuntimeError, AttributeError)):
        action()


def film_family(backbone):
    for kind in ('PartCLIPSegHead', 'CLIPSegHead'):
        head = head_config(type=kind, channels=8)
        del head['in_channels'], head['mask_strides']
        if backbone['type'] == 'ResNet':
            head.update(STATED)
        else:
            backbone = dict(backbone, with_cls_token=True)
        step_and_prediction(segmentor(backbone, head), len(SEEN))


def heads_of_mmseg(backbone):
    tower = MODELS.build(backbone)
    widths = getattr(tower, 'out_channels', STATED['in_channels'])
    head = dict(type='FCNHead', in_channels=widths[-1], in_index=-1, channels=8, num_convs=1,
                num_classes=len(ALL))
    step_and_prediction(segmentor(backbone, head, taxonomy=ALL), len(ALL))


def cost_family(backbone):
    for variant in ('catseg', 'partcatseg'):
        cfg = cost_config(variant)
        cfg['backbone'].update(clip=dict(dense_of(backbone), out_indices=()), clip_size=(64, 64))
        step_and_prediction(MODELS.build(cfg), len(SEEN))


def regions_of_zsseg(backbone):
    """With the text of the same CLIP, learned prompts in it."""
    model = MODELS.build(dict(type='CLIPRegionClassifier', arch=backbone.get('arch', 'ResNet'), size=64))
    everywhere, regions = torch.ones(64, 64, dtype=torch.bool), torch.arange(64).remainder(2).expand(64, 64)
    found = model([images()[0]], [everywhere], [regions], 2)
    assert found.shape == (1, 2, TINY_CLIP['embed_dim']) and torch.isfinite(found).all()


def guidance_of_guided(backbone):
    grey = dict(mean=(0.5, ) * 3, std=(1., ) * 3)
    model = MODELS.build(dict(
        type='GuidedCLIP', clip=dict(type='OpenCLIPViT', arch=TINY_CLIP, out_indices=(), dense='token'),
        clip_size=(32, 32), guidance=backbone, guidance_size=(64, 64), **grey,
        **{f'guidance_{name}': value for name, value in grey.items()}))
    assert len(model(images())) == 3


COLUMNS = {'`PartCLIPSegHead`, `CLIPSegHead`': film_family, 'heads of mmseg': heads_of_mmseg,
           '`CATSegHead`, `PartCATSegHead`, as `clip` of `GuidedCLIP`': cost_family,
           'as its `guidance`': guidance_of_guided,
           'regions of ZSSeg+, as `arch` of `CLIPRegionClassifier`': regions_of_zsseg}


def test_the_tables_are_all_tried():
    assert set(table('image side')) == set(IMAGE_SIDES) and set(table('text side')) == set(TEXT_SIDES)
    for row in table('image side').values():
        assert set(row) == set(COLUMNS)


@pytest.mark.parametrize('column', COLUMNS)
@pytest.mark.parametrize('line', IMAGE_SIDES)
def test_image_side(line, column):
    says = table('image side')[line][column]
    for backbone in IMAGE_SIDES[line]:
        torch.manual_seed(0)
        goes((line, column), says, lambda chosen=backbone: COLUMNS[column](chosen))


def seeing_padding(folder):
    vocabulary = tokenizer_folder(folder, '$A </s>')
    return dict(OWN, context_length=24, no_causal_mask=True, pool_type='last', vocab_size=len(vocabulary),
                hf_tokenizer_name=str(folder))


TEXT_SIDES = {
    "open_clip's own, causal (CLIP, EVA-02, DFN, MetaCLIP, PE)": lambda folder: OWN,
    "open_clip's own, that sees padding (SigLIP, CLIPA, MobileCLIP-S)": seeing_padding,
    'a model of `transformers` (RoBERTa, mT5, NLLB)': lambda folder: text_folder(folder, 'roberta')}


@pytest.mark.parametrize('line', TEXT_SIDES)
def test_text_side(line, tmp_path):
    """With an image side of another width and another library."""
    says = table('text side')[line]
    text = dict(TEXT_ENCODER, arch=dict(TINY_CLIP, embed_dim=20, text_cfg=TEXT_SIDES[line](tmp_path)))

    def film_family():
        for kind in ('PartCLIPSegHead', 'CLIPSegHead'):
            head = head_config(type=kind, text_encoder=text)
            del head['in_channels'], head['mask_strides']
            step_and_prediction(segmentor(DINOV3, head), len(SEEN))

    def cost_family():
        arch = dict(text['arch'], vision_cfg=TINY_CLIP['vision_cfg'])
        clip = dict(type='OpenCLIPViT', arch=arch, out_indices=(), dense='token')
        for variant in ('catseg', 'partcatseg'):
            cfg = cost_config(variant)
            cfg['backbone'].update(clip=clip)
            cfg['decode_head'].update(text_encoder=dict(TEXT, arch=arch))
            step_and_prediction(MODELS.build(cfg), len(SEEN))

    def query_value():
        model = MODELS.build(dict(text, trainable='query_value')).train()
        model(['cat']).sum().backward()
        assert all('q_proj' in n or 'v_proj' in n for n, p in model.named_parameters() if p.requires_grad)

    def composite():
        model = MODELS.build(dict(type='CompositePromptEncoder', arch=text['arch']))
        assert model(["cat's head"]).shape == (1, 20)

    actions = {'`PartCLIPSegHead`, `CLIPSegHead`': film_family, '`CATSegHead`, `PartCATSegHead`': cost_family,
               "`trainable='query_value'`": query_value,
               '`CompositePromptEncoder`': composite}
    assert set(says) == set(actions)
    for column, action in actions.items():
        goes((line, column), says[column], action)


def test_snippets(tmp_path):
    """The two lines of another encoder, and another decoder's config."""
    found = [re.sub('^  ', '', text, flags=re.M) for text in re.findall(r'```python\n(.*?)```', PAGE, re.S)]
    lines, = (text for text in found if text.startswith('clip ='))
    path = tmp_path / 'mine.py'
    path.write_text(f"_base_ = '{ROOT}/configs/partclipseg/pascal_part_eva02-b16.py'\n{lines}")
    cfg = Config.fromfile(path)
    head, backbone = cfg.model.decode_head, cfg.model.backbone
    assert (backbone.type, backbone.arch, head.text_encoder.arch) == (
        'OpenCLIPImageTower', 'ViT-B-16-SigLIP2', 'ViT-B-16-SigLIP2')
    assert head.get('in_channels') is head.get('mask_strides') is None and len(lines.splitlines()) == 2
    decoder, = (text for text in found if 'decoder=' in text)
    path.write_text(f"_base_ = '{ROOT}/configs/partclipseg/pascal_part.py'\n{decoder}")
    assert Config.fromfile(path).model.decode_head.decoder == dict(type='MyDecoder', depth=2)
