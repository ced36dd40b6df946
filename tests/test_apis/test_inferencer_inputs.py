"""What the inferencer takes: pictures in any form, folders, patterns; good and damaged ones."""
import numpy as np
import pytest
import torch
from mmengine.config import Config
from PIL import Image

from mmpartseg.apis import PartSegInferencer
from tests.given_pictures import RGB, maps, picture_fixture  # noqa: F401


def test_inputs_agree(inferencer, picture, model_files):
    expected = maps(inferencer(picture))[0]
    assert expected.shape == (1, 24, 40) and expected.dtype == torch.int64
    for image in (Image.fromarray(RGB), RGB[..., ::-1], RGB[..., ::-1].copy()):
        assert torch.equal(maps(inferencer(image))[0], expected)
    rgb = PartSegInferencer(*model_files, channel_order='rgb')
    assert torch.equal(maps(rgb(RGB))[0], expected)


def test_batches_folders_and_patterns(inferencer, tmp_path):
    images = [np.roll(RGB, shift, 1)[:24 - shift] for shift in range(3)]
    for i, image in enumerate(images):
        Image.fromarray(image).save(tmp_path / f'{i}.png')
    (tmp_path / 'video.mp4').touch()  # left out
    expected = [maps(inferencer(Image.fromarray(image)))[0] for image in images]
    for inputs in (tmp_path, f'{tmp_path}/*.png', [str(tmp_path / f'{i}.png') for i in range(3)]):
        found = inferencer(inputs, batch_size=2)
        assert all(map(torch.equal, maps(found), expected))
        assert [sample.img_path for sample in found] == [str(tmp_path / f'{i}.png')
                                                         for i in range(3)]


def test_damaged_pictures_of_a_folder(inferencer, tmp_path, monkeypatch):
    """The others are found, each with its own mask; whoever names a damaged one is told."""
    Image.fromarray(RGB).save(tmp_path / 'a.png')
    (tmp_path / 'b.png').write_bytes((tmp_path / 'a.png').read_bytes()[:-40])
    Image.fromarray(RGB[::-1]).save(tmp_path / 'c.png')
    (tmp_path / 'notes.txt').touch()
    said = []
    monkeypatch.setattr('mmpartseg.apis.prepared_pictures.print_log', lambda text, *_: said.append(text))
    masks = [np.full((24, 40), value, bool) for value in (False, False, True)]
    found = inferencer(tmp_path, batch_size=2, object='cat', object_masks=masks)
    assert [sample.img_path for sample in found] == [str(tmp_path / name) for name in ('a.png', 'c.png')]
    assert [bool((sample.pred_oracle_sem_seg.data < 4).any()) for sample in found] == [False, True]
    assert said == [f'skipped 1 file: {tmp_path}/notes.txt: no picture',
                    f'skipped 1 file: image {tmp_path}/b.png cannot be read (ValueError: it is cut short)']
    assert inferencer(tmp_path, return_datasamples=False)['images'] == [sample.img_path for sample in found]
    for inputs in (tmp_path / 'b.png', [tmp_path / 'a.png', tmp_path / 'b.png']):
        with pytest.raises(ValueError, match='b.png cannot be read'):
            inferencer(inputs)
    with pytest.raises(ValueError, match='^none of 1 picture can be read: image .*b.png'):
        inferencer(f'{tmp_path}/b*')
    with pytest.raises(ValueError, match="^object 'cow' is not in the vocabulary"):
        inferencer(tmp_path, object='cow')


def test_pipelines_that_keep_the_ratio(model_files):
    cfg = Config.fromfile(model_files[0])
    cfg.test_dataloader.dataset.pipeline[1].keep_ratio = True
    inferencer = PartSegInferencer(cfg, model_files[1])
    tall = RGB.transpose(1, 0, 2)[..., ::-1]
    found = inferencer([RGB, tall], batch_size=2)
    assert [m.shape for m in maps(found)] == [(1, 24, 40), (1, 40, 24)]
    assert torch.equal(maps(found)[1], maps(inferencer(tall))[0])


@pytest.mark.parametrize('size', [(1, 1), (1, 300), (300, 1), (2200, 40)])
def test_odd_sizes(inferencer, size):
    image = np.random.default_rng(1).integers(0, 256, (*size, 3), dtype=np.uint8)
    sample, = inferencer(image)
    assert sample.pred_sem_seg.data.shape == (1, *size)
    height, width, _ = inferencer.draw(image, sample).shape
    assert max(height, width) <= 1700  # small pictures are enlarged to 1600, plus the legend
