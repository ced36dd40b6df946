"""A vocabulary on the model's device."""
import torch
from torch import nn


class TaxonomyIndex(nn.Module):
    """A vocabulary's index maps as buffers that follow the model's device.

    Attributes:
        taxonomy (PartTaxonomy): the vocabulary.
        part_of, object_of (Tensor): (K,) index of each class's part and object.
    """

    def __init__(self, taxonomy):
        super().__init__()
        self.taxonomy = taxonomy
        for name in ('part_of', 'object_of'):
            index = torch.tensor(getattr(taxonomy, name))
            self.register_buffer(name, index, persistent=False)
