"""Embeddings that a text encoder keeps on disk: damage to a file is seen."""
import pytest

from tests.test_models.test_text_encoder import encoder


@pytest.mark.parametrize('at', [-1, 12], ids=['the values', 'the header'])
def test_a_flipped_bit_of_what_is_on_disk(at, tmp_path):
    encoder(folder=str(tmp_path))(['tail'])
    path, = tmp_path.rglob('*.safetensors')
    content = bytearray(path.read_bytes())
    content[at] ^= 64
    path.write_bytes(content)
    with pytest.raises(ValueError, match="safetensors' holds no text embedding of 'tail' .*delete it"):
        encoder(folder=str(tmp_path))(['tail'])
