"""Mistakes that people have reported of this field's code, staged anew: each is refused, with its name.

In the other projects each of these ran through and gave a number, or ran what was in a file.
"""
import json
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import numpy as np
import torch
from mmengine.config import Config
from PIL import Image

from mmpartseg.apis import read_vocabulary
from mmpartseg.checkpoints import check_closed_head, check_state_dict
from mmpartseg.datasets import ConcatDataset, PartSegDataset
from mmpartseg.datasets.label_maps import read_label_map
from mmpartseg.datasets.preparation.instances import load_instances
from mmpartseg.datasets.transforms import LoadPartAnnotations, LoadPartImage
from mmpartseg.engine import lock_work_dir
from mmpartseg.engine.hooks.taxonomy_check_hook import check_classes
from mmpartseg.engine.launch import prepare_launch
from mmpartseg.evaluation import OpenVocabPartIoU
from tests.runs import in_child
from tests.tiny import segmentor

NAMES = ["cat's head", "cat's tail"]
SIZE = (8, 12)


class Report(NamedTuple):
    """A mistake: what it is, what makes it in a folder, and words of the answer."""
    name: str
    make: Callable
    answer: str


def _data(folder, ids=None, count=2, names=NAMES, suffix='.png', save=None, **options):
    """A data set of the usual layout in ``folder``; its first sample through the pipeline."""
    for kind in ('images', 'labels'):
        (folder / kind).mkdir(parents=True, exist_ok=True)
    for i in range(count):
        Image.new('RGB', SIZE[::-1]).save(folder / f'images/{i}.png', **(save or {}))
        array = np.zeros(SIZE, np.uint8) if ids is None else ids
        Image.fromarray(array).save(folder / f'labels/{i}.png', 'JPEG' if suffix == '.jpg' else None)
    dataset = PartSegDataset(
        taxonomy=names, data_root=str(folder), data_prefix=dict(img_path='images', seg_map_path='labels'),
        pipeline=[LoadPartImage(), LoadPartAnnotations()], **options)
    return dataset, dataset[0]


def _list(folder, text):
    _data(folder)
    (folder / 'list.txt').write_text(text)
    _data(folder, ann_file='list.txt')


def _stray(folder):
    _data(folder)
    (folder / 'images/1.png').unlink()
    _data(folder, count=1)


def _turned(folder):
    exif = Image.Exif()
    exif[0x0112] = 3
    _data(folder, save=dict(exif=exif))


def _joined(folder):
    first, second = (_data(folder / str(i), names=names)[0] for i, names in enumerate((NAMES, NAMES[::-1])))
    both = ConcatDataset([first, second], ignore_keys=['classes', 'palette', 'taxonomy', 'label_map'])
    check_classes(NAMES, both, 'the model', 'val_dataloader')


def _scored(number, size):
    metric = OpenVocabPartIoU(taxonomy=NAMES)
    maps = {key: {'data': torch.zeros(1, *SIZE)} for key in ('gt_sem_seg', 'pred_sem_seg')}
    metric.process(None, [dict(maps, img_path=f'{i}.png') for i in range(number)])
    return metric.evaluate(size)


def _coco(folder, name):
    (folder / 'a.json').write_text(json.dumps(dict(
        images=[dict(id=0, file_name='0.jpg', height=9, width=9)], annotations=[],
        categories=[dict(id=0, name=name), dict(id=1, name='head')])))
    load_instances(folder / 'a.json', ['head', 'tail'])


def _closed(classes):
    class Model:
        taxonomy, state_dict = segmentor().taxonomy, dict
    check_closed_head(Model, dict(state_dict={}, meta=dict(dataset_meta=dict(classes=classes))))


def _half_loaded():
    model = segmentor()
    check_state_dict(model, dict(list(model.state_dict().items())[:9]))


def _second_run(folder):
    lock_work_dir(folder)

    def second():
        try:
            lock_work_dir(folder)
        except ValueError:
            raise SystemExit(3) from None
    if in_child(second) == [3]:
        raise ValueError('another run is in it')


def _batch():
    prepare_launch(Config(dict(effective_batch_size=8, train_dataloader=dict(batch_size=2))), 'none')


def _rgb(folder):
    Image.new('RGB', SIZE).save(folder / 'colours.png')
    return str(folder / 'colours.png')


def outcome_of_report(report, folder):
    """``'clear error'`` where a mistake is answered as it should be, else what happened."""
    Path(folder).mkdir(parents=True)
    try:
        report.make(Path(folder))
    except (ValueError, FileNotFoundError) as error:
        return 'clear error' if report.answer in str(error) else f'unclear: {error}'
    return 'silent'


REPORTS = [
    Report('data sets of other classes joined in a plain loop', _joined, 'first differ at class 0'),
    Report('fewer samples than the data set has', lambda folder: _scored(1, 10), '1 sample counted'),
    Report('more samples than the data set has', lambda folder: _scored(11, 10), '11 samples counted'),
    Report('a picture twice in a list',
           lambda folder: _list(folder, '0\n1\n0\n'), "names '0' in lines 1 and 3"),
    Report('a name that is no picture', lambda folder: _list(folder, '0\n7\n'), "names '7'"),
    Report('a label map without its picture', _stray, 'has no image'),
    Report('a label map as JPEG under a .png name',
           lambda folder: _data(folder, suffix='.jpg'), 'holds JPEG data'),
    Report('a label map in colours',
           lambda folder: _data(folder, np.zeros((*SIZE, 3), np.uint8)), 'has mode RGB'),
    Report('255 in a label map of 16 bits',
           lambda folder: _data(folder, np.full(SIZE, 255, np.uint16)), 'id 255'),
    Report('classes that count from 1', lambda folder: _data(folder, np.full(SIZE, 2, np.uint8)), 'id 2'),
    Report('a label map of another size', lambda folder: _data(folder, np.zeros((4, 4), np.uint8)), '4x4'),
    Report('a picture turned by its EXIF tag, its labels not', _turned, 'orientation'),
    Report('categories in another order',
           lambda folder: _coco(folder, 'tail'), "category 0 is called 'tail'"),
    Report('a closed head with weights of another class order',
           lambda folder: _closed(NAMES), 'was trained on'),
    Report('a checkpoint that lacks most weights', lambda folder: _half_loaded(), 'entries missing'),
    Report('two runs in one work dir', _second_run, 'another run'),
    Report('a batch that contradicts itself', lambda folder: _batch(), 'contradicts'),
    Report('a part named twice', lambda folder: read_vocabulary('cat: head, Head'), 'repeated'),
    Report('a palette file whose colours were meant',
           lambda folder: read_label_map(_rgb(folder)), 'has mode RGB'),
]
