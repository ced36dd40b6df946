"""Cost features to masks, with guidance at twice and four times the grid."""
from torch import nn

from .blocks import in_blocks
from .fused_upsampling import upsampling

GROUP = 16  # channels of a group of the norms


class UpsamplingBlock(nn.Module):
    """Twice the size: transposed convolution, guidance beside it, two convolutions.

    Args:
        in_dims, guidance_dims, out_dims (int): channels; the transposed convolution gives
            ``in_dims - guidance_dims``.
    """

    def __init__(self, in_dims, guidance_dims, out_dims):
        super().__init__()
        self.up = nn.ConvTranspose2d(in_dims, in_dims - guidance_dims, 2, stride=2)
        self.conv1 = nn.Conv2d(in_dims, out_dims, 3, padding=1, bias=False)
        self.norm1 = nn.GroupNorm(out_dims // GROUP, out_dims)
        self.conv2 = nn.Conv2d(out_dims, out_dims, 3, padding=1, bias=False)
        self.norm2 = nn.GroupNorm(out_dims // GROUP, out_dims)

    def first(self, guidance, maps):
        """What comes before the first norm, a function of x, for so many maps of a class and a channel.

        Guidance is (N, Cg, 2h, 2w).
        """
        numbers = maps * guidance.shape[2:].numel() // 4
        return upsampling(self.up.weight, self.up.bias, self.conv1.weight, guidance, numbers)

    def forward(self, x, first):
        """x (N, T, C, h, w), and :meth:`first` -> (N, T, C', 2h, 2w)."""
        x = first(x)
        t = x.shape[1]
        x = self.norm1(x.flatten(0, 1)).relu_()
        x = self.norm2(self.conv2(x)).relu_()
        return x.unflatten(0, (-1, t))


class CostDecoder(nn.Module):
    """Two upsampling blocks and a convolution: one mask per class.

    Args:
        dims (Sequence[int]): channels of the cost features and of the blocks' outputs.
        guidance_dims (Sequence[int]): channels of the guidance of the two blocks.
    """

    def __init__(self, dims, guidance_dims):
        super().__init__()
        self.blocks = nn.ModuleList(
            UpsamplingBlock(*each) for each in zip(dims[:-1], guidance_dims, dims[1:]))
        self.head = nn.Conv2d(dims[-1], 1, 3, padding=1)

    def forward(self, x, guidance):
        """
        Args:
            x (Tensor): (N, T, h, w, C).
            guidance (list[Tensor]): (N, ·, 2h, 2w) and (N, ·, 4h, 4w).

        Returns:
            Tensor: (N, T, 4h, 4w) logits.
        """
        h, w = x.shape[2:4]
        widest = 16 * h * w * self.head.in_channels
        firsts = [block.first(each, x.shape[:2].numel() * block.up.in_channels)
                  for block, each in zip(self.blocks, guidance)]
        return in_blocks(lambda block: self.masks(block.permute(0, 1, 4, 2, 3), firsts), x, widest)

    def masks(self, x, firsts):
        """:meth:`forward` on (N, T, C, h, w)."""
        for block, first in zip(self.blocks, firsts):
            x = block(x, first)
        return self.head(x.flatten(0, 1)).view(*x.shape[:2], *x.shape[3:])
