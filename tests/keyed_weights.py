"""Reference weights that are a function of their name, as the published reference arrays state.

A value is drawn from NumPy's PCG64 seeded by the CRC-32 of ``salt + name``.
"""
import json
import os
import zipfile
import zlib
from pathlib import Path

import numpy as np

NORMS = ('layer_norm', 'layernorm', 'layrnorm')


OWN_COPY = Path(__file__).parent / 'data' / 'reference'


def reference_folder():
    """``MMPARTSEG_REFERENCE``, or our copy."""
    return Path(os.environ.get('MMPARTSEG_REFERENCE', OWN_COPY))


def reference_files(pattern):
    """The small models' reference arrays in ``MMPARTSEG_REFERENCE``, or in our copy."""
    folder = reference_folder()
    files = [path for path in sorted(folder.glob(pattern)) if 'full' not in path.stem]
    assert files, f'no {pattern} in {folder}'
    return files


def full_size_files(pattern):
    """The full-size models' reference arrays, ours where ``MMPARTSEG_REFERENCE`` has none."""
    return sorted(reference_folder().glob(pattern)) or sorted(OWN_COPY.glob(pattern))


def read_arrays(path):
    """The arrays of a file, which is whole.

    Raises:
        ValueError: it is not; names the file.
    """
    try:
        with zipfile.ZipFile(path) as file:
            broken = file.testzip()
    except (zipfile.BadZipFile, zlib.error, EOFError) as error:
        broken = error
    if broken is not None:
        raise ValueError(f'{path} is damaged or cut short ({broken}): copy it again, or take it out of the '
                         'folder that MMPARTSEG_REFERENCE names')
    return np.load(path)


def checkpoint_spec():
    """The list of checkpoint entries beside the arrays, or our copy of it."""
    beside = reference_folder() / 'checkpoint_spec.json'
    return beside if beside.is_file() else OWN_COPY / 'checkpoint_spec.json'


def normal(name, shape, salt='', scale=1.0, shift=0.0):
    """A float32 array of ``shape`` that depends on the name and the salt only."""
    generator = np.random.Generator(np.random.PCG64(zlib.crc32((salt + name).encode())))
    values = generator.standard_normal(shape, dtype=np.float32)
    return (values * np.float32(scale) + np.float32(shift)).astype(np.float32)


def entry(name, shape, salt=''):
    """One checkpoint entry; the scales keep activations sane."""
    if name.endswith('position_ids'):
        return np.arange(shape[-1], dtype=np.int64)[None]
    if name.endswith('logit_scale'):
        return np.float32(2.6592)
    if name.endswith('weight') and any(word in name for word in NORMS):
        return normal(name, shape, salt, 0.1, 1.0)
    if 'embedding' in name:
        return normal(name, shape, salt, 0.2)
    if name.endswith('bias') or len(shape) == 1:
        return normal(name, shape, salt, 0.05)
    fan_in = int(np.prod(shape[1:])) if len(shape) > 1 else 1
    return normal(name, shape, salt, 1 / np.sqrt(fan_in))


def checkpoint(spec_file, salt=''):
    """Every entry that the specification lists."""
    spec = json.loads(Path(spec_file).read_text())
    return {name: entry(name, tuple(shape), salt) for name, shape in spec.items()}
