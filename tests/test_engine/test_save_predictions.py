"""Saved label maps: under the image's own path, in a depth that follows from the classes."""
from types import SimpleNamespace

import numpy as np
import pytest
import torch
from mmengine.structures import PixelData
from mmseg.structures import SegDataSample
from PIL import Image

from mmpartseg.datasets import PascalPart116Dataset
from mmpartseg.engine import SavePredictionsHook


class Data(list):
    """A data set of three classes."""
    metainfo = {'classes': 'abc'}  # noqa: RUF012

    def get_data_info(self, index):
        return self[index]


def loop_of(*datasets, classes=3):
    loops = [SimpleNamespace(dataloader=SimpleNamespace(dataset=each)) for each in datasets]
    for each in datasets:
        each.metainfo = {'classes': [f'{i}' for i in range(classes)]}
    return loops[0] if len(loops) == 1 else SimpleNamespace(members=loops, dataloader=loops[0].dataloader)


def sample(label, **meta):
    data = torch.tensor([[[0, label]]])
    return SegDataSample(metainfo=meta, pred_sem_seg=PixelData(data=data))


@pytest.mark.parametrize('classes, label, dtype', [
    (254, 254, np.uint8), (255, 255, np.uint16), (300, 3, np.uint16), (300, 300, np.uint16)])
def test_depth_follows_the_classes_not_the_picture(tmp_path, classes, label, dtype):
    runner = SimpleNamespace(test_loop=loop_of(Data(), classes=classes))
    hook = SavePredictionsHook(tmp_path)
    hook.before_test(runner)
    hook.after_test_iter(runner, 0, None, [sample(label, img_path='x/a.jpg')])
    stored = np.asarray(Image.open(tmp_path / 'pred_all' / 'a.png'))
    assert stored.dtype == dtype and stored.tolist() == [[0, label]]


def test_images_of_one_name_in_two_folders(empty_archive, tmp_path):
    for folder in 'ab':
        empty_archive.add('train', f'{folder}/1', {"cat's head": 9})
    dataset = PascalPart116Dataset(data_root=str(empty_archive.root), pipeline=[
        dict(type='LoadPartImage'), dict(type='LoadPartAnnotations'), dict(type='PackPartSegInputs')])
    runner = SimpleNamespace(test_loop=SimpleNamespace(dataloader=SimpleNamespace(dataset=dataset)))
    hook = SavePredictionsHook(tmp_path / 'out')
    hook.before_test(runner)
    for i in range(2):
        packed = dataset[i]['data_samples']
        packed.pred_sem_seg = PixelData(data=torch.full((1, 2, 2), i))
        hook.after_test_iter(runner, i, None, [packed])
    found = {str(p.relative_to(tmp_path / 'out')): int(np.asarray(Image.open(p)).max())
             for p in (tmp_path / 'out').rglob('*.png')}
    assert found == {'pred_all/a/1.png': 0, 'pred_all/b/1.png': 1}


@pytest.mark.parametrize('infos', [
    [dict(img_path='a/1.png'), dict(img_path='b/1.jpg')],  # of a data set that gives no name
    [dict(img_path='x/a/1.png', sample_name='a/1'), dict(img_path='y/a/1.png', sample_name='a/1')]])
def test_two_images_for_one_file(tmp_path, infos):
    first, second = infos
    together, apart = loop_of(Data(infos)), loop_of(Data([first]), Data([second]))
    for loop in (together, apart):
        with pytest.raises(ValueError, match=f"outputs of '{first['img_path']}' and '{second['img_path']}' "
                                             "would both be called"):
            SavePredictionsHook(tmp_path / 'out').before_test(SimpleNamespace(test_loop=loop))
    assert not (tmp_path / 'out').exists()
    twice = loop_of(Data([first, first]))
    SavePredictionsHook(tmp_path / 'out').before_test(SimpleNamespace(test_loop=twice))
