"""Where configs and tools lie: in the checkout, or beside the installed package."""
from pathlib import Path

PACKAGE = Path(__file__).parent


def shipped_root() -> Path:
    """The folder of ``configs`` and ``tools``: ``mmpartseg/.mim`` of an installation, else the checkout."""
    installed = PACKAGE / '.mim'
    return installed if installed.is_dir() else PACKAGE.parent
