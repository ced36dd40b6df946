"""Names of files as they may be printed: an escape sequence in one must not reach a terminal."""


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
