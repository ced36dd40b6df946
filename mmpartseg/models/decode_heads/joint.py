"""Joint training: one batch, several vocabularies, each image supervised in its own."""
import torch
from mmengine.dist import all_reduce, get_world_size

from ...taxonomy import PartTaxonomy

# terms that are means over all processes: over the pixels of a PartMaskLoss, the masks of ZSSeg+
OVER_PROCESSES = ('loss_object_part', 'loss_object_part_background', 'loss_part', 'loss_object',
                  'loss_mask', 'loss_dice')


def batch_rows(data_samples, taxonomies):
    """Which images of a batch belong to each training vocabulary.

    Args:
        data_samples (list[SegDataSample]): where there are several vocabularies, each with the
            ``taxonomy`` of its data set, as ``PackPartSegInputs`` puts it there.
        taxonomies (Sequence[PartTaxonomy]): the training vocabularies.

    Returns:
        list[list[int]]: positions in the batch for each vocabulary; a list may be empty.

    Raises:
        ValueError: a sample says no vocabulary, or one that is not among them; names its file.
    """
    if len(taxonomies) == 1:
        return [list(range(len(data_samples)))]
    position = {taxonomy.object_parts: i for i, taxonomy in enumerate(taxonomies)}
    rows = [[] for _ in taxonomies]
    for row, sample in enumerate(data_samples):
        rows[_position_of(sample, position)].append(row)
    return rows


def _position_of(sample, position):
    source = f"sample '{sample.get('img_path', 'without a path')}'"
    value = sample.get('taxonomy')
    if value is None:
        raise ValueError(f'{source} does not say its vocabulary, which joint training needs: take it '
                         "from a PartSegDataset, and keep 'taxonomy' among the meta_keys of "
                         'PackPartSegInputs')
    taxonomy = PartTaxonomy.build(value)
    if taxonomy.object_parts not in position:
        shown = repr(value) if isinstance(value, str) else repr(taxonomy)
        raise ValueError(f'{source} is labelled in the vocabulary {shown}, none of the '
                         f'{len(position)} of train_taxonomy; add it there, or set the `split` of '
                         'its data set to the one trained on')
    return position[taxonomy.object_parts]


def rows_of(features, rows):
    """Some images of a batch of backbone features: maps, or pairs of map and CLS token."""
    first = features[0] if torch.is_tensor(features[0]) else features[0][0]
    if len(rows) == len(first):
        return features
    return [x[rows] if torch.is_tensor(x) else [each[rows] for each in x] for x in features]


def decoded_groups(groups):
    """The vocabularies to decode in: those with images here, or all where processes share a mean.

    A mean over all processes is a collective call, so every process takes part in it, with no image
    if need be.

    Args:
        groups (Sequence[tuple]): (vocabulary, positions in the batch).
    """
    return [group for group in groups if group[1] or get_world_size() > 1]


def share_of_batch(rows, batch, like):
    """The share of a vocabulary's images in the batch: here, and of all processes together.

    Args:
        rows (list[int]): its positions in the batch.
        batch (int): images in the batch, of each process.
        like (Tensor): gives device and dtype.

    Returns:
        tuple[float, Tensor]: the two shares.
    """
    here = len(rows) / batch
    everywhere = like.new_tensor(here)
    all_reduce(everywhere, op='mean')
    return here, everywhere


def weighted(terms, here, everywhere):
    """Loss terms of one vocabulary times its share of the batch.

    Summed over vocabularies, and averaged over processes as gradients are, each term is the mean
    over images of the terms of their vocabularies.
    """
    # ZSSeg+ has terms of earlier layers, "d0.loss_mask"
    return {name: value * (everywhere if name.split('.')[-1] in OVER_PROCESSES else here)
            for name, value in terms.items()}
