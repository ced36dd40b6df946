"""Frames of good and damaged videos, and the video of overlays."""
import os
import resource
import signal

import cv2
import numpy as np
import pytest

from mmpartseg.apis.videos import OverlayVideo, count_frames, frame_rate, video_frames
from tests.runs import in_child


def write_video(path):
    """Five frames whose brightness rises by 40."""
    writer = cv2.VideoWriter(str(path), cv2.VideoWriter_fourcc(*'MJPG'), 5, (32, 24))
    for i in range(5):
        writer.write(np.full((24, 32, 3), 40 * i, np.uint8))
    writer.release()


def test_video(tmp_path):
    path = str(tmp_path / 'v.AVI')
    write_video(tmp_path / 'v.AVI')
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


def test_what_opencv_would_open_besides_files(tmp_path, monkeypatch):
    """A pipe, for which it waits; an address; a pattern of names; a folder."""
    monkeypatch.chdir(tmp_path)
    os.mkfifo('pipe.mp4')
    for i in range(3):
        cv2.imwrite(f'frame_{i}.png', np.zeros((24, 32, 3), np.uint8))
    for name in ('pipe.mp4', 'http://127.0.0.1:9/v.mp4', 'frame_%d.png', '.'):
        assert count_frames(name) == 0 and frame_rate(name) == 25
        with pytest.raises(ValueError, match=f'video {name} cannot be read'):
            list(video_frames(name))


def test_a_video_that_does_not_fit(tmp_path):
    """OpenCV says nothing, and leaves a file that cannot be read."""
    def limited():
        resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, 20_000))
        video = OverlayVideo(tmp_path / 'o.mp4', 5)
        video.start((480, 640))
        noise = np.random.default_rng(0).integers(0, 256, (480, 640, 3), np.uint8)
        for _ in range(9):
            video.add(noise)
        try:
            with pytest.raises(OSError, match=r"o.mp4' cannot be written; is the disk full\?"):
                video.close()
        finally:
            video.discard()
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    assert in_child(limited) == [0]
    assert list(tmp_path.iterdir()) == []


def test_damaged_video(tmp_path):
    path = str(tmp_path / 'v.avi')
    writer = cv2.VideoWriter(path, cv2.VideoWriter_fourcc(*'MJPG'), 5, (64, 48))
    noise = np.random.default_rng(0).integers(0, 256, (48, 64, 3), dtype=np.uint8)
    for _ in range(10):
        writer.write(noise)  # the file is mostly frames
    writer.release()
    content = (tmp_path / 'v.avi').read_bytes()
    (tmp_path / 'v.avi').write_bytes(content[:len(content) * 2 // 3])
    read = []
    with pytest.raises(ValueError, match=r'ends after \d of 10 frames: it is damaged'):
        for index, frame in video_frames(path):
            read.append(index)
            assert frame.shape == (48, 64, 3)
    assert read == list(range(len(read))) and 0 < len(read) < 10


def test_frame_rate(tmp_path):
    write_video(tmp_path / 'v.avi')
    assert frame_rate(str(tmp_path / 'v.avi')) == 5
    assert frame_rate(str(tmp_path / 'gone.avi')) == 25


def test_overlay_video(tmp_path):
    """Odd sizes become even; smaller pictures lie on white, centred at the top; larger are cut."""
    video = OverlayVideo(tmp_path / 'o.mp4', 2.5)
    video.start((47, 63))
    for shape in ((47, 63, 3), (20, 32, 3), (90, 200, 3)):
        video.add(np.full(shape, (200, 0, 0), np.uint8))
    assert not (tmp_path / 'o.mp4').exists()
    video.close()
    video.discard()
    assert [p.name for p in tmp_path.iterdir()] == ['o.mp4']
    assert frame_rate(str(tmp_path / 'o.mp4')) == 2.5
    frames = [frame.astype(int) for _, frame in video_frames(str(tmp_path / 'o.mp4'))]
    assert [frame.shape for frame in frames] == [(48, 64, 3)] * 3
    assert abs(frames[0][10, 10] - [0, 0, 200]).max() < 20
    assert abs(frames[1][10, 30] - [0, 0, 200]).max() < 20
    assert frames[1][10, 4].min() > 230 and frames[1][35, 30].min() > 230
    assert abs(frames[2][40, 60] - [0, 0, 200]).max() < 20


def test_an_unfinished_video_leaves_nothing(tmp_path):
    video = OverlayVideo(tmp_path / 'o.mp4', 5)
    video.close()  # no frame
    video.start((48, 64))
    video.discard()
    assert list(tmp_path.iterdir()) == []
    with pytest.raises(OSError, match=r'cannot write the video .*codec mp4v'):
        OverlayVideo(tmp_path / 'gone' / 'o.mp4', 5).start((48, 64))
