"""One command for all tools, from any folder."""
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from mmpartseg import command_line
from mmpartseg.command_line import COMMANDS, converters, main

ROOT = Path(__file__).parents[1]
NOT_NEEDED = ['mmdet', 'transformers', 'matplotlib', 'pandas', 'wandb', 'tensorboard', 'onnx', 'gradio']


def command(*args, cwd=ROOT, **options):
    """Run ``python -m mmpartseg``."""
    return subprocess.run([sys.executable, '-m', 'mmpartseg', *map(str, args)], cwd=cwd, text=True,
                          capture_output=True, **options)


def test_help_names_the_commands(capsys):
    with pytest.raises(SystemExit):
        main(['--help'])
    out = capsys.readouterr().out
    assert all(f'\n  {name} ' in out for name in COMMANDS)


@pytest.mark.parametrize('args, said', [
    (['test', 'part_shapes', 'gone.pth'],
     "mmpartseg test: error: argument checkpoint: there is no file 'gone.pth'"),
    (['train'], 'mmpartseg train: error: the following arguments are required: config'),
    (['predict', '--topp', '3', 'a.jpg'], 'mmpartseg predict: error: unrecognized arguments: --topp'),
    (['convert', 'masks'], 'usage: mmpartseg convert masks '),
    (['help', 'check'], 'usage: mmpartseg check ')])
def test_mistakes_are_answered_before_anything_slow(args, said, monkeypatch, capsys):
    monkeypatch.setattr(command_line, 'register', lambda: pytest.fail('nothing is to be registered yet'))
    monkeypatch.setattr(sys, 'argv', [])
    monkeypatch.setattr(sys, 'path', ['', *sys.path])
    with pytest.raises(SystemExit):
        main(args)
    said_so = capsys.readouterr()
    assert said in said_so.out + said_so.err


def test_the_corrected_command_begins_with_the_command(monkeypatch, capsys):
    monkeypatch.setattr(command_line, 'register', lambda: None)
    monkeypatch.setattr(sys, 'argv', [])
    monkeypatch.setattr(sys, 'path', ['', *sys.path])
    with pytest.raises(SystemExit):
        main(['predict', 'a.jpg', 'c.py', 'w.pth', '--top', '3'])
    said = capsys.readouterr().err
    assert said.endswith('; write: mmpartseg predict a.jpg --top 3 --config c.py --checkpoint w.pth\n')


def test_registering_follows_the_arguments(tmp_path, monkeypatch):
    tool = tmp_path / 'tool.py'
    tool.write_text("import argparse\nargparse.ArgumentParser().parse_args()\nprint('then')\n")
    monkeypatch.setattr(sys, 'argv', [])
    monkeypatch.setattr(sys, 'path', ['', *sys.path])
    ran, parse = [], command_line.argparse.ArgumentParser.parse_args
    monkeypatch.setattr(command_line, 'register', lambda: ran.append('registered'))
    monkeypatch.setattr('builtins.print', ran.append)
    assert command_line.run(tool, 'mmpartseg tool', []) == 0
    assert ran == ['registered', 'then'] and command_line.argparse.ArgumentParser.parse_args is parse


def test_converters_say_what_they_do(capsys):
    with pytest.raises(SystemExit):
        main(['convert', '--help'])
    lines = [line.split(maxsplit=1) for line in capsys.readouterr().out.split('names:\n')[1].splitlines()]
    texts = {line[0]: line[1] for line in lines if len(line) == 2}
    assert set(converters()) < set(texts) and texts['labelme'].startswith('Import ')
    assert not any(name.endswith('_options') for name in converters())


def test_commands_are_the_tools(monkeypatch):
    ran = []
    monkeypatch.setattr(command_line, 'register', lambda: None)
    monkeypatch.setattr(command_line.runpy, 'run_path', lambda path, run_name: ran.append((path, *sys.argv)))
    monkeypatch.setattr(sys, 'argv', [])
    monkeypatch.setattr(sys, 'path', ['', *sys.path])
    for name, (script, _) in COMMANDS.items():
        if script is not None:
            assert main([name, 'a', '--b']) == 0
            assert ran[-1] == (str(ROOT / 'tools' / script), f'mmpartseg {name}', 'a', '--b')
            assert Path(ran[-1][0]).is_file()
    main(['convert', 'pascal_part', '--help'])
    assert ran[-1] == (str(ROOT / 'tools' / 'dataset_converters' / 'pascal_part.py'),
                       'mmpartseg convert pascal_part', '--help')
    assert 'to_mmpartseg' in converters() and 'check' not in converters()


@pytest.mark.parametrize('args, message', [
    (['preditc'], "invalid choice: 'preditc'"), ([], 'required: COMMAND'), (['convert'], 'required: NAME'),
    (['convert', 'coco'], "invalid choice: 'coco'"), (['models', 'x'], 'unrecognized arguments: x'),
])
def test_errors(args, message, capsys):
    with pytest.raises(SystemExit) as caught:
        main(args)
    assert caught.value.code == 2 and message in capsys.readouterr().err


def test_ctrl_c_while_a_tool_is_imported(monkeypatch, capsys):
    def interrupted():
        raise KeyboardInterrupt
    monkeypatch.setattr(command_line, 'register', interrupted)
    assert main(['predict', 'a.jpg']) == 130
    assert capsys.readouterr().err == '\nstopped\n'


def test_models_are_listed(capsys):
    assert main(['models']) == 0
    out = capsys.readouterr().out
    assert 'mini: ' in out and 'trained_on: pascal_part_116:seen' in out and 'clipseg://CIDAS' in out
    assert 'weights: given once: mmpartseg predict' in out
    assert 'trained_on: no parts' in out and 'scores: PartShapes, 61.59' in out


def test_a_prediction_from_another_folder(tmp_path):
    """It needs none of the slow modules that others bring along where they are installed."""
    (tmp_path / 'site').mkdir()
    (tmp_path / 'site' / 'sitecustomize.py').write_text(
        f'import sys\nsys.modules.update(dict.fromkeys({NOT_NEEDED}))  # an import of one fails\n')
    paths = os.pathsep.join([str(tmp_path / 'site'), str(ROOT), os.environ.get('PYTHONPATH', '')])
    picture = ROOT / 'data' / 'sample_pascal_part' / 'images' / 'val' / 'chelsea_mirrored.jpg'
    done = command('predict', picture, '--parts', 'cat: head, ear', '--object', 'Cat', '--out', 'out',
                   cwd=tmp_path, env={**os.environ, 'PYTHONPATH': paths})
    assert done.returncode == 0, done.stderr
    assert 'the miniature answers' in done.stdout and f'{picture}: ' in done.stdout
    assert (tmp_path / 'out' / 'chelsea_mirrored_overlay.png').is_file()


@pytest.mark.parametrize('name, near', [('maxi', ''), ('Mni', "; did you mean 'mini'?")])
def test_a_model_that_there_is_not(tmp_path, monkeypatch, name, near):
    """One line, as of a tool."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, 'argv', [])
    monkeypatch.setattr(sys, 'path', ['', *sys.path])
    Path('photo.png').touch()
    with pytest.raises(SystemExit, match=f"^error: .*'{name}'.* see `mmpartseg models`{re.escape(near)}$"):
        main(['predict', 'photo.png', '--model', name])
