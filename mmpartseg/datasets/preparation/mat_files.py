"""MATLAB files of version 5 to 7: what is packed in them, checked before anything takes memory."""
import struct
import zlib
from pathlib import Path

HEADER, TAG = 128, 8  # bytes
COMPRESSED = 15  # type of an element that holds another, packed
MOST_BYTES = 2**28  # unpacked; masks of a picture take a hundredth of it
PIECE = 2**20


def check_packed(path: str | Path) -> None:
    """Unpack every element once, in pieces that are thrown away.

    Raises:
        ValueError: one does not have its checksum, is cut short, or takes too much memory.
    """
    content = Path(path).read_bytes()
    order = '<' if content[HEADER - 2:HEADER] == b'IM' else '>'
    start, size = HEADER, 0
    while start + TAG <= len(content):
        kind, length = struct.unpack_from(f'{order}II', content, start)
        start += TAG
        if kind == COMPRESSED:
            size += _unpacked_size(content[start:start + length], MOST_BYTES - size)
        start += length


def _unpacked_size(data, most):
    unpacker, size = zlib.decompressobj(), 0
    while not unpacker.eof:
        piece = unpacker.decompress(data, PIECE)
        data, size = unpacker.unconsumed_tail, size + len(piece)
        if size > most:
            raise ValueError(f'it unpacks to more than {MOST_BYTES} bytes')
        if not piece and not data and not unpacker.eof:
            raise ValueError('it is cut short')
    return size
