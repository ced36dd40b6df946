"""What open_clip states about its tags: the activation, and how pictures are normalised."""
import copy

import open_clip
import pytest
import torch
from mmengine.logging import MMLogger
from mmseg.registry import MODELS

from mmpartseg.models import clip, clip_weights, preprocessing
from tests.tiny import TINY_CLIP, head_config

OPENAI = dict(mean=[255 * x for x in (0.48145466, 0.4578275, 0.40821073)],
              std=[255 * x for x in (0.26862954, 0.26130258, 0.27577711)])
IMAGENET = dict(mean=[123.675, 116.28, 103.53], std=[58.395, 57.12, 57.375])


@pytest.fixture
def model(tmp_path, monkeypatch):
    """A tiny CLIP under the names of open_clip's ViT-B/16 and its tags."""
    torch.manual_seed(0)
    model = open_clip.CLIP(**copy.deepcopy(TINY_CLIP), quick_gelu=True).eval()
    torch.save(model.state_dict(), tmp_path / 'weights.pt')
    config = open_clip.get_model_config

    def tiny(name):
        found = config(name)
        return found and dict(copy.deepcopy(TINY_CLIP), **({'quick_gelu': True} if 'quick' in name else {}))
    monkeypatch.setattr(open_clip, 'get_model_config', tiny)
    monkeypatch.setattr(clip_weights, '_download', lambda arch, tag: str(tmp_path / 'weights.pt'))
    return model


@pytest.fixture
def log(monkeypatch):
    """Lines of the current logger, with their levels."""
    lines = []
    logger = MMLogger.get_current_instance()
    monkeypatch.setattr(logger, 'log', lambda level, text: lines.append((level, text)))
    monkeypatch.setattr(logger, 'info', lambda text: lines.append((20, text)), raising=False)
    return lines


@pytest.mark.parametrize('arch, tag, quick', [
    ('ViT-B-16', 'openai', True), ('ViT-B-16-quickgelu', 'openai', True),
    ('ViT-B-16', 'laion2b_s34b_b88k', False),
    ('ViT-B-16', None, False), ('ViT-B-16-quickgelu', None, True)])
def test_the_tag_decides_the_activation(arch, tag, quick, model, log):
    vision, text = clip.build_image_tower(arch, tag), clip.build_text_tower(arch, tag)
    used = [any(isinstance(module, open_clip.transformer.QuickGELU) for module in tower.modules())
            for tower in (vision, text)]
    assert used == [quick, quick]
    expected = [(20, "the weights 'openai' of 'ViT-B-16' were trained with QuickGELU, which is taken in "
                 "place of the architecture's GELU")] * 2
    assert log == (expected if (arch, tag) == ('ViT-B-16', 'openai') else [])


def test_features_are_those_of_open_clip(model):
    image, tokens = torch.randn(2, 3, 32, 32), open_clip.tokenize(['cat', 'a long tail'])
    vision, text = (build('ViT-B-16', 'openai').eval()
                    for build in (clip.build_image_tower, clip.build_text_tower))
    torch.testing.assert_close(vision(image), model.encode_image(image))
    torch.testing.assert_close(text(tokens), model.encode_text(tokens))


@pytest.mark.parametrize('arch, other, has', [
    ('ViT-B-16', 'ViT-B-16-quickgelu', ('GELU', 'QuickGELU')),
    ('ViT-B-16-quickgelu', 'ViT-B-16', ('QuickGELU', 'GELU')), ('ViT-S-16', None, None)])
def test_a_file_has_the_activation_of_its_architecture(arch, other, has, model, tmp_path, log):
    """One line says that it may be the other one, where open_clip has both."""
    file = str(tmp_path / 'weights.pt')
    tower = clip.build_image_tower(arch, file)
    quick = any(isinstance(module, open_clip.transformer.QuickGELU) for module in tower.modules())
    assert quick == arch.endswith('-quickgelu')
    line = (f"'{file}' does not say with which activation it was trained: {has and has[0]}, as '{arch}' has "
            f"it; '{other}' has {has and has[1]}")
    assert log == ([] if other is None else [(20, line)])


@pytest.mark.parametrize('arch, mean, method', [
    ('ViT-B-16-SigLIP2', .5, 'bicubic'), ('PE-Core-B-16', .5, 'bilinear'), ('MobileCLIP-S1', 0, 'bilinear'),
    ('ViT-B-16', 0.48145466, 'bicubic'), ('ViT-L-14', None, 'bicubic'), ('ViT-S-16', None, None),
    (TINY_CLIP, None, None)])
def test_pixels_of_a_file_are_those_of_all_tags(arch, mean, method, tmp_path):
    """Without network one gives the file; unknown where tags differ, or are none."""
    (tmp_path / 'weights.bin').touch()
    file = str(tmp_path / 'weights.bin')
    found = preprocessing.pixel_statistics(arch, file)
    assert (found and found[0][0] / 255) == (mean and pytest.approx(mean))
    assert preprocessing.interpolation(arch, file) == method
    assert preprocessing.preprocessing(arch, None) == {}  # weights from elsewhere, as CLIPSeg's


@pytest.mark.parametrize('tag, statistics, said', [
    ('openai', IMAGENET, True), ('openai', OPENAI, False), (None, IMAGENET, False)])
def test_pixels_as_the_weights_know_them(tag, statistics, said, model, log):
    MODELS.build(dict(
        type='PartSegmentor', data_preprocessor=dict(type='SegDataPreProcessor', **statistics),
        backbone=dict(type='OpenCLIPViT', arch='ViT-B-16-quickgelu', pretrained=tag, out_indices=(0, 2),
                      with_cls_token=True),
        decode_head=head_config(), train_cfg=dict(), test_cfg=dict(mode='whole')))
    lines = [line for line in log if 'data_preprocessor has' in line[1]]
    assert lines == [(30, 'data_preprocessor has mean=[123.675, 116.28, 103.53], '
                      'std=[58.395, 57.12, 57.375]; the weights of the backbone were trained with '
                      'mean=[122.771, 116.746, 104.094], std=[68.501, 66.632, 70.323]')] * said
