"""tools/list_encoders.py and the page that it made."""
import re
import sys
from pathlib import Path

import open_clip
import pytest
import torch

ROOT = Path(__file__).parents[2]
sys.path.insert(0, str(ROOT / 'tools'))

import list_encoders  # noqa: E402

PAGE = ROOT / 'docs/encoders.md'


def cells(text):
    """Cells of the table's lines by the name of the architecture."""
    lines = [line.strip('| \n').split(' | ') for line in text.splitlines() if line.startswith('| `')]
    return {line[0].strip('`'): line[1:] for line in lines}


def test_numbers(capsys, monkeypatch):
    """Of a plain ViT, worked out by hand: ten of its twelve blocks are kept."""
    monkeypatch.setattr(list_encoders, 'seconds', lambda name: 0.5)
    list_encoders.main(['ViT-B-16', 'RN50', 'roberta-ViT-B-32', '--time', 'RN50'])
    found = cells(capsys.readouterr().out)
    assert set(found) == {'RN50', 'ViT-B-16', 'roberta-ViT-B-32'}
    width, tokens, patch = 768, 22 * 22 + 1, 16
    block = 12 * width**2 + 13 * width
    weights = 10 * block + 3 * patch**2 * width + (14 * 14 + 2) * width + 2 * width
    operations = 10 * (24 * tokens * width**2 + 4 * tokens**2 * width) + 2 * 22**2 * 3 * patch**2 * width
    text = 12 * (12 * 512**2 + 13 * 512) + 49408 * 512 + 77 * 512 + 2 * 512 + 512 * 512
    assert found['ViT-B-16'] == ['ViT', '224', '16', '768', '512', f'{weights / 1e6:.1f} / {text / 1e6:.1f}',
                                 f'{operations / 1e9:.1f}', '–', '77', 'yes']
    assert found['RN50'][:4] == ['ModifiedResNet', '224', '8 16 32', '512 1024 2048']
    assert found['RN50'][7] == '0.50'
    assert found['roberta-ViT-B-32'][5].endswith(' / –')
    assert found['roberta-ViT-B-32'][-2] == '77; transformers and `roberta-base`'


def test_what_does_not_go(capsys, monkeypatch):
    def refuse(*args):
        raise ValueError('too large\nby far')
    monkeypatch.setattr(list_encoders, 'image_tower', refuse)
    list_encoders.main(['ViT-B-16'])
    assert cells(capsys.readouterr().out)['ViT-B-16'][-1] == 'no: ValueError: too large'
    with pytest.raises(ValueError, match="no architecture of open_clip matches 'ViT-Z'"):
        list_encoders.main(['ViT-Z'])


def test_time_of_a_call(monkeypatch):
    calls = []
    monkeypatch.setattr(list_encoders, 'image_tower',
                        lambda *args: lambda image: calls.append((image, torch.is_grad_enabled())))
    assert list_encoders.seconds('any') >= 0
    assert [(image.shape, grad) for image, grad in calls] == [((1, 3, 352, 352), False)] * 4


def test_the_page_holds_every_name(tmp_path):
    text = PAGE.read_text()
    version = re.search(r'open_clip ([\d.]+) ', text)[1]
    if open_clip.__version__ != version:
        pytest.skip(f'the page is of open_clip {version}')
    found = cells(text)
    assert list(found) == open_clip.list_models()
    assert {name for name, line in found.items() if not line[-1].startswith('yes')} == set()
    assert {name for name, line in found.items() if line[-3] != '–'} == set(list_encoders.TIMED)
    list_encoders.main(['RN50', '--time', '--write', str(tmp_path / 'page.md')])
    row, = cells((tmp_path / 'page.md').read_text()).values()
    assert row[:7] == found['RN50'][:7] and row[8:] == found['RN50'][8:]
