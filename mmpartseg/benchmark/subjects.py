"""What is measured: a model's inference and its training step, on drawn numbers."""
import contextlib
import logging

import torch
from mmengine.logging import MMLogger
from mmengine.optim import build_optim_wrapper
from mmengine.registry import init_default_scope
from mmengine.runner import load_checkpoint
from mmengine.structures import PixelData
from mmseg.registry import MODELS
from mmseg.structures import SegDataSample

from .. import engine

DTYPES = {'fp32': torch.float32, 'bf16': torch.bfloat16, 'fp16': torch.float16}
# classes per object and per part name in Pascal-Part-116: 116 / 16 and 116 / 42
PER_OBJECT, PER_PART = 7.25, 2.76
GRID = 8  # labelled blocks on a side of a drawn label map


def made_up_classes(number, per_object=PER_OBJECT):
    """So many class names, with objects and part names in the proportions of Pascal-Part-116."""
    parts = max(int(per_object) + 1, round(number / PER_PART))
    return [f"object {int(i / per_object)}'s part {i % parts}" for i in range(number)]


def quiet():
    """Keep mmengine's log to errors."""
    MMLogger.get_current_instance().setLevel(logging.ERROR)


def read_config(args):
    """The config, with the options and the number of classes that were asked for."""
    init_default_scope('mmseg')
    quiet()
    cfg = engine.read_config(args.config, args.cfg_options)
    if args.classes:
        names = made_up_classes(args.classes)
        cfg.model.decode_head.update(train_taxonomy=names, test_taxonomy=names)
    return cfg


def build_model(cfg, args, device):
    """The model with random weights, or those of ``--checkpoint``."""
    torch.manual_seed(args.seed)
    model = MODELS.build(cfg.model)
    if args.checkpoint:
        load_checkpoint(model, args.checkpoint, map_location='cpu')
    return model.to(device)


def network_side(cfg, args):
    """(H, W) of the images that enter the network."""
    if args.side:
        return args.side, args.side
    size = cfg.model.data_preprocessor.get('size')
    if size is None:
        raise ValueError(f'{args.config} states no image size in its data_preprocessor; give --side')
    return tuple(size)


def draw_batch(args, size, label_size, taxonomy, ignore_index, device):
    """Normalised images (N, 3, H, W) and samples whose label maps show one object's parts."""
    generator = torch.Generator().manual_seed(args.seed)
    inputs = torch.randn(args.batch, 3, *size, generator=generator)
    owner = torch.tensor(taxonomy.object_of)
    samples = []
    for i in range(args.batch):
        classes = (owner == i % len(taxonomy.objects)).nonzero()[:, 0]
        blocks = classes[torch.randint(len(classes), (GRID, GRID), generator=generator)]
        blocks[:, GRID // 2:] = ignore_index  # half the image shows no object
        part_map = torch.nn.functional.interpolate(
            blocks[None, None].double(), label_size)[0].long()
        object_map = torch.where(part_map == ignore_index, ignore_index,
                                 owner[part_map.clamp(max=len(owner) - 1)])
        samples.append(SegDataSample(
            metainfo=dict(ori_shape=label_size, img_shape=size, pad_shape=size),
            gt_sem_seg=PixelData(data=part_map), gt_object_seg=PixelData(data=object_map)).to(device))
    return inputs.to(device), samples


def autocast(device, precision):
    """Mixed precision, or nothing for fp32."""
    if precision == 'fp32':
        return contextlib.nullcontext()
    return torch.autocast(device.type, DTYPES[precision])


def inference(model, cfg, args, device):
    """A call that predicts the label maps of one batch, in both settings, as if seen for the first time."""
    model.eval().requires_grad_(False)
    size = network_side(cfg, args)
    inputs, samples = draw_batch(args, size, tuple(args.label_size or size), model.taxonomy,
                                 model.decode_head.ignore_index, device)

    def run():
        model.recent_pictures.clear()
        with torch.inference_mode(), autocast(device, args.precision):
            return model.predict(inputs, samples)

    return run


def training_batch(model, cfg, args, device):
    """Images and samples of :func:`draw_batch` in the vocabulary of training."""
    size, head = network_side(cfg, args), model.decode_head
    return draw_batch(args, size, size, head.train_taxonomy, head.ignore_index, device)


def training_step(model, cfg, args, device):
    """A call that does one step on one batch: all losses, backward, clipping, optimizer."""
    inputs, samples = training_batch(model.train(), cfg, args, device)
    optimizer = build_optim_wrapper(model, cfg.optim_wrapper)

    def run():
        with autocast(device, args.precision):
            loss, _ = model.parse_losses(model(inputs, samples, mode='loss'))
        optimizer.update_params(loss)

    return run
