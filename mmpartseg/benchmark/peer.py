"""Another way to the same masks, with the same weights, in the same run."""
import contextlib
import tempfile
from pathlib import Path

import torch
from mmengine.optim import build_optim_wrapper

from ..checkpoints import export_clipseg
from ..models.decode_heads.base_cost_head import BaseCostHead
from ..models.layers import linear
from .measure import in_turns, largest_difference, matrix_peak
from .operations import count_flops
from .straightforward import Straightforward
from .straightforward_cost import StraightforwardCost
from .subjects import DTYPES, autocast, network_side, training_batch
from .winners import picture, predictions

WINNERS = (1, 2, None)  # objects that win somewhere; None for all


def compare(model, cfg, args, device, memory):
    """Measure both ways in turns.

    Returns:
        dict: ``ours`` and ``peer`` (see :func:`in_turns`; in inference from the network's input to
        its logits, no decision), each with ``precision``, ``flops``, and ``times_floor``, its fastest
        call over the time of a matrix product of as many operations in that precision; ``winners``: the
        same of our label maps, Pred-All, by how many objects win, where objects are decoded first;
        ``matrix_peaks``, operations per second of that product by precision, measured just after;
        ``times_faster``; ``classes``; and ``difference``: the largest of a logit; in training the norm
        of the gradients' difference over that of the peer's gradient.
    """
    pair = training_pair if args.command == 'train' else PAIRS[args.peer]
    runs, difference, classes = pair(model, cfg, args, device)
    result = in_turns(runs, device, memory, args.warmup, args.repeats)
    precisions = dict.fromkeys(runs, args.precision)
    if args.peer == 'straightforward':
        precisions['peer'] = 'fp32'
    peaks = {name: matrix_peak(device, DTYPES[name]) for name in dict.fromkeys(precisions.values())}
    for name, run in runs.items():
        flops, precision = count_flops(run), precisions[name]
        result[name].update(
            precision=precision, flops=flops, times_floor=result[name]['fastest'] * peaks[precision] / flops,
            times_faster=result['peer']['seconds'] / result[name]['seconds'])
    ours, peer = result.pop('ours'), result.pop('peer')
    return dict(ours=ours, peer=peer, winners=result, name=args.peer, classes=classes, difference=difference,
                matrix_peaks=peaks, times_faster=ours['times_faster'])


def without_gradients(function, args, device, precision=None):
    """A call of a function in inference mode, in the precision of ``args`` or another."""
    def call():
        with torch.inference_mode(), autocast(device, precision or args.precision):
            return function()
    return call


def inference_pair(ours, peer, args, device, precision):
    """Both ways without gradients; the peer in a precision of its own."""
    runs = dict(ours=without_gradients(ours, args, device),
                peer=without_gradients(peer, args, device, precision))
    return runs, largest_difference(runs['ours'](), runs['peer']())


def drawn_image(cfg, args, device):
    """(N, 3, H, W), normalised."""
    generator = torch.Generator().manual_seed(args.seed)
    return torch.randn(args.batch, 3, *network_side(cfg, args), generator=generator).to(device)


def transformers_pair(model, cfg, args, device):
    """K class masks of one image with a CLIPSeg baseline.

    ``transformers`` takes one image per prompt, so that the image is repeated K times, as its
    documentation shows. Prompts are padded to the longest, as its processor does.
    """
    if args.batch > 1:
        raise ValueError(f'--peer transformers compares the masks of one image, got --batch {args.batch}')
    theirs, head = load_clipseg(model, device), model.eval().decode_head
    prompts = head.prompts(head.test_taxonomy)
    tokens = head.text_encoder.tokenize(prompts)
    tokens = tokens[:, :int(tokens.argmax(1).max()) + 1].to(device)
    image = drawn_image(cfg, args, device)
    batch = dict(input_ids=tokens, attention_mask=(tokens > 0).long(),
                 pixel_values=image.repeat(len(prompts), 1, 1, 1))

    def ours():
        return model(image, mode='tensor').object_part[0, :-1]

    def peer():
        logits = theirs(**batch).logits  # K x H x W; one prompt alone comes without K
        return logits.reshape(len(prompts), *logits.shape[-2:])

    return *inference_pair(ours, peer, args, device, args.precision), len(prompts)


def load_clipseg(model, device):
    """The ``transformers`` model with the weights of a CLIPSeg baseline."""
    from transformers import CLIPSegForImageSegmentation
    with tempfile.TemporaryDirectory() as folder:
        export_clipseg(model, Path(folder) / 'clipseg')
        return CLIPSegForImageSegmentation.from_pretrained(Path(folder) / 'clipseg').eval().to(device)


def straightforward(model, cfg):
    """The model word for word, by the family of its head."""
    if isinstance(model.decode_head, BaseCostHead):
        return StraightforwardCost(model)
    return Straightforward(model, cfg.model.backbone)


@contextlib.contextmanager
def products_of_torch():
    """Both ways have the same linear layers; here they multiply as torch does, as released code would."""
    ours = linear.suits_onednn
    linear.suits_onednn = lambda x, padded: False
    try:
        yield
    finally:
        linear.suits_onednn = ours


def straightforward_pair(model, cfg, args, device):
    """The logits word for word; in float32, whatever the precision of ours."""
    model.eval().requires_grad_(False)  # torch's counter of operations trips over parameters as inputs
    plain, image = straightforward(model, cfg), drawn_image(cfg, args, device)

    def ours():
        return model(image, mode='tensor').object_part

    def peer():
        with products_of_torch():
            return plain.masks(image, plain.head.test_index).object_part

    runs, difference = inference_pair(ours, peer, args, device, 'fp32')
    if model.has_object_scores and args.batch == 1:
        found = predictions(model, *picture(model, cfg, args, device), WINNERS)
        runs.update((count, without_gradients(run, args, device)) for count, run in found.items())
    return runs, difference, len(plain.head.test_taxonomy)


def training_pair(model, cfg, args, device):
    """Steps of training; the peer in float32. Both go on with the same weights."""
    plain = straightforward(model.train(), cfg)
    inputs, samples = training_batch(model, cfg, args, device)
    optimizer = build_optim_wrapper(model, cfg.optim_wrapper)

    def ours():
        with autocast(device, args.precision):
            return model.parse_losses(model(inputs, samples, mode='loss'))[0]

    def peer():
        with products_of_torch():
            return plain.loss(inputs, samples)

    parameters = [p for p in model.parameters() if p.requires_grad]
    gradients = [torch.autograd.grad(loss(), parameters, allow_unused=True) for loss in (ours, peer)]
    gradients = [torch.cat([g.flatten() for g in each if g is not None]) for each in gradients]
    difference = float((gradients[0] - gradients[1]).norm() / gradients[1].norm())
    del gradients
    runs = dict(ours=lambda: optimizer.update_params(ours()),
                peer=lambda: optimizer.update_params(peer()))
    return runs, difference, len(plain.head.train_taxonomy)


PAIRS = {'transformers': transformers_pair, 'straightforward': straightforward_pair}
