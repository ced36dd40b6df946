"""tools/predict.py: what is looked for, and what counts as found."""
import cv2
import numpy as np
import pytest
from PIL import Image

from tests.predicting import RGB, model_files_fixture, pictures_fixture, predict, run_fixture  # noqa: F401


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


def test_ground_truth_of_another_size(run, pictures, tmp_path, capsys):
    Image.fromarray(RGB[:9, :9, 0]).save(tmp_path / 'truth.png')
    code, _ = run(pictures / 'a.png', '--ground-truth', tmp_path / 'truth.png')
    assert code == 1
    assert 'ground truth has shape (9, 9), its image (24, 40)' in capsys.readouterr().err


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


def test_ids_beyond_the_vocabulary(run, pictures, tmp_path, capsys):
    Image.fromarray(np.full((24, 40), 9, np.uint8)).save(tmp_path / 'truth.png')
    assert run(pictures / 'a.png', '--ground-truth', tmp_path / 'truth.png')[0] == 1
    assert 'the ground truth has the values [9], and the vocabulary of 4 parts has the ids 0 to 3' in (
        capsys.readouterr().err)


def test_slips_of_the_keyboard(run, pictures, capsys):
    run(pictures / 'a.png', parts='cat: head, tial; bicylce: wheel')
    out = capsys.readouterr().out
    assert "'tial': did you mean 'tail'?" in out and "'bicylce': did you mean 'bicycle'?" in out
    with pytest.raises(ValueError, match=r"not in the vocabulary: \['tial'\]; .*; did you mean 'tail'"):
        run(pictures / 'a.png', '--attention', 'tial')


def test_ground_truth_beside_parts_put_together(run, pictures, tmp_path, monkeypatch):
    """Of both the ids are regrouped; the prediction had the colours and names of other parts."""
    drawn = []

    def grid(samples, taxonomy, **options):
        drawn.append((samples[0][1].gt_sem_seg.data[0].numpy(), taxonomy.object_parts))
        return np.zeros((4, 4, 3), np.uint8)
    monkeypatch.setattr('mmpartseg.apis.one_picture.sample_grid', grid)
    truth = np.full((24, 40), 255, np.uint8)
    truth[:, :8], truth[:, 8:16], truth[:, 16:24], truth[:, 24:30] = 0, 1, 2, 5
    Image.fromarray(truth).save(tmp_path / 'truth.png')
    run(pictures / 'a.png', '--merge', 'all = head, tail', '--ground-truth', tmp_path / 'truth.png',
        parts='horn; cat: head, tail; cow: head, horn')
    (found, names), = drawn
    assert names == ("anything's horn", "cat's all", "cow's all", "cow's horn")
    np.testing.assert_array_equal(found[0, [0, 8, 16, 24, 30]], [0, 1, 1, 4, 255])


def test_attention_of_what_is_found(run, pictures, monkeypatch):
    """Without a name those of the printed line, whatever the threshold, under the names that were typed."""
    drawn = []
    monkeypatch.setattr('mmpartseg.apis.batch_prediction.attention_figure',
                        lambda explanation, names: drawn.append(names) or np.zeros((4, 4, 3), np.uint8))
    words = 'horn; cat: head, tail'
    _, found = run(pictures / 'a.png', '--attention', parts=words)
    assert drawn.pop() == [part['name'] for part in found['a']['parts']] != []
    run(pictures / 'a.png', '--attention', '--except', 'horn, head, tail', parts=words)
    run(pictures / 'a.png', '--attention', 'horn', parts=words)
    assert drawn == [[], ['horn']]
