"""Tables from hand-made runs: numbers, rows, layout, and what is left out with a word about it."""
import csv
import json
import math

import numpy as np
import pytest
import table_options
import tables
from mmengine.config import Config

from mmpartseg.engine import use_tta
from mmpartseg.evaluation import paper_tables, save_counts
from mmpartseg.evaluation.runs import find_runs, mean_and_error
from mmpartseg.taxonomy import PartTaxonomy

LAST = Config.fromfile(paper_tables.config_path('clipseg/part_shapes')).train_cfg.max_iters
CLASSES = ["cat's eye", "cat's leg", "dog's eye", "dog's leg"]


def write_config(folder, config, start='20240101_000000', **changes):
    (folder / start).mkdir(parents=True)
    (folder / start / f'{start}.log').touch()
    cfg = paper_tables.load_config(config)
    cfg.merge_from_dict(changes)
    cfg.dump(folder / 'config.py')


def write_run(folder, config, confusion, **changes):
    """A run with the same counts in both settings."""
    write_config(folder, config, **changes)
    sizes = np.zeros((3, 3, len(CLASSES)), np.int64)
    counts = {f'{p}/{name}': array for p in ('pred_all', 'oracle_obj')
              for name, array in (('confusion', confusion), ('size_counts', sizes))}
    save_counts(folder / 'counts.npz', counts, PartTaxonomy(CLASSES, ['dog']))


def confusion_of(hits):
    """(5, 4) counts with 100 pixels of each class, so many of them right, the rest background."""
    return np.vstack([np.diag(hits), 100 - np.array(hits)])


def write_log(folder, entries, start='20240101_000000'):
    path = folder / start / 'vis_data' / 'scalars.json'
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text('\n'.join(map(json.dumps, entries)))


def scores(value, **more):
    return {f'{p}/{key}': value for p in ('pred_all', 'oracle_obj')
            for key in ('seen', 'unseen', 'harmonic', 'mIoU')} | more


def test_mean_and_error():
    mean, error = mean_and_error([1., 2., 6.])
    assert mean == 3 and error == pytest.approx(math.sqrt(7 / 3))  # variance 14 / 2
    # of 1 to 5: variance 10 / 4, so the error is sqrt(2.5 / 5)
    assert mean_and_error([1., 2., 3., 4., 5.]) == pytest.approx((3, math.sqrt(0.5)))
    mean, error = mean_and_error([4.])
    assert mean == 4 and math.isnan(error)


@pytest.fixture
def runs(tmp_path):
    """Two runs of PartCLIPSeg, one of CLIPSeg, in one folder; the mean IoU equals the hits."""
    for seed, hits in enumerate(([10, 30, 8, 8], [30, 50, 16, 16])):
        write_run(tmp_path / 'p' / f'seed_{seed}', 'partclipseg/part_shapes', confusion_of(hits),
                  **{'randomness.seed': seed})
    write_run(tmp_path / 'c', 'clipseg/part_shapes', confusion_of([20, 20, 0, 0]))
    return tmp_path


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
        tables.make_table(6, 'part_shapes', [runs], found=True)
    with pytest.raises(ValueError, match="has no score 'pred_all/found_seen'"):
        write_config(runs / 'log', 'clipseg/part_shapes')
        write_log(runs / 'log', [scores(1., step=LAST)])
        tables.make_table(1, 'part_shapes', [runs / 'log'], found=True)


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


@pytest.mark.parametrize('number, methods', [(1, {'ZSSeg+', 'CATSeg'}), (2, {'ZSSeg+', 'CATSeg', 'CLIPSeg'})])
def test_rows_from_another_setting_have_a_footnote(number, methods, tmp_path, capsys):
    """The paper's Pred-All columns hold OV-PARTS' Pred-Obj figures there."""
    write_config(tmp_path / 'empty', 'partclipseg/pascal_part')
    tables.main(['--table', str(number), '--out', str(tmp_path / 't'), str(tmp_path)])
    lines = capsys.readouterr().out.splitlines()
    footnote, = [line for line in lines if 'Pred-Obj' in line]
    assert any(line.startswith('PartCATSeg (source: its paper): ') and 'IoU > 0' in line for line in lines)
    assert any(line.startswith('ZSSeg+ (source: runs): the method has no Pred-All') for line in lines)
    assert set(footnote.split(' (source: paper): ')[0].split(', ')) == methods
    assert "OV-PARTS' README" in footnote and 'not Pred-All' in footnote
    with open(tmp_path / 't.csv', newline='') as file:
        lines = list(csv.DictReader(file))
    assert {line['Method'] for line in lines if 'Pred-Obj' in line['Note']} == methods
    sources = {(line['Method'], line['Source']) for line in lines if line['Note']}
    assert sources == {(method, 'paper') for method in methods} | {
        ('PartCATSeg', 'its paper'), ('ZSSeg+', 'no runs')}


def test_other_tables_have_none(tmp_path, capsys):
    write_config(tmp_path / 'empty', 'partclipseg/pascal_part')
    tables.main(['--table', '3', str(tmp_path)])
    assert 'Pred-Obj' not in capsys.readouterr().out


def test_small_parts(runs):
    table = paper_tables.load_table(6, 'part_shapes')
    table['sections'][0]['columns'] = [[name, f'class/{name}'] for name in CLASSES]
    lines = paper_tables.fill(dict(table, sections=table['sections'][:1]),
                        paper_tables.sort_runs(table, find_runs([runs])[0])[0])[0][2]
    assert [line[1] for line in lines] == ['1 run', '1 run', '2 runs', '2 runs']
    assert [round(mean, 6) for mean, _ in lines[2][2]] == [20, 40, 12, 12]


def test_what_is_left_out_is_named(runs, capsys):
    write_config(runs / 'young', 'clipseg/part_shapes')
    write_log(runs / 'young', [scores(3., step=LAST - 1)])
    write_run(runs / 'other', 'partclipseg/part_shapes_no_attention', confusion_of([9, 9, 9, 9]))
    tables.main(['--table', '1', '--dataset', 'part_shapes', str(runs), str(runs / 'c')])
    out, err = capsys.readouterr()
    assert '| CLIPSeg | tiny | 1 run |' in out  # named twice, counted once
    assert f"not finished: {runs / 'young'}" in err
    assert f"not in this table: {runs / 'other'}" in err


@pytest.mark.parametrize('change', [
    {'model.backbone.arch': 'ViT-B-32'}, {'train_dataloader.dataset.split': 'all'},
    {'train_dataloader.dataset.ann_file': 'few.json'}, {'model.decode_head.loss_enhance': None},
    {'train_dataloader.dataset.type': 'PartImageNetDataset'}])
def test_another_experiment_is_no_run_of_a_row(runs, change, capsys):
    write_run(runs / 'x', 'partclipseg/part_shapes', confusion_of([9, 9, 9, 9]), **change)
    tables.main(['--table', '1', '--dataset', 'part_shapes', str(runs)])
    out, err = capsys.readouterr()
    assert '| PartCLIPSeg | tiny | 2 runs |' in out and f"not in this table: {runs / 'x'}" in err


@pytest.mark.parametrize('change, text', [
    ({'train_cfg.max_iters': 4}, 'train_cfg.max_iters=4'),
    ({'optim_wrapper.optimizer.lr': 0.5, 'effective_batch_size': 2},
     'effective_batch_size=2, optim_wrapper.optimizer.lr=0.5'),
    ({'load_from': 'clipseg:///data/rd64'}, 'load_from="clipseg://rd64"'),
    ({'train_dataloader.dataset.pipeline.3.prob': 0.1}, 'train_dataloader.dataset.pipeline.3.prob=0.1'),
    ({'test_cfg.fp16': True}, 'test_cfg.fp16=true'),
    ({'model.backbone.frozen': False}, 'model.backbone.frozen=false'),
    ({'test_dataloader.dataset.ignore_index': 254}, 'test_dataloader.dataset.ignore_index=254'),
    ({'custom_hooks': []}, 'custom_hooks.0.type=none')])
def test_other_settings_are_another_row(runs, change, text, capsys):
    write_run(runs / 'x', 'partclipseg/part_shapes', confusion_of([9, 9, 0, 0]), **change)
    if 'test_dataloader.dataset.ignore_index' in change:
        write_run(runs / 'y', 'partclipseg/part_shapes', confusion_of([11, 11, 0, 0]),
                  **{'randomness.seed': 5}, **change)
    tables.main(['--table', '1', '--dataset', 'part_shapes', str(runs)])
    lines = capsys.readouterr().out.splitlines()
    assert any(line.startswith('| PartCLIPSeg | tiny | 2 runs | 30.00 ± 10.00') for line in lines)
    other, = (line for line in lines if ' with ' in line)
    assert text in other and '| 9.00 |' in other or '| 2 runs with' in other and '| 10.00 ± 1.00 |' in other


def test_what_leaves_an_experiment_as_it_is(runs, capsys):
    """Seed, paths, workers, logging, and what the tools themselves change."""
    write_run(runs / 'x', 'partclipseg/part_shapes', confusion_of([20, 40, 12, 12]), **{
        'randomness.seed': 7, 'train_dataloader.dataset.data_root': '/elsewhere', 'work_dir': '/w',
        'test_evaluator.out_file': '/w/counts.npz', 'train_dataloader.num_workers': 3,
        'train_dataloader.persistent_workers': True, 'train_dataloader.batch_size': 4, 'launcher': 'pytorch',
        'model_wrapper_cfg': dict(type='MMDistributedDataParallel'), 'default_hooks.logger.interval': 1,
        'default_hooks.visualization.draw': True, 'load_from': '/w/iter_4.pth',
        'started_from': paper_tables.load_config('partclipseg/part_shapes').load_from,
        'resume': True, 'log_level': 'DEBUG', 'visualizer.save_dir': '/p',
        'custom_hooks': [*paper_tables.load_config('partclipseg/part_shapes').custom_hooks,
                         dict(type='SavePredictionsHook', out_dir='/o')]})
    tables.main(['--table', '1', '--dataset', 'part_shapes', str(runs)])
    assert '| PartCLIPSeg | tiny | 3 runs | 30.00 ± 5.77 |' in capsys.readouterr().out


def test_a_test_with_tta_is_another_row(runs, capsys):
    cfg = paper_tables.load_config('partclipseg/part_shapes')
    use_tta(cfg)
    write_run(runs / 'x', 'partclipseg/part_shapes', confusion_of([9, 9, 0, 0]))
    cfg.dump(runs / 'x' / 'config.py')
    tables.main(['--table', '1', '--dataset', 'part_shapes', str(runs)])
    line, = (line for line in capsys.readouterr().out.splitlines() if ' with ' in line)
    assert 'tta_model.type="PartTTAModel"' in line and 'decode_head' not in line


def test_a_table_of_other_settings(runs, capsys):
    write_run(runs / 'x', 'partclipseg/part_shapes', confusion_of([9, 9, 0, 0]), **{'train_cfg.max_iters': 4})
    tables.main(['--table', '1', '--dataset', 'part_shapes', str(runs),
                 '--cfg-options', 'train_cfg.max_iters=4'])
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].endswith(', with train_cfg.max_iters=4**')
    for start in ('1 run | 9.00 |', f'2 runs with train_cfg.max_iters={LAST} |'):
        assert any(line.startswith(f'| PartCLIPSeg | tiny | {start}') for line in lines)


def test_doubtful_runs_are_named(runs, capsys):
    write_run(runs / 'p' / 'copy', 'partclipseg/part_shapes', confusion_of([9, 9, 9, 9]),
              **{'randomness.seed': 1})
    tables.main(['--table', '1', '--dataset', 'part_shapes', str(runs)])
    out, err = capsys.readouterr()
    assert '| PartCLIPSeg | tiny | 3 runs |' in out
    assert err.splitlines() == [
        'the same seed (1) twice, so the standard error is too small: '
        f"{runs / 'p' / 'copy'}, {runs / 'p' / 'seed_1'}"]


def test_folders_of_other_projects_and_of_killed_runs(runs, capsys):
    write_config(runs / 'killed', 'clipseg/part_shapes')
    write_log(runs / 'killed', [scores(3., step=LAST)])
    scalars = runs / 'killed' / '20240101_000000' / 'vis_data' / 'scalars.json'
    scalars.write_text(scalars.read_text() + '\n{"pred_all/mIoU": 1')  # the rest was not written
    (runs / 'empty' / 'run').mkdir(parents=True)
    (runs / 'empty' / 'run' / 'run.log').touch()
    write_run(runs / 'detector', 'clipseg/part_shapes', confusion_of([9, 9, 9, 9]))
    (runs / 'detector' / 'config.py').write_text("model = dict(type='Detector')")
    tables.main(['--table', '1', '--dataset', 'part_shapes', str(runs)])
    out, err = capsys.readouterr()
    assert '| CLIPSeg | tiny | 2 runs | 11.50 ± 8.50 |' in out  # 20 and 3
    assert f"not finished: {runs / 'empty'}" in err
    assert f"not in this table: {runs / 'detector'}" in err


def test_last_test_in_the_log_counts(tmp_path):
    write_config(tmp_path, 'clipseg/part_shapes')
    write_log(tmp_path, [scores(3., step=LAST)])
    later = tmp_path / '20240102_000000' / '20240102_000000.json'
    later.parent.mkdir()
    later.write_text(json.dumps(scores(7.)))
    assert find_runs([tmp_path])[0][0].scores['pred_all/mIoU'] == 7


def test_errors(tmp_path, runs):
    with pytest.raises(FileNotFoundError, match='nothing.* holds no work dir'):
        find_runs([tmp_path / 'nothing'])
    write_config(tmp_path / 'log', 'clipseg/part_shapes')
    write_log(tmp_path / 'log', [scores(3., step=LAST)])
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
