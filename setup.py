"""Metadata is in setup.cfg; this adds configs, tools and the miniature to the wheel, where `mim` looks."""
import configparser
import re
import shutil
from pathlib import Path

from setuptools import setup
from setuptools.command.build_py import build_py


class BuildWithConfigs(build_py):
    """Copies ``configs``, ``tools``, shipped weights and the zoo's indices to ``mmpartseg/.mim``."""

    def run(self):
        super().run()
        for folder in ('configs', 'tools'):
            shutil.copytree(folder, Path(self.build_lib) / 'mmpartseg' / '.mim' / folder,
                            dirs_exist_ok=True, ignore=shutil.ignore_patterns('__pycache__'))
        for name in ('model-index.yml', 'dataset-index.yml'):
            shutil.copy(name, Path(self.build_lib) / 'mmpartseg' / '.mim' / name)
        shipped = Path(self.build_lib) / 'mmpartseg' / '.mim' / 'data' / 'miniature'
        shipped.mkdir(parents=True, exist_ok=True)
        # `mmpartseg predict` without a model; what `mmpartseg train catseg/part_shapes` starts from
        for name in ('partclipseg.safetensors', 'card.json', 'catseg.safetensors'):
            shutil.copy(Path('data') / 'miniature' / name, shipped)
        # `mmpartseg train part_shapes` starts from it
        shutil.copytree(Path('data') / 'miniature' / 'clipseg', shipped / 'clipseg', dirs_exist_ok=True)


def readme():
    """README.md for the package index: relative links, which lead nowhere there, to this version's tag."""
    settings = configparser.ConfigParser()
    settings.read('setup.cfg')
    home = settings['metadata']['url']
    version = re.search(r"__version__ = '(.*)'", Path('mmpartseg/version.py').read_text())[1]
    text = Path('README.md').read_text(encoding='utf-8')
    for mark, kind in (('!', 'raw'), ('', 'blob')):
        text = re.sub(rf'({mark}\[[^]]*\]\()(?![a-z]+:|#)(?=[^)\s]+\))',
                      rf'\g<1>{home}/{kind}/v{version}/', text)
    return text


setup(cmdclass={'build_py': BuildWithConfigs}, long_description=readme(),
      long_description_content_type='text/markdown')
