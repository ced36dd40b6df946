"""The vocabulary of a segmentor is that of its head, or one that its config states."""
from ...printable import counted
from ...taxonomy import PartTaxonomy
from ..decode_heads.taxonomy_index import TaxonomyIndex
from ..views import view_of


class VocabularyOfHead:
    """Of a segmentor: ``taxonomy``, which an open-vocabulary head can change, and its index."""

    @property
    def last_head(self):
        """The decode head whose classes are predicted."""
        return self.decode_head

    @property
    def taxonomy(self):
        """The vocabulary of the label maps that ``predict`` returns."""
        return self.index.taxonomy

    def set_taxonomy(self, taxonomy):
        """Change the test vocabulary: a shipped name, class names, or a :class:`PartTaxonomy`."""
        self._check_open_vocabulary()
        self.decode_head.set_taxonomy(taxonomy)
        self._set_index()

    def in_vocabulary(self, taxonomy):
        """This model in another test vocabulary, over the same weights; it stays as it is itself.

        Each of several threads can predict in a vocabulary of its own.

        Args:
            taxonomy: as of :meth:`set_taxonomy`.

        Returns:
            PartSegmentor: a view, see :func:`~mmpartseg.models.views.view_of`.

        Raises:
            ValueError: a head with a fixed number of classes.
        """
        self._check_open_vocabulary()
        view = self._view()
        view.set_taxonomy(taxonomy)
        return view

    def _view(self):
        view = view_of(self)
        view.decode_head = view_of(self.decode_head)
        return view

    def _check_open_vocabulary(self):
        if not hasattr(self.decode_head, 'set_taxonomy'):
            raise ValueError(f'{type(self.decode_head).__name__} has a fixed number of classes; only '
                             'a text-conditioned head can change its vocabulary')

    def _set_index(self, taxonomy=None):
        head = self.last_head
        open_vocabulary = hasattr(head, 'set_taxonomy')
        if open_vocabulary == (taxonomy is not None):
            raise ValueError('`taxonomy` is for decode heads without a vocabulary of their own, which '
                             f'need it; got {taxonomy!r} with a {type(head).__name__}')
        self.index = head.test_index if open_vocabulary else TaxonomyIndex(PartTaxonomy.build(taxonomy))
        self.num_classes = self.out_channels = head.out_channels
        if head.out_channels - len(self.taxonomy) not in (0, 1):
            raise ValueError(f"{type(head).__name__} has {counted(head.out_channels, 'channel')}; the "
                             f"taxonomy has {counted(len(self.taxonomy), 'class', 'classes')}, so set "
                             "num_classes "
                             'to that or one more (background last)')
        if getattr(head, 'has_object_scores', False):
            self.out_channels += len(self.taxonomy.objects) + 1
