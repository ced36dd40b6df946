"""SHA-256 that somebody stated for a file: a card beside it, its own name, the hub's cache."""
import hashlib
import json
import re
from pathlib import Path

from ..printable import printable

CARD = 'card.json'
# name-1a2b3c4d.pth, as torchvision and OpenMMLab publish; digits alone are a date or a number
IN_NAME = re.compile(r'-(?=\d*[a-f])([0-9a-f]{8,64})\.\w+$')
OF_BLOB = re.compile(r'[0-9a-f]{64}')
PIECE = 2**20


class FileRefused(ValueError):
    """A file that must not be used; the message names it and says why."""


def sha256_of(path: str | Path) -> str:
    """SHA-256 of a file's content, in hexadecimal digits."""
    with open(path, 'rb') as file:
        digest = hashlib.sha256()
        while piece := file.read(PIECE):
            digest.update(piece)
    return digest.hexdigest()


def check_stated_hash(path: str) -> bool:
    """Compare a file with the SHA-256 that is stated for it.

    That is the one of ``card.json`` beside it or one folder above, of the end of its name
    (``resnet50-1a2b3c4d.pth``), or of the name under which huggingface_hub keeps it.

    Args:
        path (str): of the file.

    Returns:
        bool: whether there was one.

    Raises:
        FileRefused: the content has another; names the file and who states what.
    """
    stated = dict(_stated(Path(path)))
    found = sha256_of(path) if stated else ''
    for source, expected in stated.items():
        if not found.startswith(expected):
            raise FileRefused(
                f'{printable(path)} has the SHA-256 {found[:16]}…, {source} states {expected[:16]}…: it is '
                'damaged, or another file was put in its place. Fetch it again, or, if the change is '
                f'meant, correct {source}')
    return bool(stated)


def _stated(path):
    """Pairs of who states a SHA-256 of a file, and its first digits or all of them."""
    for folder in (path.absolute().parent, path.absolute().parent.parent):
        card = folder / CARD
        name = path.absolute().relative_to(folder).as_posix()
        digest = _hashes_of_card(card).get(name) if card.is_file() else None
        if digest is not None:
            yield printable(card), digest
    in_name = IN_NAME.search(path.name)
    if in_name:
        yield 'its name', in_name[1]
    blob = path.resolve()
    if blob.parent.name == 'blobs' and OF_BLOB.fullmatch(blob.name):
        yield "huggingface_hub's cache", blob.name


def _hashes_of_card(card):
    try:
        hashes = json.loads(card.read_text(encoding='utf-8'))['sha256']
        assert all(OF_BLOB.fullmatch(digest) for digest in hashes.values())
    except Exception as error:  # whatever a broken byte makes of it
        raise FileRefused(f'{printable(card)} cannot be read ({type(error).__name__}: {error}), and it '
                          'states the SHA-256 of the files beside it; bring it back, or remove it') from error
    return hashes
