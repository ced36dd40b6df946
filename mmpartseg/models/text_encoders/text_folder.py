"""Text embeddings on disk, so that a name is encoded once for all processes."""
import hashlib
import io
import json
from pathlib import Path

import numpy as np
import torch

from ...atomic import write_atomic


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
        return self.folder / f'{hashlib.sha256(name.encode()).hexdigest()[:32]}.npy'

    def read(self, names, device):
        """{name: Tensor} of those names that are there.

        Raises:
            ValueError: a file that holds something else.
        """
        found = {}
        for name in names:
            path = self.path(name)
            if path.is_file():
                try:
                    found[name] = torch.from_numpy(np.load(path, allow_pickle=False)).to(device)
                except (ValueError, EOFError, TypeError) as error:
                    raise ValueError(f"'{path}' holds no text embedding of '{name}' ({error}); delete it, "
                                     'and it is made again') from error
        return found

    def write(self, embeddings):
        """Keep ``{name: Tensor}``."""
        for name, embedding in embeddings.items():
            buffer = io.BytesIO()
            np.save(buffer, embedding.cpu().numpy(), allow_pickle=False)
            write_atomic(self.path(name), buffer.getvalue())
