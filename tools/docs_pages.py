"""mkdocs' hook of the docs site: pages from Markdown that lies outside docs/, and links that leave the site.

README.md, data/README.md, configs/<family>/README.md and the like stay where people look for them in a
checkout and are pages of the site as well. A relative link leads to the page of its file, or to the file in
the repository where it has no page; one that leads nowhere is a warning, which ends a strict build.
"""
import logging
import os
import re
from pathlib import Path

from mkdocs.structure.files import File

ROOT = Path(__file__).parents[1]
LOG = logging.getLogger('mkdocs.plugins.docs_pages')
LINK = re.compile(r'(?<=\]\()([^)\s]+)(?=\))')
FENCE = re.compile(r'(^```.*?^```$)', re.MULTILINE | re.DOTALL)


def outside_pages(root=ROOT):
    """Path on the site of each page by its file in the checkout, for those outside ``docs``."""
    pages = {'README.md': 'index.md', 'CONTRIBUTING.md': 'contributing.md', 'CHANGELOG.md': 'changelog.md'}
    for path in sorted([*root.glob('data/**/README.md'), *root.glob('configs/*/README.md')]):
        name = path.relative_to(root).as_posix()
        pages[name] = name.replace('configs/', 'zoo/').replace('README.md', 'index.md')
    return pages


def title_of(source, root=ROOT):
    """The first heading of a page."""
    return re.search(r'^# (.*)', (root / source).read_text(encoding='utf-8'), re.MULTILINE)[1]


def on_config(config):
    """The model zoo's families into the navigation."""
    families = [{title_of(source): name} for source, name in outside_pages().items()
                if name.startswith('zoo/')]
    for entry in config.nav:
        if isinstance(entry, dict) and 'Model zoo' in entry:
            entry['Model zoo'] = families


def on_files(files, config):
    """Add the pages from outside ``docs``."""
    for source, target in outside_pages().items():
        files.append(File.generated(config, target, abs_src_path=str(ROOT / source)))
    return files


def on_page_markdown(markdown, page, config, files):
    """Let every relative link lead to a page of the site, or to the repository."""
    sources = {target: source for source, target in outside_pages().items()}
    here = sources.get(page.file.src_uri, f'docs/{page.file.src_uri}')
    parts = FENCE.split(markdown)
    parts[::2] = [LINK.sub(lambda found: resolve(found[1], here, page.file.src_uri, config.repo_url), part)
                  for part in parts[::2]]
    return ''.join(parts)


def resolve(link, here, page, repository, root=ROOT):
    """Where a link in the file ``here``, shown as ``page``, leads on the site."""
    path, _, anchor = link.partition('#')
    if not path or re.match(r'\w+:', link):
        return link
    target = os.path.normpath(os.path.join(os.path.dirname(here), path))
    pages, anchor = outside_pages(root), f'#{anchor}' if anchor else ''
    shown = pages.get(target) or (target.removeprefix('docs/') if target.startswith('docs/') else None)
    if not (root / target).exists():
        LOG.warning("%s links to '%s', which is not there", here, link)
    elif shown is not None:
        return os.path.relpath(shown, os.path.dirname(page) or '.') + anchor
    kind = 'tree' if (root / target).is_dir() else 'blob'
    return f'{repository}/{kind}/main/{target}{anchor}'
