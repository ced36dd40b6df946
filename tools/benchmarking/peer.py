"""CLIPSeg as a user of ``transformers`` runs it, with the same weights."""
import tempfile
from pathlib import Path

import torch

from benchmarking.measure import count_flops, synchronize, timed
from benchmarking.subjects import autocast, network_side
from mmpartseg.checkpoints import export_clipseg


def load_peer(model, device):
    """The ``transformers`` model with the weights of a CLIPSeg baseline."""
    from transformers import CLIPSegForImageSegmentation
    with tempfile.TemporaryDirectory() as folder:
        export_clipseg(model, Path(folder) / 'clipseg')
        return CLIPSegForImageSegmentation.from_pretrained(Path(folder) / 'clipseg').eval().to(device)


def compare(model, cfg, args, device, memory):
    """K class masks of one image both ways.

    ``transformers`` takes one image per prompt, so that the image is repeated K times, as its
    documentation shows. Prompts are padded to the longest, as its processor does.

    Returns:
        dict: ``peer`` and ``ours`` (see :func:`timed`; network to logits, no decision), each with
        ``memory_peak`` and ``flops``, ``times_faster``, and ``largest_difference`` of a logit.
    """
    theirs, head = load_peer(model, device), model.eval().decode_head
    prompts = head.prompts(head.test_taxonomy)
    tokens = head.text_encoder.tokenize(prompts)
    tokens = tokens[:, :int(tokens.argmax(1).max()) + 1].to(device)
    generator = torch.Generator().manual_seed(args.seed)
    image = torch.randn(1, 3, *network_side(cfg, args), generator=generator).to(device)
    batch = dict(input_ids=tokens, attention_mask=(tokens > 0).long(),
                 pixel_values=image.repeat(len(prompts), 1, 1, 1))

    def ours():
        return model(image, mode='tensor').object_part[0, :-1]

    def peer():
        logits = theirs(**batch).logits  # K x H x W; one prompt alone comes without K
        return logits.reshape(len(prompts), *logits.shape[-2:])

    result, logits = {}, {}
    for name, run in (('ours', ours), ('peer', peer)):
        with torch.inference_mode(), autocast(device, args.precision):
            memory.restart()
            result[name] = timed(run, device, args.warmup, args.repeats)
            result[name]['memory_peak'] = memory.peak()
            logits[name] = run().float()
            synchronize(device)
            result[name]['flops'] = count_flops(run)
    difference = (logits['ours'] - logits['peer']).abs().max()
    return dict(result, classes=len(prompts), largest_difference=float(difference),
                times_faster=result['peer']['seconds'] / result['ours']['seconds'])
