"""What runs on GitHub is what was reviewed."""
import re
from pathlib import Path

import yaml

GITHUB = Path(__file__).parents[1] / '.github'


def test_actions_are_pinned_by_hash():
    """A tag can be moved to other code, which would have the rights of the workflow."""
    used = [line.split('uses: ')[1] for path in sorted((GITHUB / 'workflows').glob('*.yml'))
            for line in path.read_text().splitlines() if 'uses: ' in line]
    foreign = [each for each in used if not each.startswith('./')]
    assert len(foreign) >= 8
    for each in foreign:
        assert re.fullmatch(r'[\w.-]+/[\w.-]+@[0-9a-f]{40}  # v\d+\.\d+\.\d+', each), each
    assert len({each.split('@')[0] for each in foreign}) == len(set(foreign))  # one version of each


def test_someone_looks_for_newer_ones():
    update, = yaml.safe_load((GITHUB / 'dependabot.yml').read_text())['updates']
    assert update['package-ecosystem'] == 'github-actions' and update['directory'] == '/'
