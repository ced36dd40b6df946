"""The command that counts labelled parts without a token."""
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
sys.path.insert(0, str(ROOT / 'tools' / 'analysis'))
import vanishing_parts  # noqa: E402


def test_on_the_sample_photographs(capsys, monkeypatch):
    monkeypatch.chdir(ROOT)
    vanishing_parts.main(['configs/partclipseg/pascal_part_sample.py'])
    lines = capsys.readouterr().out.splitlines()
    assert lines[-2:] == ['area: 0 of 49 pairs of image and class vanish',
                          'nearest: 7 of 49 pairs of image and class vanish']
    assert "data/sample_pascal_part/images/train/astronaut.jpg, nearest: person's eye, person's ear" in lines
    page = (ROOT / 'docs' / 'differences.md').read_text()
    assert '\n'.join(lines[-2:]) in page
