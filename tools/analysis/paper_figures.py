"""The paper's figures 1, 4 and 5, of any models and of pictures of a test set.

    python tools/analysis/paper_figures.py 1 PartCLIPSeg=CONFIG,CHECKPOINT --out levels.png
    python tools/analysis/paper_figures.py 4 a=CONFIG,CHECKPOINT b=CONFIG,CHECKPOINT --out attention.png
    python tools/analysis/paper_figures.py 5 a=CONFIG,CHECKPOINT b=CONFIG,CHECKPOINT --out pred_all.png

1: the input, what one model makes of it in Pred-All, level by level (objects, generalized parts,
object-specific parts), and the ground truth. 4: the attention of the smallest parts in the ground truth
(or of --parts), model by model; of a part that a model does not find, the attention of its best token.
5: input, ground truth and the Pred-All label map of each model.

Pictures are those of the first model's test set (--pictures names some); by default the first ones that show
objects unseen in training, one for each object in turn, so that nobody chooses.
"""
import argparse


def parse_args(argv=None):
    """Parse the command line."""
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('figure', type=int, choices=(1, 4, 5))
    parser.add_argument('models', nargs='+', metavar='TITLE=CONFIG,CHECKPOINT')
    parser.add_argument('--pictures', nargs='+', metavar='NAME',
                        help='of the test set, without folder and ending')
    parser.add_argument('--number', type=int, default=5, help='of pictures, where none is named (5)')
    parser.add_argument('--parts', nargs='+', metavar='PART',
                        help='of figure 4: "cat\'s head", or head of every object')
    parser.add_argument('--out', required=True, help='PNG or JPEG file')
    args = parser.parse_args(argv)
    args.models = [model_of(parser, text) for text in args.models]
    if args.figure == 1 and len(args.models) > 1:
        parser.error(f'figure 1 is of one model, got {len(args.models)}')
    return args


def model_of(parser, text):
    """(title, config, checkpoint) of an argument."""
    title, equals, files = text.partition('=')
    config, comma, checkpoint = files.partition(',')
    if not (title and config and checkpoint):
        parser.error(f"{text!r} is no TITLE=CONFIG,CHECKPOINT such as 'ours=part_shapes,iter_1200.pth'")
    return title, config, checkpoint


if __name__ == '__main__':
    parse_args()  # --help and mistakes are answered before the slow imports

import mmpartseg  # noqa: F401  before mmseg, which refuses newer mmcv by its number

# isort: split
from pathlib import Path

import numpy as np
from mmengine.registry import init_default_scope
from mmseg.registry import DATASETS

from mmpartseg.apis import PartSegInferencer
from mmpartseg.apis.explanation import Explanation, chosen_classes
from mmpartseg.apis.images import read_image
from mmpartseg.datasets.preparation import run_main
from mmpartseg.visualization import FIGURE_TITLES, make_grid, overlay, part_palette, stack
from mmpartseg.visualization.grid import save_picture

SMALLEST = 2  # parts of a picture in figure 4


class Picture:
    """One of the test set: its name, path, ground truth (H, W) and the classes in it, largest first."""

    def __init__(self, dataset, index):
        info = dataset.get_data_info(index)
        self.path, self.name = info['img_path'], Path(info['img_path']).stem
        self.labels = dataset[index]['data_samples'].gt_sem_seg.data[0].numpy()
        ids, counts = np.unique(self.labels[self.labels < len(dataset.taxonomy)], return_counts=True)
        self.classes = ids[np.argsort(-counts, kind='stable')]


def pictures_of(dataset, names, number):
    """Those that are asked for, or the first ones of each unseen object in turn.

    Raises:
        ValueError: the test set has no picture of a name, or none with an unseen object.
    """
    if names:
        stems = [Path(dataset.get_data_info(i)['img_path']).stem for i in range(len(dataset))]
        missing = [name for name in names if name not in stems]
        if missing:
            raise ValueError(f'the test set has no picture {missing[0]!r}; its first are {stems[:3]}')
        return [Picture(dataset, stems.index(name)) for name in names]
    taxonomy, of_object = dataset.taxonomy, {name: [] for name in dataset.taxonomy.unseen_objects}
    for picture in (Picture(dataset, i) for i in range(len(dataset))):
        objects = {taxonomy.objects[taxonomy.object_of[k]] for k in picture.classes}
        for name in sorted(objects & of_object.keys()):
            of_object[name].append(picture)
        if len({each[0].name for each in of_object.values() if each}) >= number:
            break
    found = {each[0].name: each[0] for each in of_object.values() if each}
    if not found:
        raise ValueError('no picture of the test set shows an unseen object: name some with --pictures')
    return list(found.values())[:number]


def drawn(picture, label_map, taxonomy):
    """A label map over its picture."""
    image = np.ascontiguousarray(read_image(picture.path)[..., ::-1])
    unseen = ~np.array(taxonomy.is_seen)
    return overlay(image, label_map, taxonomy.object_parts, part_palette(taxonomy), unseen)


def levels(pictures, models, taxonomy, parts):
    """Figure 1."""
    (_, model), = models
    return make_grid([[*Explanation(model, picture.path).panels(), drawn(picture, picture.labels, taxonomy)]
                      for picture in pictures], [*FIGURE_TITLES, 'ground truth'])


def attention(pictures, models, taxonomy, parts):
    """Figure 4."""
    rows = []
    for picture in pictures:
        shown = [taxonomy.object_parts[k] for k in picture.classes]
        named = chosen_classes(taxonomy, parts) if parts else shown[-SMALLEST:]
        chosen = [name for name in named if name in shown]
        explained = [(title, Explanation(model, picture.path)) for title, model in models]
        cells = {f'{name}, {title}': each.heat_map(name)
                 for name in chosen for title, each in explained}
        rows.append(make_grid([[drawn(picture, picture.labels, taxonomy), *cells.values()]],
                              ['ground truth', *cells]))
    return stack(rows)


def label_maps(pictures, models, taxonomy, parts):
    """Figure 5."""
    titles = ['input', 'ground truth', *(title for title, _ in models)]
    return make_grid([[drawn(picture, np.full_like(picture.labels, len(taxonomy)), taxonomy),
                       drawn(picture, picture.labels, taxonomy),
                       *(drawn(picture, model(picture.path)[0].label_map, taxonomy) for _, model in models)]
                      for picture in pictures], titles)


FIGURES = {1: levels, 4: attention, 5: label_maps}


def main(argv=None):
    """Command line."""
    args = parse_args(argv)
    models = [(title, PartSegInferencer(config, checkpoint)) for title, config, checkpoint in args.models]
    init_default_scope('mmseg')
    dataset = DATASETS.build(models[0][1].cfg.test_dataloader.dataset)
    pictures = pictures_of(dataset, args.pictures, args.number)
    save_picture(FIGURES[args.figure](pictures, models, dataset.taxonomy, args.parts), args.out)
    print(f'{args.out}: {", ".join(picture.name for picture in pictures)}')


if __name__ == '__main__':
    run_main(main)
