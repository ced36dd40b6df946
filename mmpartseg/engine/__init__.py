"""Hooks of mmengine's Runner, and what the tools do before building one."""
from .atomic_files import latest_checkpoint
from .cfg_options import config_options, read_config
from .hooks import ResumableCheckpointHook, SavePredictionsHook, TaxonomyCheckHook
from .interrupt import end_on_signals
from .joint_loops import JointTestLoop, JointValLoop
from .launch import end_launch, prepare_launch, prepare_resume, where_to_go_on
from .layer_decay import CLIPLayerDecayConstructor
from .log_processor import PartLogProcessor
from .runner import PartRunner
from .tta import use_refinement, use_tta
from .work_dir_lock import lock_work_dir

__all__ = ['CLIPLayerDecayConstructor', 'JointTestLoop', 'JointValLoop', 'PartLogProcessor', 'PartRunner',
           'ResumableCheckpointHook', 'SavePredictionsHook', 'TaxonomyCheckHook', 'config_options',
           'end_launch', 'end_on_signals', 'latest_checkpoint', 'lock_work_dir', 'prepare_launch',
           'prepare_resume', 'read_config', 'use_tta', 'use_refinement',
           'where_to_go_on']
