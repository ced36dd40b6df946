"""Metadata is in setup.cfg; this adds configs and tools to the wheel, where `mim` looks for them."""
import shutil
from pathlib import Path

from setuptools import setup
from setuptools.command.build_py import build_py


class BuildWithConfigs(build_py):
    """Copies ``configs``, ``tools`` and the indices of the model zoo to ``mmpartseg/.mim``."""

    def run(self):
        super().run()
        for folder in ('configs', 'tools'):
            shutil.copytree(folder, Path(self.build_lib) / 'mmpartseg' / '.mim' / folder,
                            dirs_exist_ok=True, ignore=shutil.ignore_patterns('__pycache__'))
        for name in ('model-index.yml', 'dataset-index.yml'):
            shutil.copy(name, Path(self.build_lib) / 'mmpartseg' / '.mim' / name)


setup(cmdclass={'build_py': BuildWithConfigs})
