"""Tables from hand-made runs: which run is of which row, and what is left out."""
import csv
import json

import pytest
import tables

from mmpartseg.engine import use_tta
from mmpartseg.evaluation import paper_tables
from mmpartseg.evaluation.runs import find_runs
from tests.made_up_runs import (  # noqa: F401
    LAST,
    confusion_of,
    runs_fixture,
    scores,
    write_config,
    write_log,
    write_run,
)


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


def test_weights_of_a_head_lie_anywhere(tmp_path, capsys):
    """As where there is no network."""
    write_run(tmp_path, 'zsseg/part_shapes_pred_all', confusion_of([9, 9, 0, 0]), **{
        'model.decode_head.text_encoder.init_cfg.checkpoint': 'clipseg:///elsewhere/clipseg'})
    tables.main(['--table', '1', '--dataset', 'part_shapes', str(tmp_path)])
    assert '| ZSSeg+ | tiny | 1 run |' in capsys.readouterr().out


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
    write_log(runs / 'killed', [scores(3.)])
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
