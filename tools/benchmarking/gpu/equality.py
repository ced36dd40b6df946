"""Whether the device gives what the CPU gives."""
import mmpartseg  # noqa: F401  before mmseg, which refuses newer mmcv by its number

# isort: split
from pathlib import Path

import torch
from mmengine.structures import PixelData
from mmseg.structures import SegDataSample

from benchmarking.gpu.setup import exact_float32
from mmpartseg.benchmark.measure import largest_difference
from mmpartseg.benchmark.subjects import autocast, network_side, training_batch

BATCH, SIZE = 2, (375, 500)
LOGIT, EQUAL_PIXELS, GRADIENT = 1e-4, 0.999, 1e-3  # pixels where two classes nearly tie may tip
LOW_PRECISION = {'bf16': 0.03, 'fp16': 0.005}  # relative to the largest logit: 8 and 11 bits, many layers
ROOT = Path(__file__).parents[3]
MINIATURE = (ROOT / 'configs/partclipseg/part_shapes.py', ROOT / 'data/miniature/partclipseg.safetensors')
SCENES = 8


def rows(setup):
    """Name, seconds needed, function of each row."""
    yield 'logits', 0, lambda: logits(setup)
    yield 'label maps', 0, lambda: label_maps(setup)
    yield 'losses and gradients', 0, lambda: gradients(setup)
    yield 'shipped miniature', 0, lambda: miniature(setup)
    for precision in LOW_PRECISION:
        yield f'logits, {precision}', 0, lambda p=precision: low_precision(setup, p)


def scores(setup, model, device, precision='fp32'):
    """Logits of all classes and objects, on the CPU."""
    generator = torch.Generator().manual_seed(setup.args.seed)
    images = torch.randn(BATCH, 3, *network_side(setup.cfg, setup.args), generator=generator)
    with torch.inference_mode(), autocast(device, precision):
        return model.eval()(images.to(device), mode='tensor').scores.float().cpu()


def logits(setup):
    """Float32, without TF32 and as torch has it by default."""
    expected = scores(setup, *setup.places[0])
    with exact_float32():
        found = scores(setup, *setup.places[1])
    difference = largest_difference(found, expected)
    return dict(difference=difference, largest=float(expected.abs().max()),
                difference_by_default=largest_difference(scores(setup, *setup.places[1]), expected),
                as_expected=difference <= LOGIT)


def low_precision(setup, precision):
    """Mixed precision on the device against float32 on the CPU."""
    expected = scores(setup, *setup.places[0])
    difference = largest_difference(scores(setup, *setup.places[1], precision), expected)
    limit = LOW_PRECISION[precision] * max(1, float(expected.abs().max()))
    return dict(difference=difference, limit=limit, as_expected=difference <= limit)


def same_maps(found, expected):
    """Share of the pixels that are labelled the same, by map, and whether it is as expected."""
    shares = {}
    for name in ('pred_sem_seg', 'pred_oracle_sem_seg'):
        pairs = [(a.get(name).data.cpu(), b.get(name).data) for a, b in zip(found, expected) if name in b]
        if pairs:
            a, b = (torch.stack(each) for each in zip(*pairs))
            shares[name.removesuffix('_sem_seg')] = float((a == b).float().mean())
    return dict(shares, as_expected=min(shares.values()) >= EQUAL_PIXELS)


def label_maps(setup):
    """Of random weights, at the size of a photograph."""
    with exact_float32():
        expected, found = (setup.prediction(BATCH, place=place, label_size=SIZE)() for place in setup.places)
    return same_maps(found, expected)


def gradients(setup):
    """Every loss term, and the gradient of their sum."""
    terms, norms = [], []
    with exact_float32():
        for model, device in setup.places:
            images, samples = training_batch(setup.to_train(model), setup.cfg, setup.options(BATCH), device)
            losses = model(images, samples, mode='loss')
            trained = [p for p in model.parameters() if p.requires_grad]
            found = torch.autograd.grad(model.parse_losses(losses)[0], trained, allow_unused=True)
            norms.append(torch.cat([g.flatten().cpu() for g in found if g is not None]))
            terms.append({name: value.item() for name, value in losses.items()})
    expected, actual = terms
    of_term = max(abs(actual[name] - value) / max(abs(value), 1e-6) for name, value in expected.items())
    of_gradient = float((norms[1] - norms[0]).norm() / norms[0].norm())
    return dict(terms=len(expected), term=of_term, gradient=of_gradient,
                as_expected=max(of_term, of_gradient) <= GRADIENT)


def miniature(setup):
    """The finished model that ships with the code, on scenes it was not trained on."""
    from mmpartseg.datasets.shapes import render_scene
    config, checkpoint = MINIATURE
    options = setup.options(SCENES)
    options.config, options.checkpoint = str(config), str(checkpoint)
    options.cfg_options, options.side = {}, None
    small = type(setup)(options)
    scenes = [render_scene(5, 'test', i, network_side(small.cfg, options)[0]) for i in range(SCENES)]
    images = [torch.from_numpy(scene.image[..., ::-1].copy()).permute(2, 0, 1) for scene in scenes]
    object_of = torch.tensor(small.on_cpu.taxonomy.object_of)
    maps = []
    for place in small.places:
        samples = [scene_sample(scene, object_of) for scene in scenes]
        with torch.no_grad(), exact_float32():
            maps.append(place[0].eval().test_step(dict(inputs=images, data_samples=samples)))
    expected, found = maps
    won = torch.stack([sample.pred_oracle_sem_seg.data for sample in expected]).unique()
    return dict(same_maps(found, expected), classes=len(won))


def scene_sample(scene, object_of):
    """A sample with the objects of a drawn scene."""
    parts = torch.from_numpy(scene.parts).long()[None]
    known = torch.where(parts < len(object_of), object_of[parts.clamp(max=len(object_of) - 1)], 255)
    return SegDataSample(metainfo=dict(ori_shape=scene.image.shape[:2]), gt_object_seg=PixelData(data=known))
