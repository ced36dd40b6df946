"""CLIP beside a backbone that sees finer, as one mmseg backbone."""
import torch
import torch.nn.functional as F
from mmengine.model import BaseModule
from mmseg.registry import MODELS

from ..options import are_numbers, are_sizes, expect, is_size
from ..preprocessing import warn_of_statistics


@MODELS.register_module()
class GuidedCLIP(BaseModule):
    """CLIP's features and those of a second backbone on the same image, each at its own size.

    Args:
        clip (dict): config of an :class:`OpenCLIPViT` or :class:`OpenCLIPImageTower` with ``dense``.
        guidance (dict, optional): config of the other backbone; without one CLIP's own maps guide.
        clip_size, guidance_size (tuple[int, int]): (H, W) to which the image is resized, bilinearly.
        mean, std (Sequence[float]): with which the data preprocessor normalises, for CLIP.
        guidance_mean, guidance_std (Sequence[float]): with which the other backbone wants it.
        padding_divisor (int, optional): pad right and below with zeros to a multiple of this, and do
            not cut it off again: the prediction is stretched by the padding, as in released CATSeg.

    Raises:
        ValueError: ``clip`` gives no features in the space of text; a size, mean or std that is none, or
            is missing; a ``guidance_size`` that is no whole patches of a :class:`DINOv2`.
    """
    patch_size = (1, 1)  # pictures of any size

    def __init__(self, clip, clip_size, guidance=None, guidance_size=None, mean=None, std=None,
                 guidance_mean=None, guidance_std=None, padding_divisor=None, init_cfg=None):
        super().__init__(init_cfg)
        check_sizes(clip_size, padding_divisor)
        self.clip, self.clip_size = MODELS.build(clip), tuple(clip_size)
        if not getattr(self.clip, 'dense', True):
            raise ValueError(f"clip=dict(type='{type(self.clip).__name__}', …) gives no features in the "
                             "space of text, where prompts are: take OpenCLIPViT(dense='token') or "
                             'OpenCLIPImageTower(dense=True); any other backbone can be the `guidance`')
        self.padding_divisor, self.guidance, self.normalised_by = padding_divisor, None, None
        self.pixel_statistics = getattr(self.clip, 'pixel_statistics', None)
        if guidance is None:
            return
        check_guidance(guidance_size, mean=mean, std=std, guidance_mean=guidance_mean,
                       guidance_std=guidance_std)
        self.guidance, self.guidance_size = MODELS.build(guidance), tuple(guidance_size)
        if hasattr(self.guidance, 'check_size'):  # DINOv2
            self.guidance.check_size(self.guidance_size, 'guidance_size')
        self.normalised_by = mean, std
        warn_of_statistics('guidance', (guidance_mean, guidance_std), 'guidance',
                           getattr(self.guidance, 'pixel_statistics', None))
        mean, std, wanted_mean, wanted_std = (
            torch.tensor(x, dtype=torch.float64)[:, None, None]
            for x in (mean, std, guidance_mean, guidance_std))
        self.register_buffer('scale', (std / wanted_std).float(), persistent=False)
        self.register_buffer('shift', ((mean - wanted_mean) / wanted_std).float(), persistent=False)

    def forward(self, x):
        """(N, 3, H, W), normalised for CLIP -> maps of the other backbone, then those of CLIP."""
        maps = self.clip(self.fitted(x, self.clip_size))
        if self.guidance is None:
            return maps
        return (*self.guidance(self.fitted(x * self.scale + self.shift, self.guidance_size)), *maps)

    def fitted(self, x, size):
        """An image at a backbone's size."""
        if self.padding_divisor is not None:
            height, width = x.shape[2:]
            x = F.pad(x, (0, -width % self.padding_divisor, 0, -height % self.padding_divisor))
        return x if x.shape[2:] == size else F.interpolate(x, size, mode='bilinear')


def check_sizes(clip_size, padding_divisor):
    """Refuse sizes that are none.

    Raises:
        ValueError: names the option, its value, and what is expected.
    """
    expect(are_sizes(clip_size, 2), 'clip_size', clip_size, 'two positive integers, height and width')
    expect(padding_divisor is None or is_size(padding_divisor), 'padding_divisor', padding_divisor,
           'a positive integer, None for no padding')


def check_guidance(guidance_size, **statistics):
    """Refuse what a second backbone cannot be shown pictures by; as :func:`check_sizes`.

    Args:
        statistics (Sequence[float]): the means and standard deviations, by name.
    """
    expect(are_sizes(guidance_size, 2), 'guidance_size', guidance_size,
           'two positive integers, height and width, as there is a guidance')
    for name, values in statistics.items():
        is_std = name.endswith('std')
        expect(are_numbers(values, 3) and not (is_std and min(values) <= 0), name, values,
               f'three {"positive " if is_std else ""}numbers, as there is a guidance: mean and std of the '
               'data preprocessor, guidance_mean and guidance_std of the weights of the guidance')
