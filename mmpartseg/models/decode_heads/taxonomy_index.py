"""A vocabulary on the model's device."""
from functools import cached_property

import torch
from torch import nn

from ...taxonomy import ANYTHING


class TaxonomyIndex(nn.Module):
    """A vocabulary's index maps as buffers that follow the model's device.

    Attributes:
        taxonomy (PartTaxonomy): the vocabulary.
        part_of, object_of (Tensor): (K,) index of each class's part and object.
        anything (int, optional): the object of parts without an object, None where there are none.
        general_classes (Tensor): (n,) the classes of these parts.
    """

    def __init__(self, taxonomy):
        super().__init__()
        self.taxonomy = taxonomy
        for name in ('part_of', 'object_of'):
            index = torch.tensor(getattr(taxonomy, name))
            self.register_buffer(name, index, persistent=False)
        self.anything = taxonomy.objects.index(ANYTHING) if ANYTHING in taxonomy.objects else None
        general = [i for i, obj in enumerate(taxonomy.object_of) if obj == self.anything]
        self.register_buffer('general_classes', torch.tensor(general, dtype=torch.long), persistent=False)

    @cached_property
    def named_classes(self):
        """(O, K) bool, on the CPU: the classes in whose names that of an object occurs.

        So released code finds the parts of an object: a ``door`` has "oven's door", a ``chair``
        "armchair's leg".
        """
        names = self.taxonomy.object_parts
        return torch.tensor([[obj in name for name in names] for obj in self.taxonomy.objects])
