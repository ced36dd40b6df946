"""Predictions in which chosen objects win, whatever the weights: what objects-first decoding leaves to do."""
import contextlib

from .subjects import draw_batch, network_side


def picture(model, cfg, args, device):
    """A drawn image, and a sample of unknown objects."""
    size = network_side(cfg, args)
    image, (sample, ) = draw_batch(args, size, tuple(args.label_size or size), model.taxonomy,
                                   model.decode_head.ignore_index, device)
    del sample.gt_object_seg
    model.predict(image, [sample])  # the text is encoded
    return image, sample


def costliest(taxonomy, count=None):
    """The objects of most parts, ``count`` of them or all."""
    owners = taxonomy.object_of
    return sorted(range(len(taxonomy.objects)), key=owners.count, reverse=True)[:count]


def striped(maps, objects):
    """Object logits (N, O + 1, h, w), overwritten: these objects alone win, in stripes."""
    maps.fill_(-1)
    for stripe, winner in zip(maps.chunk(len(objects), dim=3), objects):
        stripe[:, winner] = 1
    return maps


@contextlib.contextmanager
def winning(model, objects):
    """Objects are decoded as ever; then these alone win, in stripes of the picture."""
    head = model.decode_head
    levels_of = head.levels

    def levels(inputs):
        found = levels_of(inputs)
        object_maps = found.object_maps

        found.object_maps = lambda: striped(object_maps(), objects)
        return found
    head.levels = levels
    try:
        yield
    finally:
        del head.levels


def predictions(model, image, sample, counts):
    """Calls that predict a picture in Pred-All as if seen for the first time, by how many objects win.

    Args:
        model (PartSegmentor): its head scores objects.
        image, sample: of :func:`picture`.
        counts (Sequence[int | None]): numbers of winners, the objects of most parts; None for all. A number
            above that of the vocabulary's objects is left out.

    Returns:
        dict[str, Callable]: by number, or ``'all'``.
    """
    def run_with(objects):
        def run():
            model.recent_pictures.clear()
            with winning(model, objects):
                return model.predict(image, [sample])
        return run
    return {str(count or 'all'): run_with(costliest(model.taxonomy, count)) for count in counts
            if count is None or count <= len(model.taxonomy.objects)}
