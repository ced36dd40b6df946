"""tools/predict.py: the files of a picture, the model, options that do not fit."""
import json
import os
import runpy
import subprocess
import sys

import numpy as np
import pytest
import torch
from PIL import Image

from mmpartseg.apis import PartSegInferencer
from tests.predicting import PARTS, model_files_fixture, pictures_fixture, predict, run_fixture  # noqa: F401
from tests.tiny_model import TOOLS


def test_files_of_a_picture(run, pictures, tmp_path, model_files, capsys):
    code, found = run(pictures / 'a.png', '--shapes', 'rle')
    assert code == 0
    assert sorted(os.listdir(tmp_path / 'out')) == ['a.json', 'a_overlay.png', 'a_parts.png']
    expected, = PartSegInferencer(*model_files, parts=PARTS)(str(pictures / 'a.png'))
    labels = expected.pred_sem_seg.data[0].numpy()
    with Image.open(tmp_path / 'out' / 'a_parts.png') as image:
        assert image.mode == 'P'
        np.testing.assert_array_equal(np.asarray(image), labels)
    document = found['a']
    assert document['image'] == str(pictures / 'a.png')
    assert document['vocabulary'] == ["cat's head", "cat's tail", "cow's head", "cow's horn"]
    assert document['never_seen'] == {'objects': ['cow'], 'parts': ['horn']}
    for part in document['parts']:
        assert part['pixels'] == (labels == part['id']).sum()
        assert part['name'] == document['vocabulary'][part['id']] and 'rle' in part
    output = capsys.readouterr()
    assert 'objects that the checkpoint has never seen: cow' in output.out
    assert 'parts that the checkpoint has never seen: horn' in output.out
    assert output.err == ''  # no bar where there is no terminal


def test_figures(run, pictures, tmp_path):
    truth = np.full((24, 40), 255, np.uint8)
    truth[:, :20] = 3
    Image.fromarray(truth).save(tmp_path / 'truth.png')
    code, _ = run(pictures / 'a.png', '--panels', '--attention', 'head', "cat's tail",
                  '--ground-truth', tmp_path / 'truth.png')
    sizes = {kind: Image.open(tmp_path / 'out' / f'a_{kind}.png').size
             for kind in ('panels', 'attention', 'comparison')}
    assert code == 0
    assert sizes['panels'][0] == sizes['attention'][0] == 4 * 608
    assert sizes['comparison'][0] == 3 * 648
    run(pictures / 'a.png', '--attention', 'Head')
    run(pictures / 'a.png', '--attention')
    with pytest.raises(ValueError, match='not in the vocabulary'):
        run(pictures / 'a.png', '--attention', "dog's head")


@pytest.mark.parametrize('parts, code', [
    ('cat: head, head',
     "error: repeated in the vocabulary: [\"cat's head\"]; list every part once: 'cat: head'"),
    ('cat: head', 0)])
def test_exit_code_of_the_script(tmp_path, pictures, model_files, monkeypatch, parts, code):
    config, checkpoint = model_files
    monkeypatch.setattr(sys, 'argv', [
        'predict.py', str(pictures / 'a.png'), '--config', config, '--checkpoint', checkpoint,
        '--out', str(tmp_path / 'out'), '--parts', parts])
    with pytest.raises(SystemExit) as caught:
        runpy.run_path(TOOLS / 'predict.py', run_name='__main__')
    assert caught.value.code == code


def test_ctrl_c(pictures, tmp_path, monkeypatch, capsys):
    def interrupted(self, *args):
        raise KeyboardInterrupt
    monkeypatch.setattr(PartSegInferencer, 'forward', interrupted)
    monkeypatch.setattr(sys, 'argv', [
        'predict.py', str(pictures / 'a.png'), '--model', 'mini', '--out', str(tmp_path / 'out')])
    with pytest.raises(SystemExit) as caught:
        runpy.run_path(TOOLS / 'predict.py', run_name='__main__')
    assert caught.value.code == 130
    assert capsys.readouterr().err.endswith('\nstopped; pictures that were done are in the output folder\n')


@pytest.mark.parametrize('options', [['--every', '0'], ['--batch-size', '0'],
                                     ['--object', 'a', 'b', '--object-mask', 'm.png'],
                                     ['--top', '0'], ['--threshold', '1.5'], ['--min-area', '-1'],
                                     ['--model', 'mini']])
def test_bad_options(options, capsys):
    with pytest.raises(SystemExit):
        predict.parse_args(['a.png', '--config', 'c', '--checkpoint', 'w', *options])
    assert options[-2] in capsys.readouterr().err


@pytest.mark.parametrize('options, message', [
    (['--checkpoint', 'w'], '--checkpoint goes with the --config'), (['--config', 'c'], '--config goes with'),
])
def test_halves_of_a_model(options, message, capsys):
    with pytest.raises(SystemExit):
        predict.parse_args(['a.png', *options])
    assert message in capsys.readouterr().err


@pytest.mark.parametrize('argv, said', [
    ('my.jpg c.py w.pth --top 3', "'c.py' is a config, 'w.pth' holds weights, and pictures are expected "
     'there; write: python tools/predict.py my.jpg --top 3 --config c.py --checkpoint w.pth'),
    ('w.safetensors a.png --config c',
     'write: python tools/predict.py a.png --config c --checkpoint w.safetensors'),
    ('a.png W.PTH --model m', 'write: python tools/predict.py a.png --model m --checkpoint W.PTH'),
    ('c.py', 'write: python tools/predict.py --config c.py --checkpoint WEIGHTS'),
    ('a w.bin', 'write: python tools/predict.py a --config CONFIG --checkpoint w.bin')])
def test_config_and_weights_where_mmseg_takes_them(argv, said, capsys, monkeypatch):
    monkeypatch.setattr(sys, 'argv', ['tools/predict.py'])
    with pytest.raises(SystemExit):
        predict.parse_args(argv.split())
    assert said in capsys.readouterr().err


def test_cutouts_and_annotations(run, pictures, tmp_path):
    _, found = run(pictures / 'a.png', pictures / 'c.png', '--cutouts', '--export', 'coco')
    for part in found['a']['parts']:
        words = part['name'].replace("'s ", '_')
        with Image.open(tmp_path / 'out' / f'a_{words}_cutout.png') as cutout:
            assert cutout.mode == 'RGBA' and list(cutout.size) == part['box'][2:]
            assert (np.asarray(cutout)[..., 3] == 255).sum() == part['pixels']
    coco = found.pop('coco')
    assert [image['file_name'] for image in coco['images']] == ['a.png', 'c.png']
    assert sum(a['area'] for a in coco['annotations'] if a['image_id'] == 2) == sum(
        p['pixels'] for p in found['c']['parts'])
    run(pictures / 'a.png', '--export', 'labelme')
    labelme = json.loads((tmp_path / 'out' / 'labelme' / 'a.json').read_text())
    assert (tmp_path / 'out' / 'labelme' / labelme['imagePath']).read_bytes() == (
        pictures / 'a.png').read_bytes()
    assert {shape['label'] for shape in labelme['shapes']} == {p['name'] for p in found['a']['parts']}


def test_a_device_that_is_not_there(run, pictures, monkeypatch):
    with pytest.raises(ValueError, match=r'--device nonsense cannot be used \(.*\); leave it out'):
        run(pictures / 'a.png', '--device', 'nonsense')
    if not torch.cuda.is_available():
        with pytest.raises(ValueError, match=r'--device cuda cannot be used'):
            run(pictures / 'a.png', '--device', 'cuda')


def test_the_miniature_answers_where_the_hub_is_off(pictures, tmp_path, capsys):
    (pictures / 'b.jpg').unlink()
    options = ['--parts', 'cat: head; bird: wing', '--out', str(tmp_path / 'out')]
    assert predict.main([str(pictures), *options]) == 0
    out = capsys.readouterr().out
    assert 'the hub is switched off (HF_HUB_OFFLINE): the miniature answers' in out
    assert json.loads((tmp_path / 'out' / 'a.json').read_text())['never_seen'] == {'objects': [], 'parts': []}


def test_help_imports_nothing_heavy():
    code = (f"import sys, runpy; sys.argv = ['predict.py', '--help']; sys.path[0] = {str(TOOLS)!r}\n"
            f"try: runpy.run_path({str(TOOLS / 'predict.py')!r}, run_name='__main__')\n"
            "except SystemExit: print(sorted({'torch', 'mmengine', 'numpy'} & set(sys.modules)))")
    done = subprocess.run([sys.executable, '-c', code], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-1] == '[]' and '--parts' in done.stdout


def test_zoom(run, pictures, tmp_path, model_files):
    mask = np.zeros((90, 120), np.uint8)
    mask[20:40, 30:60] = 1
    Image.fromarray(mask).save(tmp_path / 'mask.png')
    noise = np.random.default_rng(0).integers(0, 256, (90, 120, 3), np.uint8)
    Image.fromarray(noise).save(pictures / 'a.png')
    inferencer = PartSegInferencer(*model_files, parts='cat: head, tail')
    options = dict(object='cat', object_masks=[mask])
    plain, zoomed = (inferencer(str(pictures / 'a.png'), refine=refine, **options)[0].label_map
                     for refine in ((), ['zoom']))
    assert (plain != zoomed)[mask > 0].any()
    for option, expected in (([], plain), (['--zoom'], zoomed)):
        run(pictures / 'a.png', '--object', 'cat', '--object-mask', tmp_path / 'mask.png', *option,
            parts='cat: head, tail')
        with Image.open(tmp_path / 'out' / 'a_parts.png') as image:
            np.testing.assert_array_equal(np.asarray(image), expected)
