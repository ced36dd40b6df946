"""What the stored values of label maps mean, where a config says it."""
import numpy as np
import pytest
from mmengine.config import Config
from mmseg.registry import DATASETS
from PIL import Image

from tests.surveyed import CAT, NAMES, build, write


@pytest.mark.parametrize('options, message', [
    (dict(part_values={0: 'cow'}), "part_values names 'cow' for 0, which is not in the data set's"),
    (dict(object_values={70000: 'cat'}), 'object_values has the value 70000; expected whole numbers from 0'),
    (dict(part_values={'255': CAT[0]}), "part_values has the value '255'"),
    (dict(part_values={255: CAT[0]}, reduce_zero_label=True), 'both say what stored values mean')])
def test_bad_values(tmp_path, options, message):
    with pytest.raises(ValueError, match=message):
        DATASETS.build(dict(type='PartSegDataset', taxonomy=NAMES, lazy_init=True, **options))


def test_values_against_a_loop(tmp_path):
    """Gray levels as ids, unseen classes dropped, a value that is not stated an error."""
    values = {10: NAMES[2], 20: NAMES[0], 30: None, 255: NAMES[1]}
    ids = np.random.default_rng(1).choice([10, 20, 30, 255], (8, 10)).astype(np.uint8)
    write(tmp_path, [Image.fromarray(ids)])
    taxonomy = dict(object_parts=NAMES, unseen_objects=['dog'])
    data = build(tmp_path, taxonomy, split='seen', part_values=values)
    expected = np.vectorize({10: 255, 20: 0, 30: 255, 255: 1}.get)(ids)
    assert np.array_equal(data[0]['data_samples'].gt_sem_seg.data[0], expected)
    del values[30]
    with pytest.raises(ValueError, match=r'holds id 30, .*\(part_values: \[10, 20, 255\]'):
        build(tmp_path, NAMES, part_values=values)[0]


def test_values_in_a_config_file(tmp_path):
    path = tmp_path / 'config.py'
    path.write_text("""dataset = dict(type='PartSegDataset', lazy_init=True, taxonomy=["cat's head"],
                       part_values={0: None, 255: "cat's head"})""")
    cfg = Config.fromfile(path)
    cfg.dump(tmp_path / 'dumped.py')
    for each in (path, tmp_path / 'dumped.py'):
        tables = DATASETS.build(Config.fromfile(each).dataset).label_tables
        assert tables.parts(np.array([[0, 255]], np.uint8), 'a').tolist() == [[255, 0]]
        assert tables.parts.as_label_map() == {0: 255, 255: 0}
