"""Text embeddings on disk, so that a name is encoded once for all processes."""
import hashlib
import json
from pathlib import Path

import torch

from ...checkpoints import read_checkpoint, save_safetensors

KEY = 'embedding'


def fingerprint(tower, *settings):
    """What an embedding depends on besides the name, as a hexadecimal number.

    Args:
        tower (nn.Module): its weights count, and its layers.
        settings: whatever else matters, of types that JSON knows.
    """
    digest = hashlib.sha256(json.dumps([repr(tower), *settings], sort_keys=True).encode())
    for name, value in tower.state_dict().items():
        digest.update(f'{name} {value.dtype} {tuple(value.shape)}'.encode())
        digest.update(value.contiguous().cpu().view(torch.uint8).numpy())
    return digest.hexdigest()[:32]


class TextFolder:
    """One file for each name, in a folder for each fingerprint; several processes may use it at once.

    Args:
        folder (str | Path): made when it is first written to.
        fingerprint (str): see :func:`fingerprint`.
    """

    def __init__(self, folder, fingerprint):
        self.folder = Path(folder) / fingerprint

    def path(self, name):
        """The file of a name."""
        return self.folder / f'{hashlib.sha256(name.encode()).hexdigest()[:32]}.safetensors'

    def read(self, names, device):
        """{name: Tensor} of those names that are there.

        Raises:
            ValueError: a file that is damaged, or holds something else.
        """
        found = {}
        for name in names:
            path = self.path(name)
            if path.is_file():
                try:
                    found[name] = read_checkpoint(path, device)[KEY]
                except (ValueError, KeyError) as error:
                    raise ValueError(f"'{path}' holds no text embedding of '{name}' ({error}); delete it, "
                                     'and it is made again') from error
        return found

    def write(self, embeddings):
        """Keep ``{name: Tensor}``, each with a checksum."""
        for name, embedding in embeddings.items():
            save_safetensors({KEY: embedding.contiguous()}, self.path(name))
