"""Words of messages: names of files without escape sequences, which must not reach a terminal; counts."""


def printable(text: object) -> str:
    r"""One line that shows whatever a text holds.

    >>> printable('photo\x1b[2J\n.jpg')
    'photo\\x1b[2J\\n.jpg'

    Args:
        text (str | Path): such as a file's name, which may hold any byte but two.

    Returns:
        str: control characters, line ends and bytes that are no text are written as escapes.
    """
    return ''.join(char if char.isprintable() else char.encode('unicode_escape').decode()
                   for char in str(text))


def counted(count: int, one: str, several: str | None = None) -> str:
    """A number with its noun.

    >>> counted(1, 'picture'), counted(2, 'picture'), counted(0, 'class', 'classes')
    ('1 picture', '2 pictures', '0 classes')

    Args:
        count (int): how many.
        one (str): the noun for one.
        several (str, optional): for others, by default with an ``s``.
    """
    return f"{count} {one if count == 1 else several or one + 's'}"
