"""tools/predict.py on videos, pages, folders, standard input and what cannot be read."""
import io
import sys

import cv2
import numpy as np
import pytest
from PIL import Image

from mmpartseg.apis import PartSegInferencer
from tests.predicting import RGB, model_files_fixture, pictures_fixture, predict, run_fixture  # noqa: F401


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


def test_what_decoders_say_is_said_of_the_file(run, tmp_path, capfd):
    """The lines of ffmpeg, libtiff and Pillow name none."""
    Image.fromarray(RGB).save(tmp_path / 'exif.jpg', exif=b'Exif\0\0II*\0\x08' + b'\0\0\0\x05\0\x0f\x01\xff')
    Image.fromarray(RGB).save(tmp_path / 'lzw.tif', compression='tiff_lzw')
    content = (tmp_path / 'lzw.tif').read_bytes()
    (tmp_path / 'lzw.tif').write_bytes(content[:80] + b'\xff' * 60 + content[140:])
    (tmp_path / 'cut.mp4').write_bytes(b'\0\0\0\x18ftypisom\0\0\0\0isommp42' + bytes(200))
    code, found = run(tmp_path / 'exif.jpg', tmp_path / 'lzw.tif', tmp_path / 'cut.mp4')
    assert code == 1 and list(found) == ['exif']
    lines = list(filter(None, capfd.readouterr().err.splitlines()))
    assert all(str(tmp_path) in line for line in lines), lines
    said = [line.split(': ') for line in lines if ': it may be damaged, its decoder says: ' in line]
    assert [line[0] for line in said] == [str(tmp_path / name) for name in ('exif.jpg', 'lzw.tif', 'cut.mp4')]
    assert said[2][-1] == 'moov atom not found'


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


def test_folders_of_folders_and_what_is_skipped(run, pictures, capsys):
    (pictures / 'b.jpg').unlink()
    (pictures / 'sub' / '.hidden').mkdir(parents=True)
    Image.fromarray(RGB).save(pictures / 'sub' / 'd.png')
    for name in ('notes.txt', 'sub/table.csv', 'sub/.hidden/e.png'):
        (pictures / name).touch()
    assert list(run(pictures)[1]) == ['a', 'c']
    assert 'skipped 1 file, neither picture nor video' in capsys.readouterr().out
    code, found = run(pictures, '--recursive')
    assert code == 0 and list(found) == ['a', 'c', 'd']
    out = capsys.readouterr().out
    assert 'skipped 2 files, neither picture nor video: ' in out and 'sub/table.csv' in out


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


CURL = "download it first, for example with curl -LO '{}'"


@pytest.mark.parametrize('url, advice', [
    ('http://example.org/cat.php?id=3', CURL), ('https://example.org/film.mp4', CURL),
    ('file:///cat.jpg', 'give the path of a file'), ('S3://cats/*.mp4', 'give the path of a file')])
def test_urls_are_refused_and_stop_nothing(run, pictures, url, advice, capsys):
    code, found = run(url, pictures / 'a.png')
    assert code == 1 and list(found) == ['a']
    assert capsys.readouterr().err == (
        f'\nfailed: {url}: {url} is a URL, and nothing is fetched: {advice.format(url)}\n')


def test_pages_on_standard_input(run, monkeypatch):
    content = io.BytesIO()
    Image.fromarray(RGB).save(content, 'tiff', save_all=True, append_images=[Image.fromarray(RGB[::-1])] * 2)
    monkeypatch.setattr(sys, 'stdin', io.TextIOWrapper(io.BytesIO(content.getvalue())))
    code, found = run('-', '--every', 2)
    assert code == 0 and list(found) == ['stdin_000000', 'stdin_000002']
    assert found['stdin_000002']['image'] == 'standard input, frame 2'


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
