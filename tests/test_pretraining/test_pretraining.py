"""CLIP's and CLIPSeg's own training in miniature, and the folder that comes of it."""
import json

import numpy as np
import open_clip
import pytest
import torch
from mmengine.config import Config
from mmengine.runner import Runner
from mmengine.runner.checkpoint import load_checkpoint
from mmseg.registry import MODELS

import mmpartseg.pretraining  # noqa: F401
from mmpartseg.checkpoints import export_clipseg
from mmpartseg.models.architectures import clip_config
from tests.small_clip import ARCH
from tests.small_pretraining import evaluate, extract_clip, pack, small


def test_larger_pictures_go_on_from_there(chain, scenes, tmp_path):
    work, shape = chain[2].parent, (40, 40)
    cfg = small('clipseg_large_part_shapes', scenes, tmp_path, load_from=str(work / 'clipseg' / 'iter_2.pth'))
    steps, trained = cfg.train_dataloader.dataset.pipeline, Config.fromfile(work / 'clipseg.py').model
    assert cfg.model.data_preprocessor['size'] == steps[1].scale == (128, 128)
    cfg.model, steps[1].scale = trained, shape
    cfg.model.data_preprocessor.size = shape
    runner = Runner.from_cfg(cfg)
    sample = runner.build_dataloader(cfg.train_dataloader).dataset[0]
    shapes = [each.shape[-2:] for each in (sample['inputs'], *sample['data_samples'].values())]
    assert len(shapes) == 3 and set(shapes) == {shape}
    runner.train()
    moved = [(a - b).abs().max() for a, b in zip(runner.model.parameters(), chain[1].parameters())]
    assert 0 < max(moved) < 2e-3


def test_the_folder_is_what_was_trained(chain):
    """In half precision: `clipseg://` gives the decoder back, `transformers` its logits and CLIP."""
    from transformers import CLIPSegForImageSegmentation, CLIPSegProcessor
    clip_file, model, folder = chain
    again = MODELS.build(dict(Config.fromfile(folder.parent / 'clipseg.py').model,
                              decode_head=dict(model_config(folder))))
    load_checkpoint(again, f'clipseg://{folder}')
    trained = model.decode_head.decoder.film.mul.weight
    assert torch.equal(again.decode_head.decoder.film.mul.weight, trained.half().float())

    theirs = CLIPSegForImageSegmentation.from_pretrained(folder, dtype=torch.float32).eval()
    processor = CLIPSegProcessor.from_pretrained(folder)
    picture = np.random.default_rng(0).integers(0, 255, (32, 32, 3), dtype=np.uint8)
    inputs = processor(text=['cat', "bus's wheel"], images=[picture] * 2, padding=True,
                       return_tensors='pt')
    pixels = model.data_preprocessor(dict(inputs=[torch.from_numpy(
        picture[..., ::-1].transpose(2, 0, 1).copy())] * 2, data_samples=None))['inputs']
    torch.testing.assert_close(inputs['pixel_values'], pixels, atol=1e-3, rtol=0)
    clip = open_clip.CLIP(**clip_config(ARCH)).eval()
    clip.load_state_dict({k: v.half().float() for k, v in torch.load(clip_file).items()})
    clip.visual.load_state_dict({k: v.half().float() for k, v in model.backbone.visual.state_dict().items()},
                                strict=False)  # it has learned along
    with torch.no_grad():
        images, texts, _ = clip(pixels, open_clip.SimpleTokenizer()(['cat', "bus's wheel"]))
        out = theirs.clip(**inputs)
        text = again.eval().decode_head.text_encoder(['cat', "bus's wheel"])
        logits = again.decode_head.decode(again.extract_feat(pixels[:1]), None, text=text).object_part
        expected = theirs(**inputs).logits
    torch.testing.assert_close(out.image_embeds, images, atol=1e-4, rtol=0)
    torch.testing.assert_close(out.text_embeds, texts, atol=1e-4, rtol=0)
    torch.testing.assert_close(logits[0], expected, atol=1e-4, rtol=0)


def test_all_pictures_teach_the_tower_and_few_are_decoded(scenes):
    """The tower hears of tokens alone, the decoder of phrases about the first pictures alone."""
    from mmseg.registry import DATASETS
    head = MODELS.build(dict(
        type='PhraseHead', train_taxonomy='part_shapes', test_taxonomy='part_shapes',
        text_encoder=dict(type='OpenCLIPTextEncoder', arch=ARCH, trainable='none'), in_channels=(32, 32),
        channels=16, num_heads=2, mask_strides=(2, 2), num_phrases=2, num_pictures=1))
    data = DATASETS.build(dict(type='ScenesWithWords', data_root=str(scenes), pipeline=[
        dict(type='LoadPartImage'), dict(type='PackWords', masks=True)]))
    samples = [data[i]['data_samples'] for i in range(3)]
    features = [[torch.randn(3, 32, 4, 4, requires_grad=True), torch.randn(3, 32, requires_grad=True)]
                for _ in range(2)]
    losses = head.loss(features, samples)
    assert set(losses) == {f'loss_{name}' for name in (
        'token_kind', 'token_part', 'phrase', 'kind', 'background', 'part')}
    decoder = sum(losses[f'loss_{name}'] for name in ('phrase', 'kind', 'background', 'part'))
    decoder.backward(retain_graph=True)
    assert all(part.grad is None for level in features for part in level)
    assert head.decoder.reduces[0].weight.grad.abs().sum() > 0
    (losses['loss_token_kind'] + losses['loss_token_part']).backward()
    assert (features[1][0].grad.flatten(1).abs().sum(1) > 0).all()

    torch.manual_seed(0)
    expected = head.phrase_losses([[part[:1] for part in level] for level in features], samples[:1])
    torch.manual_seed(0)
    actual = head.loss(features, samples)
    for name, value in expected.items():
        torch.testing.assert_close(actual[name], value)


def model_config(folder):
    head = dict(Config.fromfile(folder.parent / 'clipseg.py').model.decode_head, type='CLIPSegHead')
    for name in ('num_phrases', 'num_pictures'):
        head.pop(name)
    return head


def test_the_end_of_the_tower_is_trained_anew(chain, scenes, tmp_path):
    """What CLIPSeg has moved stays as it is, what stands behind it learns; the folder has both."""
    clip, model, folder = chain
    work = folder.parent
    extract_clip.main([str(work / 'clip' / 'iter_2.pth'), str(tmp_path / 'moved.pt'),
                       '--tower', str(work / 'clipseg' / 'iter_2.pth')])
    moved, start = (torch.load(path, weights_only=True) for path in (tmp_path / 'moved.pt', clip))
    assert moved.keys() == start.keys()
    for name, value in moved.items():
        learned = model.backbone.state_dict().get(name)
        assert torch.equal(value, start[name] if learned is None else learned), name
    cfg = small('clip_end_part_shapes', scenes, tmp_path / 'end')
    assert cfg.model.trained == ('visual.transformer.resblocks.5.', 'visual.ln_post.', 'visual.proj')
    cfg.model.update(arch=ARCH, pretrained=str(tmp_path / 'moved.pt'),
                     trained=('visual.ln_post.', 'visual.proj'))
    Runner.from_cfg(cfg).train()
    extract_clip.main([str(tmp_path / 'end' / 'iter_2.pth'), str(tmp_path / 'end.pt')])
    end = torch.load(tmp_path / 'end.pt', weights_only=True)
    assert {name for name, value in end.items() if not torch.equal(value, moved[name])} == {
        'visual.ln_post.weight', 'visual.ln_post.bias', 'visual.proj'}
    pack.main([str(work / 'clipseg.py'), str(work / 'clipseg' / 'iter_2.pth'), str(tmp_path / 'folder'),
               '--clip', str(tmp_path / 'end.pt')])
    from safetensors.torch import load_file
    packed = load_file(tmp_path / 'folder' / 'model.safetensors')
    torch.testing.assert_close(packed['clip.visual_projection.weight'], end['visual.proj'].T.half())
    torch.testing.assert_close(packed['clip.vision_model.embeddings.patch_embedding.weight'],
                               moved['visual.conv1.weight'].half())


def test_scores_of_the_folder(chain, scenes, capsys):
    evaluate.main([str(chain[2]), str(scenes)])
    scores = json.loads(capsys.readouterr().out)
    assert set(scores) == {'names', 'synonyms'}
    assert 0 <= scores['names']['mask_iou'] <= 100 and scores['names']['scenes'] > 5


def test_export_without_clip_writes_ones_and_zeros(tmp_path):
    head = dict(type='CLIPSegHead', train_taxonomy=["cat's head"], test_taxonomy=["cat's head"],
                text_encoder=dict(type='OpenCLIPTextEncoder', arch=ARCH), in_channels=(32, ),
                channels=16, num_heads=2, mask_strides=(2, 2))
    model = MODELS.build(dict(
        type='PartSegmentor', decode_head=head,
        backbone=dict(type='OpenCLIPViT', arch=ARCH, out_indices=(0, ), with_cls_token=True)))
    export_clipseg(model, tmp_path / 'out')
    assert not json.loads((tmp_path / 'out' / 'preprocessor_config.json').read_text())['do_normalize']
    assert json.loads((tmp_path / 'out' / 'config.json').read_text())[
        'vision_config']['num_hidden_layers'] == 1


def test_data_that_is_not_there_is_named(tmp_path):
    from mmseg.registry import DATASETS
    with pytest.raises(FileNotFoundError, match=r'scenes.jsonl not found; draw it: .*--out'):
        DATASETS.build(dict(type='ScenesWithWords', data_root=str(tmp_path)))
