"""Tables from hand-made runs: numbers, rows, layout, and what is left out with a word about it."""
import csv
import math

import pytest
import table_options
import tables

from mmpartseg.evaluation import paper_tables
from mmpartseg.evaluation.runs import find_runs, mean_and_error
from mmpartseg.taxonomy import PartTaxonomy
from tests.made_up_runs import (  # noqa: F401
    CLASSES,
    LAST,
    confusion_of,
    runs_fixture,
    scores,
    write_config,
    write_log,
    write_run,
)


def test_mean_and_error():
    mean, error = mean_and_error([1., 2., 6.])
    assert mean == 3 and error == pytest.approx(math.sqrt(7 / 3))  # variance 14 / 2
    # of 1 to 5: variance 10 / 4, so the error is sqrt(2.5 / 5)
    assert mean_and_error([1., 2., 3., 4., 5.]) == pytest.approx((3, math.sqrt(0.5)))
    mean, error = mean_and_error([4.])
    assert mean == 4 and math.isnan(error)


def test_zero_shot_table(runs, capsys):
    tables.main(['--table', '1', '--dataset', 'part_shapes', '--out', str(runs / 'out' / 't'),
                 str(runs)])
    text = (runs / 'out' / 't.md').read_text()
    assert text.strip() == capsys.readouterr().out.strip()
    clipseg, ours = [line for line in text.splitlines() if line.startswith(('| CLIPSeg', '| PartCLIPSeg'))]
    # harmonic: 2 * 20 * 8 / 28 = 80 / 7 and 2 * 40 * 16 / 56 = 160 / 7
    assert ours == ('| PartCLIPSeg | tiny | 2 runs | 30.00 ± 10.00 | 12.00 ± 4.00 | 17.14 ± 5.71 '
                    '| 30.00 ± 10.00 | 12.00 ± 4.00 | 17.14 ± 5.71 |')
    assert clipseg == '| CLIPSeg | tiny | 1 run | 20.00 | 0.00 | 0.00 | 20.00 | 0.00 | 0.00 |'
    with open(runs / 'out' / 't.csv', newline='') as file:
        lines = list(csv.DictReader(file))
    assert len(lines) == 5 * 6
    line, = [line for line in lines
             if (line['Method'], line['Column']) == ('PartCLIPSeg', 'Pred-All Harmonic')]
    assert float(line['Mean']) == pytest.approx(120 / 7)
    assert float(line['Standard error']) == pytest.approx(40 / 7)
    assert {line['Standard error'] for line in lines if line['Method'] == 'CLIPSeg'} == {''}


def test_averages_over_found_classes_on_request(runs, capsys):
    """PartCATSeg's rule: the class that CLIPSeg misses altogether is left out, and the title says so."""
    write_run(runs / 'm', 'partclipseg/part_shapes', confusion_of([10, 0, 8, 0]))
    arguments = ['--table', '1', '--dataset', 'part_shapes', str(runs / 'm')]
    for more, numbers in (([], '5.00 | 4.00 | 4.44'), (['--found-averages'], '10.00 | 8.00 | 8.89')):
        tables.main(arguments + more)
        title, *lines = capsys.readouterr().out.splitlines()
        assert ('IoU > 0 only' in title) == bool(more)
        assert f'| PartCLIPSeg | tiny | 1 run | {numbers} | {numbers} |' in lines
    with pytest.raises(ValueError, match='this table has the IoU of classes, no means over them'):
        tables.make_table(6, 'part_shapes', [runs], averages='found')
    with pytest.raises(ValueError, match="has no score 'pred_all/found_seen'"):
        write_config(runs / 'log', 'clipseg/part_shapes')
        write_log(runs / 'log', [scores(1.)])
        tables.make_table(1, 'part_shapes', [runs / 'log'], averages='found')


def test_averages_of_ov_parts_on_request(runs, capsys):
    """A class that is predicted but not annotated counts as 0, and the title says so."""
    counts = confusion_of([10, 6, 8, 6])
    counts[:, 1] = 0  # the second class is annotated nowhere, and predicted where the first is
    counts[1, 0] = 1
    write_run(runs / 'm', 'partclipseg/part_shapes', counts)
    arguments = ['--table', '1', '--dataset', 'part_shapes', str(runs / 'm')]
    means = []
    for more in ([], ['--predicted-averages']):
        tables.main(arguments + more)
        title, *lines = capsys.readouterr().out.splitlines()
        assert ('predicted but not annotated as 0' in title) == bool(more)
        line, = (line for line in lines if line.startswith('| PartCLIPSeg | tiny | 1 run |'))
        means.append([float(each) for each in line.split('|')[4:6]])
    assert means[1] == [means[0][0] / 2, means[0][1]]
    with pytest.raises(ValueError, match='--predicted-averages: this table has the IoU of classes, no'):
        tables.make_table(6, 'part_shapes', [runs], averages='predicted')


def test_runs_beside_the_papers_numbers(tmp_path, capsys):
    for seed, value in enumerate((40., 44.)):
        write_config(tmp_path / str(seed), 'partclipseg/pascal_part')
        write_log(tmp_path / str(seed), [scores(1., step=19000), scores(value, step=20000)])
    tables.main(['--table', '1', str(tmp_path / '0'), str(tmp_path / '1')])
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == '**Zero-shot performance on Pascal-Part-116**'
    published, measured = [line for line in lines if line.startswith('| PartCLIPSeg |')]
    assert published.startswith('| PartCLIPSeg | ViT-B/16 | paper | 44.37 ± 0.43 | 27.29 ± 0.21 |')
    assert measured.startswith('| PartCLIPSeg | ViT-B/16 | 2 runs | 42.00 ± 2.00 | 42.00 ± 2.00 |')
    assert '| PartCATSeg | ViT-B/16 | its paper | 52.62 | 40.51 | 45.77 | 57.49 | 44.88 | 50.41 |' in lines
    assert '| CLIPSeg | ViT-B/16 | no runs | - | - | - | - | - | - |' in lines
    assert '| ZSSeg+ | ResNet-50 | paper | 54.31 | 16.08 | 24.71 | 54.43 | 19.04 | 28.21 |' in lines


def test_small_parts(runs):
    table = paper_tables.load_table(6, 'part_shapes')
    table['sections'][0]['columns'] = [[name, f'class/{name}'] for name in CLASSES]
    lines = paper_tables.fill(dict(table, sections=table['sections'][:1]),
                        paper_tables.sort_runs(table, find_runs([runs])[0])[0])[0][2]
    assert [line[1] for line in lines] == ['1 run', '1 run', '2 runs', '2 runs']
    assert [round(mean, 6) for mean, _ in lines[2][2]] == [20, 40, 12, 12]


def test_validation_on_other_data_is_no_test(tmp_path, capsys):
    """A run that has not been tested stood in the table with the scores of the tuning set."""
    write_config(tmp_path / 'r', 'clipseg/part_shapes')
    write_log(tmp_path / 'r', [scores(3., step=LAST)])
    assert find_runs([tmp_path])[0] == []
    tables.main(['--table', '1', '--dataset', 'part_shapes', str(tmp_path)])
    out, err = capsys.readouterr()
    assert '| CLIPSeg | tiny | no runs |' in out and f'not finished: {tmp_path}/r' in err
    write_log(tmp_path / 'r', [scores(4.)], start='20240102_000000')  # its test
    run, = find_runs([tmp_path])[0]
    assert run.scores['pred_all/mIoU'] == 4


def test_errors(tmp_path, runs):
    with pytest.raises(FileNotFoundError, match='nothing.* holds no work dir'):
        find_runs([tmp_path / 'nothing'])
    write_config(tmp_path / 'log', 'clipseg/part_shapes')
    write_log(tmp_path / 'log', [scores(3.)])
    with pytest.raises(ValueError, match="no score 'pred_all/class/cat's eye'.*test_evaluator"):
        tables.main(['--table', '6', '--dataset', 'part_shapes', str(tmp_path / 'log')])


@pytest.mark.parametrize(('dataset', 'number'), [
    *((dataset, number) for dataset in table_options.DATASETS for number in range(1, 7)), ('part_shapes', 7)])
def test_descriptions(number, dataset):
    table = paper_tables.load_table(number, dataset)
    names = paper_tables.table_configs(table)
    assert names and all(paper_tables.config_path(name).is_file() for name in names)
    # rows are told apart by the decode head
    assert len(paper_tables.sort_runs(table, [])[0]) == len(names)
    for section in table['sections']:
        for row in section['rows']:
            assert len(row['labels']) == len(table['labels'])
            # the paper has neither PartCATSeg nor, on PartImageNet, ZSSeg+ and CATSeg
            others = row['labels'][0] in ('ZSSeg+', 'CATSeg', 'PartCATSeg')
            assert dataset == 'part_shapes' or 'paper' in row or 'setting' in row or others
            assert len(row.get('paper', section['columns'])) == len(section['columns'])
        vocabulary = 'pascal_part_116' if dataset == 'paper' else 'part_shapes'
        classes = PartTaxonomy.named(vocabulary).object_parts
        assert set(section.get('classes', ())) <= set(classes)


@pytest.mark.parametrize('number', [1, 2, 3, 5])
def test_published_harmonic_means(number):
    """Each is that of its row, so no digit is mistyped; the paper's first one is off by 0.1."""
    for section in paper_tables.load_table(number)['sections']:
        for row in section['rows']:
            values = [v[0] if isinstance(v, list) else v for v in row.get('paper', ())]
            for seen, unseen, harmonic in (each for each in (values[:3], values[3:]) if each and all(each)):
                assert harmonic == pytest.approx(2 * seen * unseen / (seen + unseen), abs=0.11)


def test_no_such_table():
    with pytest.raises(ValueError, match="'paper' has no table 7, only 1, 2, 3, 4, 5, 6"):
        tables.load_table(7)
