"""What a change gains, from runs of the same seeds with it and without."""
from collections.abc import Sequence

from .runs import Run, mean_and_error


def paired_differences(first: Sequence[Run], second: Sequence[Run], keys: Sequence[str]) -> tuple[
        list[int], dict[str, tuple[float, float]]]:
    """Mean and standard error of the first runs' scores minus those of the second, seed by seed.

    What a seed decides, such as the order of pictures, is in both runs of a pair and cancels.

    Args:
        first, second (Sequence[Run]): of one experiment each.
        keys (Sequence[str]): of their scores.

    Returns:
        tuple[list[int], dict[str, tuple[float, float]]]: the seeds that both have, and mean and error by key.

    Raises:
        ValueError: a seed is there twice, or none is in both.
    """
    by_seed = []
    for runs in (first, second):
        seeds = [run.seed for run in runs]
        twice = sorted({seed for seed in seeds if seeds.count(seed) > 1}, key=str)
        if twice:
            raise ValueError(f'more than one run of the same seed, {twice[0]}: '
                             f'{[str(run.path) for run in runs if run.seed == twice[0]]}')
        by_seed.append(dict(zip(seeds, runs)))
    seeds = sorted(set(by_seed[0]) & set(by_seed[1]) - {None})
    if not seeds:
        own, other = (sorted(map(str, each)) for each in by_seed)
        raise ValueError(f'no seed is in both: {own} and {other}')
    pairs = [[runs[seed].scores for runs in by_seed] for seed in seeds]
    return seeds, {key: mean_and_error([a[key] - b[key] for a, b in pairs]) for key in keys
                   if all(key in a and key in b for a, b in pairs)}
