"""What is done with a picture after its label maps are decided, if the sample asks for it."""
from .snap import snap_sample
from .zoom import zoom_in

STEPS = ('zoom', 'snap')


def refine(model, decision, size):
    """Look again at the picture that ``KeepPicture`` left in a sample: zoom, then snap, as it says.

    Args:
        model (PartSegmentor): that decided.
        decision (Decision): of a sample, from whose metainfo ``picture``, (H, W, 3) uint8 BGR, and ``refine``
            are taken; its label maps change.
        size (tuple[int, int]): (h, w) of what the network sees.

    Raises:
        ValueError: another step; a picture that is not as its label maps are, or what zoom cannot do.
    """
    sample = decision.sample
    picture, steps = sample.pop('picture'), sample.pop('refine')
    steps = [steps] if isinstance(steps, str) else steps
    if not {*steps} <= {*STEPS}:
        raise ValueError(f'refine={list(steps)}: the steps that there are: {list(STEPS)}')
    if picture.shape[:2] != tuple(sample.ori_shape[:2]) or sample.get('flip'):
        raise ValueError(f'the picture to look at again is {picture.shape[:2]}, its label maps are of one of '
                         f'{tuple(sample.ori_shape[:2])}, flipped: {bool(sample.get("flip"))}; KeepPicture '
                         'comes right after LoadPartImage, in a test pipeline without flips')
    if 'zoom' in steps:
        zoom_in(model, decision, picture, size)
    if 'snap' in steps:
        snap_sample(model, sample, picture)
