"""Features of the image that guide aggregation and decoding."""
from typing import NamedTuple

import torch.nn.functional as F
from torch import Tensor, nn


class GuidanceMaps(NamedTuple):
    """What is the same for every class.

    Attributes:
        appearance (Tensor): (N, h, w, Cg) for the spatial aggregation.
        decoder (list[Tensor]): (N, ·, 2h, 2w) and (N, ·, 4h, 4w).
    """
    appearance: Tensor
    decoder: list


def projection(in_channels, channels):
    """Convolution 3×3 and ReLU."""
    return nn.Sequential(nn.Conv2d(in_channels, channels, 3, padding=1), nn.ReLU())


class Guidance(nn.Module):
    """Projects image features of three sizes.

    Args:
        in_channels (Sequence[int]): channels of the features at 4, 2 and 1 times the grid; with
            ``upsampled`` of two hidden states of CLIP on the grid itself.
        appearance_dims (int): channels of the appearance guidance.
        decoder_dims (Sequence[int]): channels of the decoder's guidance at 2 and 4 times the grid.
        clip_dims (int): D, channels of the dense features.
        upsampled (Sequence[int], optional): CLIP guides: channels to which transposed convolutions
            bring its two hidden states, at 2 and 4 times the grid; its dense features are the third.
    """

    def __init__(self, in_channels, appearance_dims, decoder_dims, clip_dims, upsampled=None):
        super().__init__()
        self.upsample = None
        if upsampled is None:
            *fine, coarse = in_channels
            fine = fine[::-1]
        else:
            self.upsample = nn.ModuleList(
                nn.ConvTranspose2d(channels, out, stride, stride=stride)
                for channels, out, stride in zip(in_channels, upsampled, (2, 4)))
            fine, coarse = upsampled, clip_dims
        self.appearance = projection(coarse, appearance_dims)
        self.decoder = nn.ModuleList(projection(*each) for each in zip(fine, decoder_dims))

    def forward(self, features, dense):
        """
        Args:
            features (list[Tensor]): in the order of ``in_channels``; resized where they do not fit.
            dense (Tensor): (N, D, h, w) of CLIP.

        Returns:
            GuidanceMaps: for a grid of (h, w).
        """
        if self.upsample is None:
            *fine, coarse = features
            fine = fine[::-1]
        else:
            fine, coarse = [up(x) for up, x in zip(self.upsample, features)], dense
        h, w = dense.shape[2:]
        appearance = self.appearance(fitted(coarse, (h, w))).permute(0, 2, 3, 1)
        return GuidanceMaps(appearance, [
            layer(fitted(x, (scale * h, scale * w)))
            for layer, x, scale in zip(self.decoder, fine, (2, 4))])


def fitted(x, size):
    """A map in another size, bilinearly."""
    return x if tuple(x.shape[2:]) == tuple(size) else F.interpolate(x, size, mode='bilinear')
