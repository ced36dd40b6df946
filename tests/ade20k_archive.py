"""The archive of ADE20K-Part-234 in miniature, and what its converter makes of it."""
import json

import pytest
from miniatures import write_ade20k_part_234


@pytest.fixture(name='root')
def root_fixture(tmp_path):
    write_ade20k_part_234(tmp_path)
    return tmp_path


def edit(path, change):
    content = json.loads(path.read_text())
    change(content)
    path.write_text(json.dumps(content))


def outputs(root):
    return sorted(str(p.relative_to(root)) for p in root.rglob('*')
                  if 'obj' in str(p) or 'unseen' in str(p) or p.suffix == '.tmp')
