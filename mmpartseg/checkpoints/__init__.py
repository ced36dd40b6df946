"""Published weights in, our weights out."""
from . import timm_weights  # noqa: F401  registers
from .catseg import catseg_to_mmpartseg
from .convert import to_mmpartseg, to_transformers
from .export import clipseg_config, export_clipseg
from .hub import load_from_hub
from .read import read_checkpoint, state_dict_of
from .schemes import load_from_catseg, load_from_clipseg, load_from_partclipseg, load_from_zsseg
from .strict import check_closed_head, check_state_dict
from .zsseg import zsseg_to_mmpartseg

__all__ = ['catseg_to_mmpartseg', 'check_closed_head', 'check_state_dict', 'clipseg_config', 'export_clipseg',
           'load_from_catseg', 'load_from_clipseg', 'load_from_hub', 'load_from_partclipseg',
           'load_from_zsseg', 'read_checkpoint', 'state_dict_of', 'to_mmpartseg', 'to_transformers',
           'zsseg_to_mmpartseg']
