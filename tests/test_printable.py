"""No name of a file reaches a terminal as a command."""
import os

import pytest
from PIL import Image

from mmpartseg.checkpoints import read_checkpoint
from mmpartseg.datasets.file_lists import read_names
from mmpartseg.datasets.label_maps import read_label_map
from mmpartseg.printable import counted, printable
from tests.tiny_model import load_tool, write_model

NAME = 'photo\x1b[2J\n'
SHOWN = 'photo\\x1b[2J\\n'


def test_one_line_whatever_it_holds():
    assert printable(NAME) == SHOWN
    assert printable('Größe 5.jpg') == 'Größe 5.jpg'
    assert printable(os.fsdecode(b'\xff.png')) == '\\udcff.png'


def test_numbers_with_their_noun():
    assert [counted(n, 'picture') for n in range(3)] == ['0 pictures', '1 picture', '2 pictures']
    assert counted(1, 'class', 'classes') == '1 class' and counted(2, 'class', 'classes') == '2 classes'


@pytest.mark.parametrize('read', [read_checkpoint, read_label_map, read_names])
def test_in_errors(read, tmp_path):
    path = tmp_path / NAME
    path.write_bytes(b'\xff\xfe')
    with pytest.raises(ValueError) as error:
        read(str(path))
    assert SHOWN in str(error.value) and '\x1b' not in str(error.value)


def test_of_pictures(tmp_path, capsys):
    """One that is damaged is named; a name that is no text does not stop its results."""
    config, weights = write_model(tmp_path)
    damaged, strange = tmp_path / f'{NAME}.png', os.fsdecode(os.fsencode(tmp_path) + b'/\xff.png')
    damaged.write_bytes(b'no picture')
    folder = tmp_path / 'pictures'
    folder.mkdir()
    (folder / f'{NAME}.doc').write_text('no picture')
    Image.new('RGB', (32, 32)).save(folder / f'{NAME}.png')
    Image.new('RGB', (32, 32)).save(strange)
    code = load_tool('predict').main([
        str(damaged), str(folder), strange, '--config', str(config), '--checkpoint', str(weights), '--out',
        str(tmp_path / 'out')])
    output = capsys.readouterr()
    assert code == 1 and f'failed: {tmp_path}/{SHOWN}.png: image' in output.err
    assert '\x1b[2J' not in output.out + output.err
    assert f'skipped 1 file, neither picture nor video: {folder}/{SHOWN}.doc' in output.out
    assert f'{folder}/{SHOWN}.png: ' in output.out
    assert len(list((tmp_path / 'out').glob('*.json'))) == 2
