"""tools/predict.py on good and bad files, with every way to name object and vocabulary."""
import io
import json
import os
import runpy
import subprocess
import sys

import cv2
import numpy as np
import pytest
import torch
from PIL import Image

from mmpartseg.apis import PartSegInferencer
from tests.tiny_model import TOOLS, load_tool, write_model

predict = load_tool('predict')
PARTS = 'cat: head, tail; cow: head, horn'
RGB = np.random.default_rng(0).integers(0, 256, (24, 40, 3), dtype=np.uint8)


@pytest.fixture(scope='module')
def model_files(tmp_path_factory):
    return write_model(tmp_path_factory.mktemp('model'))


@pytest.fixture
def pictures(tmp_path):
    """A folder with two good pictures and a broken one between them."""
    folder = tmp_path / 'pictures'
    folder.mkdir()
    Image.fromarray(RGB).save(folder / 'a.png')
    (folder / 'b.jpg').write_bytes(b'no picture')
    Image.fromarray(RGB[:, ::-1]).save(folder / 'c.png')
    return folder


@pytest.fixture
def run(model_files, tmp_path):
    """Run the tool on arguments; returns its exit code and reads the JSON files it wrote."""
    def run(*args, parts=PARTS, out=tmp_path / 'out'):
        config, checkpoint = model_files
        args = ('--threshold', 0, *args)  # the model is untrained
        code = predict.main(['--device', 'cpu', *map(str, args), '--config', config,
                             '--checkpoint', checkpoint, '--out', str(out),
                             *(['--parts', parts] if parts else [])])
        return code, {p.stem: json.loads(p.read_text()) for p in sorted(out.glob('*.json'))}
    return run


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


def test_a_bad_file_does_not_stop_the_rest(run, pictures, capsys):
    code, found = run(pictures, pictures / 'gone.png', '--batch-size', 2)
    assert code == 1
    assert list(found) == ['a', 'c']
    output = capsys.readouterr()
    assert f"failed: {pictures / 'b.jpg'}: image" in output.err
    assert f"failed: {pictures / 'gone.png'}: there is no image" in output.err
    assert '2 pictures written to' in output.out and '2 failed' in output.out


def test_equal_names_do_not_overwrite_each_other(run, pictures):
    Image.fromarray(RGB).save(pictures / 'c.bmp')
    (pictures / 'sub').mkdir()
    Image.fromarray(RGB).save(pictures / 'sub' / 'c.png')
    code, found = run(f'{pictures}/**/c.*')
    assert code == 0
    assert {n: d['image'] for n, d in found.items()} == {
        'c': f'{pictures}/c.bmp', 'c-2': f'{pictures}/c.png', 'c-3': f'{pictures}/sub/c.png'}


def test_one_object_is_oracle_obj(run, pictures):
    _, found = run(pictures / 'a.png', '--object', 'cow')
    assert found['a']['protocol'] == 'oracle_obj' and found['a']['background_pixels'] == 0
    assert {p['object'] for p in found['a']['parts']} == {'cow'}


def test_object_masks(run, pictures, tmp_path):
    mask = np.zeros((24, 40), np.uint8)
    mask[:5] = 255
    (tmp_path / 'masks').mkdir()
    Image.fromarray(mask).save(tmp_path / 'masks' / 'a.png')
    Image.fromarray(np.repeat(mask[..., None], 3, 2)).save(tmp_path / 'masks' / 'c.png')
    code, found = run(pictures / '[ac].png', '--object', 'cat', '--object-mask', tmp_path / 'masks')
    assert code == 0
    for document in found.values():
        assert document['protocol'] == 'oracle_obj' and document['background_pixels'] == 19 * 40
    Image.fromarray(mask // 255 * 2).save(tmp_path / 'numbers.png')
    _, found = run(pictures / 'a.png', '--object-mask', tmp_path / 'numbers.png')
    assert {p['object'] for p in found['a']['parts']} == {'cow'}


@pytest.mark.parametrize('option', ['--object-mask', '--ground-truth'])
def test_one_file_of_a_folder_for_two_pictures(run, pictures, tmp_path, option):
    (pictures / 'sub').mkdir()
    Image.fromarray(RGB).save(pictures / 'sub' / 'c.jpg')
    (tmp_path / 'masks').mkdir()
    with pytest.raises(ValueError, match=r"'c.png' in .*masks.* would belong to both '.*/c.* and '.*/sub/c"):
        run(f'{pictures}/**/c.*', option, tmp_path / 'masks')


def test_ground_truth_of_a_turned_picture(run, pictures, tmp_path, capsys):
    """By 180 degrees nothing says whether the map goes with the stored pixels."""
    image = Image.fromarray(RGB)
    exif = image.getexif()
    exif[0x0112] = 3
    image.save(pictures / 'turned.png', exif=exif)
    truth = Image.fromarray(np.zeros((24, 40), np.uint8))
    truth.save(tmp_path / 'truth.png')
    assert run(pictures / 'turned.png', '--ground-truth', tmp_path / 'truth.png')[0] == 1
    assert 'have the EXIF orientations 1 and 3' in capsys.readouterr().err
    truth.save(tmp_path / 'truth.png', exif=exif)
    assert run(pictures / 'turned.png', '--ground-truth', tmp_path / 'truth.png')[0] == 0


def test_bad_object_masks(run, pictures, tmp_path, capsys):
    Image.fromarray(RGB[:24, :24]).save(tmp_path / 'colours.png')
    Image.fromarray(RGB[:9, :9, 0]).save(tmp_path / 'small.png')
    for name, message in (('colours.png', 'has colours'), ('small.png', r'shape (9, 9)'),
                          ('gone.png', 'there is no object mask')):
        code, found = run(pictures / 'a.png', '--object', 'cat', '--object-mask', tmp_path / name)
        assert code == 1 and not found
        assert message in capsys.readouterr().err


def test_several_objects_are_pred_all_over_them(run, pictures):
    _, found = run(pictures / 'a.png', '--object', 'cat', 'dog', parts=None)
    assert found['a']['protocol'] == 'pred_all'
    assert found['a']['vocabulary'] == ["cat's head", "cat's tail", "dog's head"]
    _, found = run(pictures / 'a.png', '--object', 'cat', '--object', 'dog', parts=None)
    assert found['a']['protocol'] == 'pred_all'
    _, found = run(pictures / 'a.png', '--object', 'CAT', parts=None)
    assert found['a']['protocol'] == 'oracle_obj'
    with pytest.raises(ValueError, match=r"'catt' is not .*\['bus', 'cat', 'dog'\]; did you mean 'cat'"):
        run(pictures / 'a.png', '--object', 'catt', 'dog', parts=None)


def test_vocabulary_file_and_shipped_name(run, pictures, tmp_path):
    (tmp_path / 'words.txt').write_text('cat: head\n')
    _, found = run(pictures / 'a.png', parts=str(tmp_path / 'words.txt'))
    assert found['a']['vocabulary'] == ["cat's head"]
    _, found = run(pictures / 'a.png', '--taxonomy', 'part_shapes', parts=None)
    assert len(found['a']['vocabulary']) == 132


def test_more_classes_than_a_palette_holds(run, pictures, tmp_path):
    parts = 'cat: ' + ', '.join(f'part {i}' for i in range(256))
    code, _ = run(pictures / 'a.png', parts=parts)
    stored = cv2.imread(str(tmp_path / 'out' / 'a_parts.png'), cv2.IMREAD_UNCHANGED)
    assert code == 0 and stored.dtype == np.uint16


def test_video(run, tmp_path, capsys):
    writer = cv2.VideoWriter(str(tmp_path / 'v.avi'), cv2.VideoWriter_fourcc(*'MJPG'), 5, (40, 24))
    for i in range(5):
        writer.write(np.roll(RGB, i, 1))
    writer.release()
    (tmp_path / 'broken.mp4').write_bytes(b'no video')
    code, found = run(tmp_path / 'v.avi', tmp_path / 'broken.mp4', '--every', 2, '--batch-size', 2)
    assert code == 1 and list(found) == ['v_000000', 'v_000002', 'v_000004']
    assert found['v_000002']['image'] == f"{tmp_path / 'v.avi'}, frame 2"
    assert 'broken.mp4 cannot be read' in capsys.readouterr().err
    video = cv2.VideoCapture(str(tmp_path / 'out' / 'v_overlay.mp4'))
    assert (video.get(cv2.CAP_PROP_FRAME_COUNT), video.get(cv2.CAP_PROP_FPS)) == (3, 2.5)
    _, frame = video.read()
    with Image.open(tmp_path / 'out' / 'v_000000_overlay.png') as picture:
        picture = np.asarray(picture)[:300, :, ::-1].astype(int)
    assert frame.shape[1] == 600 and abs(frame[:300] - picture).mean() < 20  # lossy
    assert not list((tmp_path / 'out').glob('*broken*')) + list((tmp_path / 'out').glob('.*'))


def test_a_video_that_ends_early(run, tmp_path, capsys):
    writer = cv2.VideoWriter(str(tmp_path / 'v.avi'), cv2.VideoWriter_fourcc(*'MJPG'), 5, (40, 24))
    for _ in range(8):
        writer.write(RGB)
    writer.release()
    content = (tmp_path / 'v.avi').read_bytes()
    (tmp_path / 'v.avi').write_bytes(content[:len(content) // 2])
    code, found = run(tmp_path / 'v.avi')
    assert code == 1 and 0 < len(found) < 8
    assert f'ends after {len(found)} of 8 frames' in capsys.readouterr().err
    assert (tmp_path / 'out' / 'v_overlay.mp4').exists()


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


def test_ground_truth_of_another_size(run, pictures, tmp_path, capsys):
    Image.fromarray(RGB[:9, :9, 0]).save(tmp_path / 'truth.png')
    code, _ = run(pictures / 'a.png', '--ground-truth', tmp_path / 'truth.png')
    assert code == 1
    assert 'ground truth has shape (9, 9), its image (24, 40)' in capsys.readouterr().err


def test_inputs_that_name_nothing(run, pictures, tmp_path, capsys):
    code, found = run(f'{tmp_path}/*.tif', pictures / 'a.png')
    assert code == 1 and list(found) == ['a']
    assert f"failed: {tmp_path}/*.tif: no file matches" in capsys.readouterr().err
    with pytest.raises(FileNotFoundError, match=r'no file matches .*; folder .* holds no image'):
        predict.main([f'{tmp_path}/*.tif', str(tmp_path), '--config', 'gone.py', '--checkpoint', 'w',
                      '--out', str(tmp_path / 'out')])


def test_inputs_are_not_overwritten(pictures):
    with pytest.raises(ValueError, match=r"output folder '.*' holds inputs \(.*a.png\)"):
        predict.main([str(pictures), '--config', 'gone.py', '--checkpoint', 'w',
                      '--out', str(pictures / '..' / pictures.name)])


def test_a_batch_that_fails_is_tried_one_by_one(run, pictures, monkeypatch, capsys):
    forward = PartSegInferencer.forward

    def fails(self, data, words=None):
        if any((x[:, 0, 0] == forbidden).all() for x in data['inputs']):
            raise RuntimeError('out of memory')
        return forward(self, data, words)

    (pictures / 'b.jpg').unlink()
    inferencer = PartSegInferencer.prepare
    forbidden = None

    def prepare(self, image, *args, **options):
        nonlocal forbidden
        data = inferencer(self, image, *args, **options)
        forbidden = data['inputs'][:, 0, 0] if forbidden is None else forbidden
        return data

    monkeypatch.setattr(PartSegInferencer, 'prepare', prepare)
    monkeypatch.setattr(PartSegInferencer, 'forward', fails)
    code, found = run(pictures, '--batch-size', 2)
    assert code == 1 and list(found) == ['c']
    assert f"failed: {pictures / 'a.png'}: out of memory" in capsys.readouterr().err


def test_unwritable_folder_is_noticed_first(pictures, tmp_path):
    (tmp_path / 'file').touch()
    for out in (tmp_path / 'file', tmp_path / 'file' / 'below', '/proc/self/out'):
        with pytest.raises(OSError, match='cannot write to the output folder'):
            predict.main([str(pictures), '--config', 'gone.py', '--checkpoint', 'gone.pth',
                          '--out', str(out)])


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


def test_what_is_found_is_printed(run, pictures, capsys):
    _, found = run(pictures / 'a.png')
    line = next(x for x in capsys.readouterr().out.splitlines() if x.startswith(f"{pictures / 'a.png'}: "))
    parts = sorted(found['a']['parts'], key=lambda part: -part['pixels'])
    assert line.partition(': ')[2] == ', '.join(
        f"{p['name']} {p['pixels'] / 960:.1%} (score {p['score']:.2f})" for p in parts)
    _, one = run(pictures / 'a.png', '--top', 1, '--min-area', 0.5)
    best = max(parts, key=lambda part: part['score'])
    assert one['a']['parts'] == [best] and one['a']['background_pixels'] == 960 - best['pixels']
    capsys.readouterr()
    _, none = run(pictures / 'a.png', '--threshold', 1)
    out = capsys.readouterr().out
    assert f"{pictures / 'a.png'}: nothing found" in out and '1 picture written' in out
    assert none['a']['parts'] == [] and none['a']['background_pixels'] == 960


def test_parts_below_the_default_threshold_are_not_found():
    assert predict.parse_args(['a.png']).threshold > 0.0025


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


def test_folders_of_folders_and_what_is_skipped(run, pictures, capsys):
    (pictures / 'b.jpg').unlink()
    (pictures / 'sub' / '.hidden').mkdir(parents=True)
    Image.fromarray(RGB).save(pictures / 'sub' / 'd.png')
    for name in ('notes.txt', 'sub/table.csv', 'sub/.hidden/e.png'):
        (pictures / name).touch()
    assert list(run(pictures)[1]) == ['a', 'c']
    assert 'skipped 1 file that' in capsys.readouterr().out
    code, found = run(pictures, '--recursive')
    assert code == 0 and list(found) == ['a', 'c', 'd']
    out = capsys.readouterr().out
    assert 'skipped 2 files that are neither pictures nor videos: ' in out and 'sub/table.csv' in out


def test_groups_and_what_is_left_out(run, pictures, capsys):
    _, found = run(pictures / 'a.png', '--merge', 'face = head, horn')
    assert found['a']['vocabulary'] == ["cat's face", "cat's tail", "cow's face"]
    _, found = run(pictures / 'a.png', '--except', 'cat: head')
    assert {p['name'] for p in found['a']['parts']} <= {"cat's tail", "cow's head", "cow's horn"}


def test_parts_left_out_that_there_are_not(run, pictures):
    with pytest.raises(ValueError, match=r"not in the vocabulary: \['hed'\]; .*; did you mean 'head'"):
        run(pictures / 'a.png', '--except', 'hed')


def test_connected_regions(run, pictures, capsys):
    _, found = run(pictures / 'a.png', '--instances', '--object', 'cow')
    assert [{**each, 'parts': None} for each in found['a']['instances']] == [
        {'object': 'cow', 'number': 1, 'pixels': 960, 'box': [0, 0, 40, 24], 'parts': None}]
    assert 'connected regions: cow 1 at [0, 0, 40, 24]' in capsys.readouterr().out


def test_parts_of_anything_and_objects_alone(run, pictures, capsys):
    _, found = run(pictures / 'a.png', parts='handle, wheel')
    assert found['a']['vocabulary'] == ['handle', 'wheel']
    _, found = run(pictures / 'a.png', '--objects', 'cat', parts=None)
    assert {"cat's head", "cat's ear"} <= set(found['a']['vocabulary'])
    assert 'parts of cat: as in ' in capsys.readouterr().out


def test_standard_input(run, pictures, monkeypatch, capsys):
    expected = run(pictures / 'a.png')[1]['a']
    monkeypatch.setattr(sys, 'stdin', io.TextIOWrapper(io.BytesIO((pictures / 'a.png').read_bytes())))
    code, found = run('-')
    assert code == 0 and found['stdin'] == {**expected, 'image': 'standard input'}
    monkeypatch.setattr(sys, 'stdin', io.TextIOWrapper(io.BytesIO(b'no picture')))
    assert run('-')[0] == 1
    assert 'failed: standard input: image on standard input cannot be read' in capsys.readouterr().err


@pytest.mark.parametrize('kind', ['gif', 'tif', 'png', 'webp'])
def test_every_frame_and_page(run, tmp_path, kind):
    frames = [Image.fromarray(np.roll(RGB, 9 * i, 1)) for i in range(3)]
    lossless = {'lossless': True} if kind == 'webp' else {}
    frames[0].save(tmp_path / f'm.{kind}', save_all=True, append_images=frames[1:], **lossless)
    code, found = run(tmp_path / f'm.{kind}')
    assert code == 0 and list(found) == ['m_000000', 'm_000001', 'm_000002']
    assert found['m_000002']['image'] == f"{tmp_path / f'm.{kind}'}, frame 2"
    if kind != 'gif':  # of 256 colours
        frames[2].save(tmp_path / 'alone.png')
        assert run(tmp_path / 'alone.png')[1]['alone']['parts'] == found['m_000002']['parts']
    few = run(tmp_path / f'm.{kind}', '--every', 2, out=tmp_path / 'few')[1]
    assert list(few) == ['m_000000', 'm_000002']


@pytest.mark.parametrize('url', ['https://example.org/cat.jpg', 'http://example.org/cat.php?id=3',
                                 'https://example.org/film.mp4'])
def test_urls_are_refused_and_stop_nothing(run, pictures, url, capsys):
    code, found = run(url, pictures / 'a.png')
    assert code == 1 and list(found) == ['a']
    failed = [line for line in capsys.readouterr().err.splitlines() if line.startswith('failed')]
    assert failed == [f"failed: {url}: {url} is a URL, and nothing is fetched: download it first, for "
                      f"example with curl -LO '{url}'"]


def test_ids_beyond_the_vocabulary(run, pictures, tmp_path, capsys):
    Image.fromarray(np.full((24, 40), 9, np.uint8)).save(tmp_path / 'truth.png')
    assert run(pictures / 'a.png', '--ground-truth', tmp_path / 'truth.png')[0] == 1
    assert 'the ground truth has the values [9], and the vocabulary of 4 parts has the ids 0 to 3' in (
        capsys.readouterr().err)


def test_a_device_that_is_not_there(run, pictures, monkeypatch):
    with pytest.raises(ValueError, match=r'--device nonsense cannot be used \(.*\); leave it out'):
        run(pictures / 'a.png', '--device', 'nonsense')
    if not torch.cuda.is_available():
        with pytest.raises(ValueError, match=r'--device cuda cannot be used'):
            run(pictures / 'a.png', '--device', 'cuda')


def test_slips_of_the_keyboard(run, pictures, capsys):
    run(pictures / 'a.png', parts='cat: head, tial; bicylce: wheel')
    out = capsys.readouterr().out
    assert "'tial': did you mean 'tail'?" in out and "'bicylce': did you mean 'bicycle'?" in out
    with pytest.raises(ValueError, match=r"not in the vocabulary: \['tial'\]; .*; did you mean 'tail'"):
        run(pictures / 'a.png', '--attention', 'tial')


@pytest.mark.parametrize('out, err, shown', [(True, True, False), (False, True, True), (False, False, False)])
def test_a_bar_is_not_drawn_into_the_results(out, err, shown, monkeypatch):
    class Stream(io.StringIO):
        def __init__(self, terminal):
            super().__init__()
            self.isatty = lambda: terminal
    monkeypatch.setattr(sys, 'stdout', Stream(out))
    monkeypatch.setattr(sys, 'stderr', Stream(err))
    predict.progress_of(['a.png', 'b.png'], 1)()
    assert ('1/2' in sys.stderr.getvalue()) == shown and not sys.stdout.getvalue()


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
