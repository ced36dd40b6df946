"""The project's address, of one place, in the files that have to state it."""
import re
from urllib.parse import urlsplit

from .sources import Zoo

STATED_IN = ('setup.cfg', 'CITATION.cff', 'mkdocs.yml', '.github/ISSUE_TEMPLATE/config.yml')


def addressed(zoo: Zoo) -> dict[str, str]:
    """The text of every file that states the address, with ``repository`` of ``configs/zoo.yml``.

    Files that a checkout lacks, such as a copy of the configs alone, are left out.

    Raises:
        ValueError: the address is not that of a repository on GitHub.
    """
    owner, name = owner_and_name(zoo.repository)
    home = rf'(?<=://github\.com/)[\w.-]+/{re.escape(name)}(?![\w-])'
    pages = rf'(?<=://)[\w-]+(?=\.github\.io/{re.escape(name)}(?![\w-]))'
    texts = {path: (zoo.root / path).read_text(encoding='utf-8') for path in STATED_IN
             if (zoo.root / path).is_file()}
    return {path: re.sub(pages, owner, re.sub(home, f'{owner}/{name}', text)) for path, text in texts.items()}


def owner_and_name(repository: str) -> tuple[str, str]:
    """``'https://github.com/owner/name'`` -> ``('owner', 'name')``; ValueError for another form."""
    address = urlsplit(repository)
    parts = address.path.strip('/').split('/')
    if address.hostname != 'github.com' or len(parts) != 2 or not all(parts):
        raise ValueError(f"configs/zoo.yml: repository is '{repository}', expected "
                         'https://github.com/OWNER/NAME')
    return parts[0], parts[1]
