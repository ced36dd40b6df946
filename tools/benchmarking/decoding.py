"""What objects-first decoding saves: operations of a prediction by the number of objects that win."""
import mmpartseg  # noqa: F401  before mmseg, which refuses newer mmcv by its number

# isort: split
import itertools
import math

import torch
from mmengine.dataset import pseudo_collate
from mmseg.registry import DATASETS

from benchmarking.options import MADE_UP
from mmpartseg.benchmark.measure import in_turns
from mmpartseg.benchmark.operations import count_flops
from mmpartseg.benchmark.subjects import autocast, made_up_classes
from mmpartseg.benchmark.winners import costliest, picture, predictions, striped, winning
from mmpartseg.models.segmentors.windows import windows_of

WINNERS = (1, 2, 5, None)  # objects that win somewhere; None for all
MOST_SETS, DRAWN_SETS = 16, 3
COLORS = ('#444444', '#ee6677', '#4477aa', '#228833', '#bbbbbb')


def decoding(model, cfg, args, device, memory):
    """The report of the command ``decoding``."""
    if not model.eval().has_object_scores:
        raise ValueError(f'a {type(model.decode_head).__name__} scores no objects: all its classes compete '
                         'everywhere, so nothing can be left out; give the config of a PartCLIPSegHead')
    with torch.inference_mode(), autocast(device, args.precision):
        if args.images:
            return dict(pictures=of_pictures(model, cfg, args))
        if args.points:
            made_up = [made_up_classes(classes, classes / objects)
                       for classes in args.points for objects in MADE_UP[classes]]
            # their objects have as many parts each: one set tells all, and all winners cost all classes
            return dict(decoding=[of_vocabulary(model.in_vocabulary(names), cfg, args, device, WINNERS[:3], 1)
                                  for names in made_up])
        return dict(decoding=[of_vocabulary(model, cfg, args, device)],
                    times=times(model, cfg, args, device, memory))


def of_vocabulary(model, cfg, args, device, winners=WINNERS, most_sets=None):
    """Operations of one picture: of the image tower, with all classes decoded, with 1, 2, 5, all winners.

    Of each set of winners the label map is that of all classes' scores: ``different_pixels`` of ``pixels``.
    """
    taxonomy = model.taxonomy
    image, sample = picture(model, cfg, args, device)
    full = count_flops(lambda: all_classes(model, image, sample))
    windows = windows_of(model.test_cfg).cut(image)
    tower = count_flops(lambda: [model.extract_feat(window) for window in windows])
    scores = model.inference(image, [sample.metainfo])
    found, different, pixels = {}, 0, 0
    for count in winners:
        costs = []
        for objects in sets_of(taxonomy, count, args.seed)[:most_sets]:
            model.recent_pictures.clear()
            with winning(model, objects):
                costs.append(count_flops(lambda: model.predict(image, [sample])))
            other = sample.clone()
            striped(scores[:, model.num_classes:], objects)
            model.postprocess(scores, [other])
            different += different_pixels(sample, other)
            pixels += sample.pred_sem_seg.data.numel()
        if costs:
            found[str(count or 'all')] = dict(mean=sum(costs) / len(costs), most=max(costs), sets=len(costs))
    return dict(classes=len(taxonomy), objects=len(taxonomy.objects), parts=len(taxonomy.parts),
                full=full, tower=tower, winners=found, different_pixels=different, pixels=pixels)


def different_pixels(sample, other):
    """Between the label maps of two samples, over all settings."""
    return sum(int((sample.get(name).data != other.get(name).data).sum())
               for name in sample.all_keys() if name.startswith('pred_'))


def all_classes(model, image, sample):
    """The label maps from the scores of all classes, as before objects were decoded first."""
    model.recent_pictures.clear()
    return model.postprocess(model.inference(image, [sample.metainfo]), [sample])


def sets_of(taxonomy, count, seed):
    """Sets of so many objects: the costliest, and all others or some drawn; none if there are not so many."""
    number = len(taxonomy.objects)
    count = number if count is None else count
    if math.comb(number, count) <= MOST_SETS:
        return list(itertools.combinations(range(number), count))
    generator = torch.Generator().manual_seed(seed)
    drawn = [torch.randperm(number, generator=generator)[:count].tolist() for _ in range(DRAWN_SETS)]
    return [costliest(taxonomy, count), *drawn]


def times(model, cfg, args, device, memory):
    """Seconds and peak memory, in turns: with all classes decoded, and with 1, 2, 5, all winners."""
    image, sample = picture(model, cfg, args, device)
    runs = {'all classes': lambda: all_classes(model, image, sample),
            **predictions(model, image, sample, WINNERS)}
    return in_turns(runs, device, memory, args.warmup, args.repeats)


def of_pictures(model, cfg, args):
    """Operations of the pictures of the config's test set, objects as the weights see them.

    Returns:
        dict: ``images``, ``full``, ``mean`` and ``most`` operations; ``objects``, the mean number that are
        decoded for; ``different_pixels`` of the label maps from all classes, in every setting.
    """
    dataset = DATASETS.build(cfg.test_dataloader.dataset)
    found = [of_picture(model, dataset[i]) for i in range(min(args.images, len(dataset)))]
    costs = [each['lazy'] for each in found]
    return dict(images=len(found), full=found[0]['full'], mean=sum(costs) / len(costs), most=max(costs),
                objects=sum(each['objects'] for each in found) / len(found),
                different_pixels=sum(each['different'] for each in found))


def of_picture(model, data):
    """Operations both ways, objects in the label maps, and pixels in which the two ways differ."""
    data = model.data_preprocessor(pseudo_collate([data]), False)
    inputs, (sample, ) = data['inputs'], data['data_samples']
    other = sample.clone()
    model.predict(inputs, [sample.clone()])  # the text is encoded
    model.recent_pictures.clear()
    lazy = count_flops(lambda: model.predict(inputs, [sample]))
    full = count_flops(lambda: all_classes(model, inputs, other))
    classes = torch.cat([sample.get(name).data.flatten() for name in sample.all_keys()
                         if name.startswith('pred_')]).unique().tolist()
    owner = model.taxonomy.object_of
    return dict(lazy=lazy, full=full, different=different_pixels(sample, other),
                objects=len({owner[c] for c in classes if c < len(owner)}))


def decoding_plot(report, path):
    """Cost against classes, with all decoded and with 1, 2, 5 objects winning: a PNG."""
    from matplotlib.figure import Figure
    rows = list({row['classes']: row for row in reversed(report['decoding'])}.values())[::-1]
    figure = Figure(figsize=(5.6, 3.6), layout='constrained')
    axes = figure.subplots()
    lines = {'all classes decoded': [(row['classes'], row['full']) for row in rows]}
    for name, label in (('5', '5 objects win'), ('2', '2 objects win'), ('1', '1 object wins')):
        lines[label] = [(row['classes'], row['winners'][name]['mean']) for row in rows
                        if name in row['winners']]
    lines['image tower alone'] = [(row['classes'], row['tower']) for row in rows]
    for (label, points), color in zip(lines.items(), COLORS):
        if points:  # of few objects no five can win
            classes, costs = zip(*points)
            axes.plot(classes, [cost / 1e9 for cost in costs], '.-', color=color, label=label)
    axes.set(xlabel='classes of the vocabulary (five per object)', ylabel='GFLOP per picture',
             ylim=(0, None))
    axes.grid(linewidth=0.4)
    axes.legend(frameon=False, fontsize=8)
    figure.savefig(path, dpi=120)
