"""When two names are one, and how much of one is shown."""

LONGEST = 200  # characters of what was given, in a message


def clean(text):
    """Single spaces, and the typewriter's apostrophe."""
    return ' '.join(text.replace('\u2019', "'").split())


def fold(text):
    """What makes two names one to CLIP's tokenizer."""
    return clean(text).lower()


def each_once(names):
    """list[str]: names in the spelling in which each came first."""
    first = {}
    for name in names:
        first.setdefault(fold(name), name)
    return list(first.values())


def shortened(value):
    """What was given, for a message: its beginning."""
    text = repr(value)
    return text if len(text) <= LONGEST else f'{text[:LONGEST]}… ({len(text)} characters)'
