"""The visualizer of the Runner: samples as input | ground truth | predictions."""
from mmengine.dist import master_only
from mmengine.visualization import Visualizer
from mmseg.registry import VISUALIZERS
from mmseg.visualization import SegLocalVisualizer

from mmpartseg.taxonomy import PartTaxonomy

from .grid import save_picture
from .sample_grid import sample_grid


@VISUALIZERS.register_module()
class PartLocalVisualizer(SegLocalVisualizer):
    """Draws part maps with names, for :class:`PartVisualizationHook` or by hand.

    Class names come from ``dataset_meta['classes']``, unseen objects from the vocabulary that
    ``dataset_meta['taxonomy']`` states. The Runner sets ``dataset_meta``;
    :meth:`set_dataset_meta` does so by hand. Colours are those of :func:`part_palette`.

    Args:
        name (str): of the instance.
        image (np.ndarray, optional): a first image.
        vis_backends (list[dict], optional): where pictures are written, see mmengine.
        save_dir (str, optional): folder of the backends.
        alpha (float): opacity of the tint, 0..1.
    """

    def __init__(self, name='visualizer', image=None, vis_backends=None, save_dir=None, alpha=0.5):
        Visualizer.__init__(self, name, image, vis_backends, save_dir)  # mmseg's states Cityscapes' classes
        self.alpha = alpha

    def set_dataset_meta(self, classes=None, palette=None, dataset_name=None, taxonomy=None):
        """State the vocabulary by hand, also as mmseg does, whose ``palette`` is left aside.

        Args:
            classes (Sequence[str], optional): K class names, in the order of ids; without them the
                vocabulary stays as it is.
            taxonomy (PartTaxonomy | str | list | dict, optional): says which objects are unseen.
                Default: none is.

        Raises:
            ValueError: ``dataset_name``, which names mmseg's own data sets.
        """
        if dataset_name is not None:
            raise ValueError(f'dataset_name={dataset_name!r}: mmseg has no part classes of that name; state '
                             'classes')
        if classes is not None:
            self.dataset_meta = {'classes': tuple(classes), 'taxonomy': taxonomy}

    @master_only
    def add_datasample(self, name, image, data_sample=None, draw_gt=True, draw_pred=True,
                       show=False, wait_time=0, out_file=None, step=0, with_labels=True):
        """Draw a sample and show it, write it to a file, or hand it to the backends.

        Args:
            name (str): of the picture.
            image (np.ndarray): (H, W, 3) uint8 RGB.
            data_sample (SegDataSample, optional): with (1, H, W) label maps, see
                :func:`save_sample_grid`; background (K) and ignored pixels stay as they are.
            draw_gt (bool), draw_pred (bool): which of them to draw.
            show (bool): open a window for `wait_time` seconds, 0 = until it is closed.
            wait_time (float): see `show`.
            out_file (str, optional): ``.png``, ``.jpg`` or ``.jpeg`` to write, instead of handing
                the picture to the backends.
            step (int): of the training, for the backends.
            with_labels (bool): write names, and the legend.

        Raises:
            ValueError: no class names; a map of another size than the image; an unknown file type.
            OSError: `out_file` cannot be written.
        """
        picture = sample_grid([(image, data_sample)], self._taxonomy(), draw_gt, draw_pred,
                              self.alpha, with_labels)
        self.set_image(picture)
        if show:
            self.show(picture, win_name=name, wait_time=wait_time)
        if out_file is not None:
            save_picture(picture, out_file)
        else:
            self.add_image(name, picture, step)

    def _taxonomy(self):
        meta = self.dataset_meta or {}
        if not meta.get('classes'):
            raise ValueError("the visualizer has no class names; call set_dataset_meta(classes), "
                             "or set dataset_meta to the data set's metainfo")
        source = meta.get('taxonomy')
        unseen = () if source is None else PartTaxonomy.build(source).unseen_objects
        known = PartTaxonomy(meta['classes'])
        return PartTaxonomy(known.object_parts, set(unseen) & set(known.objects))
