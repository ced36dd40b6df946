"""What a user names, in order and each once."""
import pytest

from mmpartseg.apis.sources import find_sources, is_video


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


def test_videos_by_name():
    assert is_video('v.AVI') and is_video('a/v.mp4') and not is_video('v.jpg')
