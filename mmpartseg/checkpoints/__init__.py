"""Published weights in, our weights out."""
from . import local, remote  # noqa: F401  register
from .catseg import catseg_to_mmpartseg, mmpartseg_to_catseg
from .convert import to_mmpartseg, to_transformers
from .export import clipseg_config, export_clipseg
from .hub import load_from_hub
from .read import read_checkpoint, state_dict_of
from .safe_schemes import refuse_other_schemes, safe_scheme
from .safetensors_files import save_safetensors
from .schemes import load_from_catseg, load_from_clipseg, load_from_partclipseg, load_from_zsseg
from .strict import check_closed_head, check_state_dict, classes_of
from .timm_weights import published_model, read_before_timm
from .zsseg import zsseg_to_mmpartseg

refuse_other_schemes()
read_before_timm()

__all__ = ['catseg_to_mmpartseg', 'check_closed_head', 'check_state_dict', 'classes_of', 'clipseg_config',
           'export_clipseg', 'load_from_catseg', 'load_from_clipseg', 'load_from_hub',
           'load_from_partclipseg', 'load_from_zsseg', 'mmpartseg_to_catseg', 'published_model',
           'read_checkpoint', 'safe_scheme', 'save_safetensors', 'state_dict_of', 'to_mmpartseg',
           'to_transformers', 'zsseg_to_mmpartseg']
