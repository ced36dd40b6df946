"""When two names are one."""


def clean(text):
    """Single spaces, and the typewriter's apostrophe."""
    return ' '.join(text.replace('\u2019', "'").split())


def fold(text):
    """What makes two names one to CLIP's tokenizer."""
    return clean(text).lower()
