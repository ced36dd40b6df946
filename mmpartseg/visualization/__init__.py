"""Pictures of part maps: outlines, names, side by side, and the paper's figures."""
from ..palette import part_palette
from .figures import FIGURE_TITLES, heat_map, panels
from .grid import make_grid, save_grid, save_picture, stack
from .legend import legend
from .overlay import overlay
from .part_local_visualizer import PartLocalVisualizer
from .part_visualization_hook import PartVisualizationHook
from .sample_grid import sample_grid, save_sample_grid
from .wandb_vis_backend import WandbVisBackend

__all__ = ['FIGURE_TITLES', 'PartLocalVisualizer', 'PartVisualizationHook', 'WandbVisBackend', 'heat_map',
           'legend', 'make_grid', 'overlay', 'panels', 'part_palette', 'sample_grid', 'save_grid',
           'save_picture', 'save_sample_grid', 'stack']
