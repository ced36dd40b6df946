"""The project's address, of one place, in the files that have to state it."""
import re

from .sources import Zoo

STATED_IN = ('setup.cfg', 'CITATION.cff', 'mkdocs.yml', '.github/ISSUE_TEMPLATE/config.yml')
REPOSITORY = re.compile(r'(?<=://github\.com/)[\w.-]+/[\w.-]+')
PAGES = re.compile(r'(?<=://)[\w-]+\.github\.io/[\w.-]+')


def addressed(zoo: Zoo) -> dict[str, str]:
    """The text of every file that states the address, with ``repository`` of ``configs/zoo.yml``.

    Every address on GitHub in these files is the project's own. Files that a checkout lacks, such as a copy
    of the configs alone, are left out.

    Raises:
        ValueError: the address is not that of a repository on GitHub.
    """
    owner, name = owner_and_name(zoo.repository)
    texts = {path: (zoo.root / path).read_text(encoding='utf-8') for path in STATED_IN
             if (zoo.root / path).is_file()}
    return {path: PAGES.sub(f'{owner}.github.io/{name}', REPOSITORY.sub(f'{owner}/{name}', text))
            for path, text in texts.items()}


def owner_and_name(repository: str) -> tuple[str, str]:
    """``'https://github.com/owner/name'`` -> ``('owner', 'name')``; ValueError for another form."""
    found = re.fullmatch(r'https://github\.com/([\w-]+)/([\w.-]+)', repository)
    if found is None or found[2].endswith('.git'):
        raise ValueError(f"configs/zoo.yml: repository is '{repository}', expected "
                         'https://github.com/OWNER/NAME')
    return found[1], found[2]
