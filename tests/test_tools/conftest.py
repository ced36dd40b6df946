"""Tools are scripts, not a package: their tests import them by file name."""
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
sys.path[:0] = [str(ROOT / 'tests'), str(ROOT / 'tools'), str(ROOT / 'tools' / 'dataset_converters'),
                str(ROOT / 'tools' / 'analysis')]
