"""Scores of a batch for the decision, each image as it is in its file: upright and without padding."""
from ..layers.evenly import each_resized, mean_of


def upright(scores, meta):
    """Cut the padding off and mirror back, in units of the scores' own grid: (C, h, w) both."""
    left, right, top, bottom = meta.get('img_padding_size', meta.get('padding_size', [0] * 4))
    if left or right or top or bottom:
        height, width = meta['pad_shape'][:2]
        rows, columns = scores.shape[1] / height, scores.shape[2] / width
        scores = scores[:, round(top * rows):round((height - bottom) * rows),
                        round(left * columns):round((width - right) * columns)]
    if meta.get('flip'):
        scores = scores.flip(2 if meta['flip_direction'] == 'horizontal' else 1)
    return scores


class FullScores:
    """Those of all classes, as there are.

    Args:
        scores (Tensor): (N, K [+ 1] [+ O + 1], h, w), classes and, where there are any, objects.
        num_classes (int): channels of classes.
        metas (list[dict]): of the images.
    """
    on_request = False  # nothing is saved by leaving classes out

    def __init__(self, scores, num_classes, metas):
        self.scores, self.num_classes, self.metas = scores, num_classes, metas
        self.size = tuple(scores.shape[2:])

    def objects(self):
        """list[Tensor]: (O + 1, h, w) of each image, background last; None where there are none."""
        if self.scores.shape[1] == self.num_classes:
            return None
        return list(map(upright, self.scores[:, self.num_classes:], self.metas))

    def classes(self, chosen=None):
        """list[Tensor]: (n, h, w) of each image; by default of all classes and the background."""
        scores = self.scores[:, :self.num_classes]
        return list(map(upright, scores if chosen is None else scores[:, chosen], self.metas))


class LevelScores:
    """Those of objects; of classes when they are asked for.

    Args:
        levels (list[Levels]): of the windows.
        join (Callable): makes the scores of windows, an iterable, those of the images (N, C, h, w).
        metas (list[dict]): of the images.
        background_logit (float, optional): in place of the background's scores among those of classes.
    """
    on_request = True

    def __init__(self, levels, join, metas, background_logit=None):
        self.levels, self.join, self.metas, self.background_logit = levels, join, metas, background_logit
        self.object_maps = join(each.object_maps() for each in levels)
        self.size = tuple(self.object_maps.shape[2:])

    def objects(self):
        """As of :class:`FullScores`."""
        return list(map(upright, self.object_maps, self.metas))

    def classes(self, chosen=None):
        """As of :class:`FullScores`; no others are decoded."""
        maps = self.join(self._class_maps(each, chosen) for each in self.levels)
        return list(map(upright, maps, self.metas))

    def _class_maps(self, levels, chosen):
        maps = levels.class_maps(chosen)
        if chosen is None and self.background_logit is not None:
            maps[:, -1] = self.background_logit
        return maps


class MeanScores:
    """The mean over several views of each image, on the grid of the largest.

    Args:
        views (list): scores of each view.
    """

    def __init__(self, views):
        self.views = views
        self.on_request = any(view.on_request for view in views)

    def objects(self):
        """As of :class:`FullScores`."""
        return self._mean([view.objects() for view in self.views])

    def classes(self, chosen=None):
        """As of :class:`FullScores`."""
        return self._mean([view.classes(chosen) for view in self.views])

    def _mean(self, views):
        return None if views[0] is None else [average(each) for each in zip(*views)]


def average(views):
    """Mean of score maps (C, h, w) of several sizes, on the grid of the largest."""
    size = max((view.shape[1:] for view in views), key=lambda shape: shape.numel())
    return mean_of([each_resized(view[None], size)[0] for view in views])
