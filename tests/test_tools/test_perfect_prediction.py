"""The command that scores the label maps themselves."""
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
sys.path.insert(0, str(ROOT / 'tools' / 'analysis'))
import perfect_prediction  # noqa: E402


def test_on_the_sample_photographs(capsys, monkeypatch):
    monkeypatch.chdir(ROOT)
    perfect_prediction.main(['configs/partclipseg/pascal_part_sample.py'])
    text = capsys.readouterr().out
    values = {line.split('|')[1].strip(): float(line.split('|')[2]) for line in text.splitlines()
              if line.count('|') == 3 and 'IoU' not in line}
    assert values['eyebrow'] < values['eye'] < values['torso'] < 100
    page = (ROOT / 'docs' / 'differences.md').read_text()
    assert text.splitlines()[-1] in page
    for part in ('eyebrow', 'eye', 'torso'):
        assert f'{part} {values[part]:.2f}' in page
    readme = (ROOT / 'docs' / 'recipe.md').read_text()
    for value in text.splitlines()[-1].split(', '):
        assert value in readme or value.startswith('harmonic')


def test_catsegs_evaluator(capsys, monkeypatch):
    monkeypatch.chdir(ROOT)
    perfect_prediction.main(['configs/partclipseg/pascal_part_sample.py', '--evaluator', 'catseg'])
    last = capsys.readouterr().out.splitlines()[-1]
    assert last in (ROOT / 'docs' / 'differences.md').read_text()
