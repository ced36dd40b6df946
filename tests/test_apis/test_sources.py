"""What a user names, in order and each once; frames of videos."""
import cv2
import numpy as np
import pytest

from mmpartseg.apis.sources import count_frames, find_sources, is_video, video_frames


def write_video(path, count=5):
    """Frames whose brightness rises by 40."""
    writer = cv2.VideoWriter(str(path), cv2.VideoWriter_fourcc(*'MJPG'), 5, (32, 24))
    for i in range(count):
        writer.write(np.full((24, 32, 3), 40 * i, np.uint8))
    writer.release()


@pytest.fixture
def folder(tmp_path):
    for name in ('b.jpg', 'a.PNG', 'notes.txt', '._b.jpg', 'clip.avi', 'sub/c.jpg', 'odd[1].jpg'):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).touch()
    return tmp_path


def test_folder(folder):
    found = find_sources([folder])
    assert found == [str(folder / n) for n in ('a.PNG', 'b.jpg', 'clip.avi', 'odd[1].jpg')]


def test_pattern_file_and_order(folder):
    found = find_sources([f'{folder}/sub/*', f'{folder}/**/*.jpg', 'gone.jpg', f'{folder}/odd[1].jpg'])
    assert found == [str(folder / n) for n in ('sub/c.jpg', 'b.jpg', 'odd[1].jpg')][:2] + [
        str(folder / 'odd[1].jpg'), 'gone.jpg']


def test_errors(tmp_path):
    with pytest.raises(FileNotFoundError, match='holds no image and no video'):
        find_sources([tmp_path])
    with pytest.raises(FileNotFoundError, match=r"no file matches '.*\*.jpg'"):
        find_sources([f'{tmp_path}/*.jpg'])


def test_video(tmp_path):
    path = str(tmp_path / 'v.AVI')
    write_video(tmp_path / 'v.AVI')
    assert is_video(path) and not is_video('v.jpg')
    assert count_frames(path) == 5
    assert [i for i, _ in video_frames(path)] == [0, 1, 2, 3, 4]
    frames = list(video_frames(path, every=2))
    assert [i for i, _ in frames] == [0, 2, 4]
    assert all(abs(int(f.mean()) - 40 * i) <= 3 and f.shape == (24, 32, 3) for i, f in frames)


def test_broken_video(tmp_path):
    (tmp_path / 'v.mp4').write_bytes(b'no video')
    assert count_frames(str(tmp_path / 'v.mp4')) == 0
    with pytest.raises(ValueError, match=r'video .*v.mp4 cannot be read'):
        list(video_frames(str(tmp_path / 'v.mp4')))
