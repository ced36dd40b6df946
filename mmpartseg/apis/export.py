"""A model with its vocabulary baked in, for torch.export and ONNX."""
import copy
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import torch
import torch.nn.functional as F
from torch import nn

from ..models.backbones import OpenCLIPViT
from ..models.decode_heads.region_text_head import RegionTextHead
from ..models.preprocessing import swaps_channels

OPSET = 18
OUTPUTS = ('class_scores', 'object_scores', 'label_map')
MOST_PATCHES = 256  # on a side of an image of dynamic size


class FixedVocabulary(nn.Module):
    """Image in, scores and Pred-All labels out; no text encoder, no names.

    Normalisation, text embeddings and the Pred-All decision are part of it. It works at the image's
    own size: resize to the size that the model was trained for, and the label map back.

    Args:
        model (PartSegmentor): with a text-conditioned head, in the vocabulary to keep. It is copied.
        size (tuple[int]): (H, W) for which the decoder's memory is planned.
        dynamic (bool): take any multiple of the patch instead of this size alone.

    Raises:
        ValueError: a model with a fixed number of classes, or one that cannot be exported; a size that
            is no multiple of the patch; ``dynamic`` for a model that resizes every image.
    """
    backbone: Any
    head: Any
    preprocessor: Any
    patch_size: Sequence[int]
    text: torch.Tensor
    object_of: torch.Tensor

    def __init__(self, model: Any, size: Sequence[int], dynamic: bool = False) -> None:
        super().__init__()
        if not hasattr(model.decode_head, 'prompts'):
            raise ValueError(f'{type(model.decode_head).__name__} is not conditioned on text; export '
                             'it with the tools of mmseg')
        if isinstance(model.decode_head, RegionTextHead):
            raise ValueError(
                f'a {type(model.decode_head).__name__} cannot be exported: the boxes at which objects are '
                'cut out, and how many there are for CLIP, depend on what is in the image; heads of one '
                'stage can (PartCLIPSegHead, CLIPSegHead, CATSegHead, PartCATSegHead)')
        check_backbone(model.backbone, dynamic)
        model = copy.deepcopy(model).eval().requires_grad_(False)
        head, self.preprocessor = model.decode_head, model.data_preprocessor
        self.patch_size = model.backbone.patch_size
        check_size(size, self.patch_size)
        with torch.no_grad():
            self.register_buffer('text', head.condition(head.prompts(head.test_taxonomy)).clone())
        head.text_encoder = None
        if dynamic:
            model.backbone.__class__ = _any_grid(type(model.backbone))
        self.backbone, self.head = model.backbone, head
        if hasattr(head, 'hidden_tokens'):
            reduced, _, _ = head.hidden_tokens(self.backbone(self.text.new_zeros(1, 3, *size)))
            head.class_chunk = head.chunk_size(reduced)  # a number, not a function of the input
        background = head.test_index.object_of.new_tensor([len(head.test_taxonomy.objects)])
        owner = torch.cat([head.test_index.object_of, background])
        self.register_buffer('object_of', owner)

    def forward(self, image: torch.Tensor) -> tuple[torch.Tensor, ...]:
        """
        Args:
            image (Tensor): (N, 3, H, W) float32, RGB, 0 to 255.

        Returns:
            tuple: ``class_scores`` (N, K + 1, H, W), background last where the head knows one, logits or,
            where the head decides so, their sigmoids; ``object_scores`` (N, O + 1, H, W) likewise, where
            the head has them; ``label_map`` (N, H, W) int64, Pred-All with K = background.
        """
        size = image.shape[2:]
        if not swaps_channels(self.preprocessor):
            image = image.flip(1)  # a model of BGR images
        if self.preprocessor._enable_normalize:
            image = (image - self.preprocessor.mean) / self.preprocessor.std
        output = self.head.decode(self.backbone(image), self.head.test_index, text=self.text)
        scores = output.object_part
        if self.head.upsamples_probabilities:
            scores = scores.sigmoid()
        scores = F.interpolate(scores, size, mode='bilinear')
        if not self.head.has_object_scores:
            return scores, scores.argmax(1)
        objects = F.interpolate(output.object, size, mode='bilinear')
        winner = objects.argmax(1, keepdim=True)  # N x 1 x H x W
        other = self.object_of[:, None, None] != winner
        return scores, objects, scores.masked_fill(other, -torch.inf).argmax(1)

    @property
    def output_names(self) -> tuple[str, ...]:
        """Of what :meth:`forward` returns."""
        return OUTPUTS if self.head.has_object_scores else (OUTPUTS[0], OUTPUTS[2])


def _any_grid(backbone):
    """A backbone class whose graph holds for every token grid, the stored one included."""

    class AnyGrid(backbone):
        def _position_embedding(self, grid):
            embedding = self.visual.positional_embedding
            patches = embedding[1:].T.reshape(1, -1, *self.visual.grid_size)
            patches = F.interpolate(patches, grid, mode='bicubic', align_corners=False)
            return torch.cat([embedding[:1], patches.flatten(2)[0].T])

    return AnyGrid


def check_backbone(backbone: nn.Module, dynamic: bool) -> None:
    """ValueError for a backbone without a patch, or one whose positions are another library's in any size."""
    kind = type(backbone).__name__
    if not hasattr(backbone, 'patch_size'):
        raise ValueError(f'a {kind} cannot be exported: an exported model takes multiples of a patch, and it '
                         'states none; OpenCLIPViT, OpenCLIPImageTower and TimmImageTower do')
    if dynamic and not isinstance(backbone, OpenCLIPViT):
        raise ValueError(f'a {kind} is exported for one size: images, or position embeddings, are resized to '
                         'a size that is a number; leave --dynamic out, or take OpenCLIPViT')


def check_size(size: Sequence[int], patch_size: Sequence[int]) -> None:
    """ValueError unless height and width are multiples of the patch."""
    if any(side < 1 or side % patch for side, patch in zip(size, patch_size)):
        raise ValueError(f'an exported model takes multiples of its patch, {tuple(patch_size)}; '
                         f'got {tuple(size)}')


def export_program(module: FixedVocabulary, size: Sequence[int],
                   dynamic: bool = False) -> torch.export.ExportedProgram:
    """A ``torch.export`` program of a :class:`FixedVocabulary`, for batches of one image.

    Args:
        module (FixedVocabulary): built for the same size and ``dynamic``.
        size (tuple[int]): (H, W).
        dynamic (bool): any height and width that are multiples of the patch.

    Returns:
        torch.export.ExportedProgram: save it with ``torch.export.save``.
    """
    shapes = None
    if dynamic:
        sides = [patch * torch.export.Dim(name, min=2, max=MOST_PATCHES)
                 for name, patch in zip(('rows', 'columns'), module.patch_size)]
        shapes = ({2: sides[0], 3: sides[1]}, )
    fast = torch.backends.mha.get_fastpath_enabled()
    torch.backends.mha.set_fastpath_enabled(False)  # its fused kernel has no ONNX counterpart
    try:
        with torch.no_grad():
            return torch.export.export(module, (torch.zeros(1, 3, *size), ), dynamic_shapes=shapes)
    finally:
        torch.backends.mha.set_fastpath_enabled(fast)


def export_onnx(program: torch.export.ExportedProgram, module: FixedVocabulary, path: str | Path,
                metadata: dict[str, str]) -> None:
    """Write a program as an ONNX file.

    Args:
        program (torch.export.ExportedProgram): of :func:`export_program`.
        module (FixedVocabulary): that it was made of.
        path (str | Path): the file.
        metadata (dict[str, str]): stored in it.
    """
    onnx: Any = torch.onnx.export(program, dynamo=True, opset_version=OPSET, input_names=['image'],
                             output_names=list(module.output_names), verbose=False)
    onnx.model.metadata_props.update(metadata)
    onnx.save(str(path))


def score_difference(module: FixedVocabulary, session: Any, images: Iterable[torch.Tensor]) -> float:
    """The largest difference of any score between torch and onnxruntime; relative beyond 1.

    Args:
        module (FixedVocabulary): the model in torch.
        session (onnxruntime.InferenceSession): the model in ONNX.
        images (Iterable[Tensor]): (1, 3, H, W) as of :meth:`FixedVocabulary.forward`.
    """
    differences = []
    for image in images:
        with torch.no_grad():
            expected = module(image)
        found = session.run(None, {'image': image.numpy()})
        differences += [float(((a - torch.from_numpy(b)) / a.abs().clamp(min=1)).abs().max())
                        for a, b, name in zip(expected, found, module.output_names)
                        if name != OUTPUTS[-1]]
    return max(differences)
