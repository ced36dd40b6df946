"""Object maps of a test set, predicted by any MMSegmentation model, for the Pred-Obj setting.

Writes a PNG for each image, under the image's path below the image folder (a/1.png for a/1.jpg), with ids
in the order of the data set's object_classes and the highest value elsewhere, the form of the archives'
own object maps; LoadObjectPrediction reads them. The model's classes are matched to the objects by name.
"""
import argparse
import sys
from pathlib import Path


def parse_args(argv=None):
    """Parse the command line."""
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('model', help='config of the object segmentation model')
    parser.add_argument('checkpoint', help='its weights')
    parser.add_argument('data', help='config whose test set is to be predicted')
    parser.add_argument('--out', required=True, help='folder for the maps')
    parser.add_argument('--device', help='such as cpu (default: the best that there is)')
    return parser.parse_args(argv)


if __name__ == '__main__':
    parse_args()  # --help and mistakes are answered before the slow imports

import mmpartseg  # noqa: F401  makes mmseg importable without compiled mmcv, and with newer mmcv

# isort: split
import numpy as np
from mmengine.config import Config
from mmengine.device import get_device
from mmengine.runner import load_checkpoint
from mmengine.utils import ProgressBar
from mmseg.apis import inference_model, init_model
from mmseg.registry import DATASETS

from mmpartseg.datasets.label_files import smallest_dtype
from mmpartseg.datasets.output_names import check_output_names, output_name
from mmpartseg.datasets.preparation import ignore_value, run_main, write_label_map
from mmpartseg.printable import counted, printable


def object_table(classes, object_classes):
    """Id of an object for each class of a model, by name; upper case and spaces do not matter.

    Args:
        classes (Sequence[str]): of the model, in the order of its ids.
        object_classes (Sequence[str]): of the data set, in the order of ids in its object maps.

    Returns:
        ndarray: (len(classes),) uint8, or uint16 for more than 255 objects; the type's highest value
        for a class that is no object.

    Raises:
        ValueError: no name agrees.
    """
    ids = {_plain(name): i for i, name in enumerate(object_classes)}
    dtype = smallest_dtype(len(object_classes) - 1)
    nothing = ignore_value(dtype)
    table = np.array([ids.get(_plain(name), nothing) for name in classes], dtype)
    if (table == nothing).all():
        raise ValueError(f'no class of the model, of {len(classes)}, is an object of the '
                         f'data set; the model has {tuple(classes)[:5]}…, the data set '
                         f'{tuple(object_classes)[:5]}…')
    return table


def _plain(name):
    return name.lower().replace(' ', '')


def test_sets(config, **options):
    """The test data sets of a config, file lists only; with ``lazy_init=True`` without them."""
    dataset = Config.fromfile(config).test_dataloader.dataset
    return [DATASETS.build({**leaf, 'pipeline': [], **options})
            for leaf in dataset.get('datasets', [dataset])]


def predict(model, datasets, out):
    """Write an object map for every image of the data sets; ValueError if two would share one."""
    check_output_names(datasets)
    object_classes = datasets[0].metainfo['object_classes']
    table = object_table(model.dataset_meta['classes'], object_classes)
    unknown = [name for i, name in enumerate(object_classes) if i not in table]
    print(f"the model knows {len(object_classes) - len(unknown)} of "
          f"{counted(len(object_classes), 'object')}; "
          f'not these: {unknown}')
    samples = [dataset.get_data_info(i) for dataset in datasets for i in range(len(dataset))]
    bar = ProgressBar(len(samples), file=sys.stderr)
    for sample in samples:
        labels = inference_model(model, sample['img_path']).pred_sem_seg.data[0].cpu().numpy()
        write_label_map(Path(out) / f'{output_name(sample)}.png', table[labels])
        bar.update()


def load_model(config, checkpoint, device):
    """An MMSegmentation model whose ``dataset_meta`` has its classes' names.

    Raises:
        ValueError: neither the weights' file nor the test data of the config names them, or not as many; a
            model of this package, whose classes are parts.
    """
    model = init_model(config, None, device)
    if hasattr(model, 'taxonomy'):
        raise ValueError(f'{printable(config)} is a model of parts: its classes, such as "'
                         f'{model.taxonomy.object_parts[0]}", are no objects. Give a model of MMSegmentation '
                         'whose classes are; with the objects that a PartCLIPSegHead finds, tools/test.py '
                         'scores Pred-All, which needs no object maps')
    meta = load_checkpoint(model, checkpoint, map_location='cpu').get('meta') or {}
    classes = (meta.get('dataset_meta') or {}).get('classes') or meta.get('CLASSES')  # of mmseg 1 and 0
    if classes is None and model.cfg.get('test_dataloader'):  # a file of weights alone, such as .safetensors
        classes = test_sets(config, lazy_init=True)[0].metainfo.get('classes')
    if classes is None:
        raise ValueError(f'{printable(checkpoint)} does not name its classes, nor does the test_dataloader '
                         f'of {printable(config)}: give a checkpoint of tools/train.py, or a config with the '
                         "model's test data")
    scored = getattr(model.decode_head, 'num_classes', None) or len(classes)
    if scored != len(classes):
        raise ValueError(f'{printable(config)} scores {counted(scored, "class", "classes")}, and '
                         f'{len(classes)} names were found for them')
    model.dataset_meta = dict(classes=classes)
    return model


def main(argv=None):
    """Command line."""
    args = parse_args(argv)
    model = load_model(args.model, args.checkpoint, args.device or get_device())
    predict(model, test_sets(args.data), args.out)


if __name__ == '__main__':
    run_main(main)
