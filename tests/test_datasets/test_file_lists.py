"""Which files a split consists of."""
import json

import pytest

from mmpartseg.datasets.file_lists import list_stems, listed_stems

SUFFIXES = ('.jpg', '.jpeg', '.JPEG')
STEMS = {'2008_1': '2008_1.jpg', 'a/2008_2': 'a/2008_2.JPEG', 'v1.5': 'v1.5.jpg'}


def touch(folder, *names):
    for name in names:
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()


def test_names_and_subfolders_in_order(tmp_path):
    touch(tmp_path, 'b.jpg', 'a.jpeg', 'sub/c.JPEG', 'v1.5.jpg', 'notes.txt', 'd.png')
    found = list_stems(str(tmp_path), SUFFIXES)
    assert list(found.items()) == [('a', 'a.jpeg'), ('b', 'b.jpg'), ('sub/c', 'sub/c.JPEG'),
                                   ('v1.5', 'v1.5.jpg')]
    assert list(list_stems(str(tmp_path), '.png')) == ['d']


def test_hidden_files_are_skipped(tmp_path):
    touch(tmp_path, 'a.jpg', '._a.jpg', '.hidden.jpg', '.cache/b.jpg', '__MACOSX/._c.jpg')
    assert list(list_stems(str(tmp_path), SUFFIXES)) == ['a']


def test_two_images_of_one_stem(tmp_path):
    touch(tmp_path, 'a.jpg', 'a.jpeg')
    with pytest.raises(ValueError, match=r"'a\.jpeg' and 'a\.jpg' in .* differ in their suffix"):
        list_stems(str(tmp_path), SUFFIXES)


def test_text_list(tmp_path):
    path = tmp_path / 'train.txt'
    path.write_text('v1.5\n\n 2008_1 \n\na/2008_2.JPEG\n')
    assert listed_stems(str(path), STEMS, SUFFIXES) == ['v1.5', '2008_1', 'a/2008_2']


@pytest.mark.parametrize('text', ['2008_1\nv1.5\n2008_1\n', '2008_1\nv1.5\nx/2008_1.jpg\n'])
def test_text_list_with_repetitions(tmp_path, text):
    """The same line, or another name of the same image."""
    (tmp_path / 'train.txt').write_text(text)
    with pytest.raises(ValueError, match=r"train\.txt names '2008_1' (in lines 1 and 3|and 'x/2008_1.jpg')"):
        listed_stems(str(tmp_path / 'train.txt'), STEMS, SUFFIXES)


def test_json_list_with_foreign_folders_and_repetitions(tmp_path):
    """The published few-shot lists state paths and may name an image once per class."""
    path = tmp_path / 'train_16shot.json'
    names = ['datasets/P/images/train/2008_1.jpg', 'images/a/2008_2.JPEG', './v1.5.jpg',
             'datasets/P/images/train/2008_1.jpg']
    path.write_text(json.dumps([{'file_name': name, 'id': 3} for name in names]))
    assert listed_stems(str(path), STEMS, SUFFIXES) == ['2008_1', 'a/2008_2', 'v1.5']


def test_the_longest_tail_counts(tmp_path):
    path = tmp_path / 'list.txt'
    path.write_text('x/a/1.jpg\nx/b/1.jpg\n')
    stems = {'1': '1.jpg', 'a/1': 'a/1.jpg'}
    assert listed_stems(str(path), stems, '.jpg') == ['a/1', '1']


def test_listed_but_absent(tmp_path):
    path = tmp_path / 'train.txt'
    path.write_text('2008_1\n2008_9\n2008_10\n')
    with pytest.raises(FileNotFoundError, match=r"train\.txt names '2008_9', .*\(2 such .* of 3"):
        listed_stems(str(path), STEMS, SUFFIXES)


@pytest.mark.parametrize(('content', 'message'), [
    ('[{"file_name": "a.jpg"}, {"name": "b"}]', "entry 1 is {'name': 'b'}"),
    ('["a.jpg"]', 'entry 0 is a.jpg'),
    ('[{"file_name": 3}]', "entry 0 is {'file_name': 3}"),
    ('{"images": []}', "entry 0 is {'images': .*expected a list"),
    ('[{"file_name": ', 'not valid JSON'),
    ('[]', 'lists no image'),
])
def test_bad_json(tmp_path, content, message):
    (tmp_path / 'shots.json').write_text(content)
    with pytest.raises(ValueError, match=rf'shots\.json.*{message}'):
        listed_stems(str(tmp_path / 'shots.json'), STEMS, SUFFIXES)


def test_binary_list(tmp_path):
    (tmp_path / 'a.txt').write_bytes(b'\xff\xd8\xff')
    with pytest.raises(ValueError, match=r'a\.txt is not a text'):
        listed_stems(str(tmp_path / 'a.txt'), STEMS, SUFFIXES)


def test_empty_and_missing_lists(tmp_path):
    (tmp_path / 'none.txt').write_text('\n\n')
    with pytest.raises(ValueError, match=r'none\.txt lists no image'):
        listed_stems(str(tmp_path / 'none.txt'), STEMS, SUFFIXES)
    with pytest.raises(FileNotFoundError, match=r'gone\.txt does not exist'):
        listed_stems(str(tmp_path / 'gone.txt'), STEMS, SUFFIXES)
