"""The files beside weights that a stock ``transformers`` processor of CLIPSeg reads."""
import json
from collections.abc import Sequence
from typing import Any

import open_clip
import torch

# open_clip's names of the two special tokens, and those of transformers
SPECIAL = {'<start_of_text>': '<|startoftext|>', '<end_of_text>': '<|endoftext|>'}
BILINEAR = 2  # Pillow's number


def processor_files(size: Sequence[int], mean: torch.Tensor | None, std: torch.Tensor | None,
                    context_length: int = 77) -> dict[str, str]:
    """Tokenizer and image processor of a CLIPSeg folder.

    Args:
        size (tuple[int, int]): (H, W) of the network's input, in pixels.
        mean, std (Tensor | None): of RGB values 0..255, as in ``SegDataPreProcessor``.
        context_length (int): tokens that the text encoder reads.

    Returns:
        dict[str, str]: text by file name.
    """
    return {**tokenizer_files(context_length), **image_processor_file(
        size, do_rescale=True, **_normalisation(mean, std))}


def tokenizer_files(context_length: int) -> dict[str, str]:
    """dict[str, str]: text by file name. The vocabulary is CLIP's own, from open_clip."""
    tokenizer = open_clip.SimpleTokenizer()
    vocabulary = {SPECIAL.get(token, token): index for token, index in tokenizer.encoder.items()}
    merges = '\n'.join(' '.join(pair) for pair in tokenizer.bpe_ranks)
    start, end = SPECIAL.values()
    return {
        'vocab.json': json.dumps(vocabulary, ensure_ascii=False, separators=(',', ':')),
        'merges.txt': f'#version: 0.2\n{merges}\n',
        'tokenizer_config.json': json.dumps(dict(
            tokenizer_class='CLIPTokenizer', model_max_length=context_length, do_lower_case=True,
            bos_token=start, eos_token=end, unk_token=end, pad_token=end), indent=2)}


def image_processor_file(size: Sequence[int], **normalisation: Any) -> dict[str, str]:
    """dict[str, str]: text by file name, of a processor that resizes to (H, W)."""
    height, width = size
    return {'preprocessor_config.json': json.dumps(dict(
        processor_class='CLIPSegProcessor', image_processor_type='ViTImageProcessor', do_resize=True,
        size=dict(height=height, width=width), resample=BILINEAR, **normalisation), indent=2)}


def _normalisation(mean, std):
    if mean is None:
        return dict(do_normalize=False)
    share = [[round(value / 255, 6) for value in each.flatten().tolist()] for each in (mean, std)]
    return dict(do_normalize=True, image_mean=share[0], image_std=share[1])
