"""The files of the zoo as they ship: entries, numbers, hashes, papers, data sets."""
import hashlib
import json
import math
import re
from pathlib import Path

import pytest
import torch
import yaml
from safetensors.torch import load_file

from mmpartseg.version import __version__
from mmpartseg.zoo import load_zoo, outdated, read_records
from mmpartseg.zoo.metafiles import metrics

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope='module')
def entries():
    """Every model of every family, through model-index.yml."""
    imported = yaml.safe_load((ROOT / 'model-index.yml').read_text())['Import']
    return [model for name in imported for model in yaml.safe_load((ROOT / name).read_text())['Models']]


def test_shipped_files_are_up_to_date():
    assert outdated(ROOT) == [], 'run python tools/analysis/zoo.py'


def test_every_config_has_one_entry(entries):
    configs = sorted(path.relative_to(ROOT).as_posix() for path in ROOT.glob('configs/[!_]*/*.py'))
    assert sorted(entry['Config'] for entry in entries) == configs
    assert len({entry['Name'] for entry in entries}) == len(entries)


def downloaded(url):
    """The file of an address in a metafile, which mim fetches: of this version, here in the checkout."""
    start = f"{yaml.safe_load((ROOT / 'configs/zoo.yml').read_text())['repository']}/raw/v{__version__}/"
    assert url.startswith(start)
    return (ROOT / url.removeprefix(start)).read_bytes()


def test_numbers_and_hashes_are_those_of_files(entries):
    run = [entry for entry in entries if entry['Metadata']['Status'] == 'run']
    assert 'partclipseg_part_shapes' in {entry['Name'] for entry in run}
    for entry in run:
        weights = downloaded(entry['Weights'])
        assert entry['Metadata']['Weights SHA-256'] == hashlib.sha256(weights).hexdigest()
    entry, = (entry for entry in run if entry['Name'] == 'partclipseg_part_shapes')
    log = json.loads(downloaded(entry['Test log']))
    assert entry['Results']['Metrics']['Oracle-Obj Unseen'] == round(log['oracle_obj/unseen'], 2)
    steps = [json.loads(line) for line in downloaded(entry['Training log']).splitlines()]
    assert steps[-1]['step'] == entry['Metadata']['Iterations']


def test_halved_weights_are_told():
    """Their test rounds otherwise than the log, which is of the weights before."""
    record = read_records(load_zoo(ROOT))['configs/partclipseg/part_shapes.py']
    halved = {value.dtype for value in load_file(ROOT / record.weights).values()} == {torch.float16}
    assert halved and record.halved
    assert 'partclipseg.safetensors), halved |' in (ROOT / 'configs/partclipseg/README.md').read_text()


def test_what_is_not_run_has_no_number(entries):
    for entry in entries:
        if entry['Metadata']['Status'] != 'run':
            assert not {'Results', 'Weights', 'Training log'} & set(entry)
    status = {entry['Name']: entry['Metadata']['Status'] for entry in entries}
    assert status['partclipseg_pascal_part'] == 'waits for data'
    assert status['clipseg_part_sketches_to_part_shapes'] == 'can be run here'  # both can be drawn


def test_data_sets_are_where_the_configs_look():
    index = yaml.safe_load((ROOT / 'dataset-index.yml').read_text())
    bases = '\n'.join(path.read_text() for path in ROOT.glob('configs/_base_/datasets/*.py'))
    for entry in index.values():
        assert f"'{entry['data_root']}'" in bases and (ROOT / entry['script']).is_file()
    assert index['pascalpart116']['classes'] == 116 and index['pascalpart116']['seen_classes'] == 74
    # two entries of zoo.yml lie in its folder
    assert index['part_shapes']['dataset'] == 'PartShapes' and index['part_shapes']['classes'] == 132


def test_the_official_code_is_that_of_the_authors():
    """Not where it was written again: readers look there for the authors' own numbers."""
    for family, info in load_zoo(ROOT).families.items():
        assert 'open-mmlab' not in info['code'], family


def test_papers_are_whole():
    for family, info in load_zoo(ROOT).families.items():
        paper = info['paper']
        assert re.fullmatch(r'https://arxiv\.org/abs/\d{4}\.\d{4,5}', paper['url']), family
        submitted = 2000 + int(paper['url'].rpartition('/')[2][:2])
        assert submitted <= paper['year'] <= submitted + 2 and ' and ' in paper['authors'], family


def test_scores_of_several_data_sets():
    """A joint test logs a prefix for each."""
    assert metrics({'voc/pred_all/seen': 1.128, 'voc/pred_all/mIoU': 2., 'ade/oracle_obj/mIoU': 3.}) == {
        'Pred-All Seen on voc': 1.13, 'Pred-All mIoU on voc': 2., 'Oracle-Obj mIoU on ade': 3.}


def test_an_undefined_score_is_left_out():
    """Where no class is unseen; YAML's .nan is refused by the hub."""
    assert metrics({'pred_all/seen': 1., 'pred_all/unseen': math.nan, 'pred_all/mIoU': 1.}) == {
        'Pred-All Seen': 1., 'Pred-All mIoU': 1.}
