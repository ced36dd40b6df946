"""Options checked where they are stated, before a layer refuses them in words of its own."""
from numbers import Real


def is_size(value, least=1):
    """Whether a value is an integer, and at least so large."""
    return isinstance(value, int) and not isinstance(value, bool) and value >= least


def are_sizes(values, count):
    """Whether values are a list or tuple of so many positive integers."""
    return isinstance(values, (list, tuple)) and len(values) == count and all(map(is_size, values))


def are_numbers(values, count):
    """Whether values are a list or tuple of so many numbers."""
    return isinstance(values, (list, tuple)) and len(values) == count and all(
        isinstance(each, Real) for each in values)


def expect(holds, name, value, expected):
    """Refuse the value of an option unless the condition holds.

    Raises:
        ValueError: names the option, its value, and what is expected.

    >>> expect(False, 'window', 0, 'a positive integer')
    Traceback (most recent call last):
    ...
    ValueError: window=0: expected a positive integer
    """
    if not holds:
        raise ValueError(f'{name}={value!r}: expected {expected}')
